#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "detect/admitted_rules.h"
#include "detect/compiled_rules.h"
#include "detect/evaluator.h"
#include "detect/gate.h"
#include "detect/match/value_cache.h"

namespace tocsin {

using match::AtomId;
using match::ValueCache;

class CompiledMatcher final : public Matcher {
 public:
  CompiledMatcher(std::shared_ptr<const CompiledRules> compiled, FieldCatalog& fields,
                  DatasetCatalog& datasets, Metrics& metrics)
      : compiled_(std::move(compiled)),
        evaluator_(fields, datasets),
        gate_(compiled_->rules_),
        atom_state_(compiled_->atoms_.size()),
        rule_tried_(compiled_->rules_->rules().size()),
        events_(metrics.counter("tocsin_detect_events_total", "Events that rules looked at")),
        hits_(metrics.counter("tocsin_detect_rule_hits_total", "Matches of plain rules")),
        tried_(metrics.counter("tocsin_detect_rules_tried_total",
                               "Rules evaluated because a necessary condition was seen")),
        values_known_(metrics.counter("tocsin_detect_values_total",
                                      "Values that rules ask about, by whether their answer was "
                                      "remembered",
                                      {{"remembered", "yes"}})),
        values_new_(metrics.counter("tocsin_detect_values_total",
                                    "Values that rules ask about, by whether their answer was "
                                    "remembered",
                                    {{"remembered", "no"}})),
        regex_given_up_(metrics.counter("tocsin_detect_regex_given_up_total",
                                        "Regular expression searches stopped at their limit")),
        request_unsettled_(
            metrics.counter("tocsin_detect_request_unsettled_total",
                            "Request texts in more layers of encoding than were taken off")) {
    for (const CompiledRules::FieldGroup& group : compiled_->field_groups_) {
      group.tests.prepare(scan_.scratch);
    }
    for (const CompiledRules::KeywordGroup& group : compiled_->keyword_groups_) {
      group.tests.prepare(scan_.scratch);
    }
  }

  void match(const EventBatch& batch, std::vector<RuleHit>& hits) override {
    const std::size_t hits_before = hits.size();
    const std::uint64_t given_up_before = given_up();
    const std::uint64_t unsettled_before = evaluator_.view().request_parts().unsettled();
    work_ = {};
    for (std::uint32_t event = 0; event < batch.size(); ++event) {
      evaluator_.reset(batch, event);
      match_event();
      std::ranges::sort(matched_);
      for (const std::uint32_t rule : matched_) {
        hits.push_back({event, rule});
      }
    }
    events_.add(batch.size());
    hits_.add(hits.size() - hits_before);
    tried_.add(work_.tried);
    values_known_.add(work_.known);
    values_new_.add(work_.scanned);
    regex_given_up_.add(given_up() - given_up_before);
    request_unsettled_.add(evaluator_.view().request_parts().unsettled() - unsettled_before);
  }

 private:
  // An atom is known to hold, known not to, or was not asked, in this epoch.
  struct AtomState {
    std::uint32_t epoch = 0;
    bool holds = false;
  };
  struct Question {
    std::uint32_t slot;
    ValueCache::Key key;
  };
  struct Work {
    std::uint64_t tried = 0;
    std::uint64_t known = 0;
    std::uint64_t scanned = 0;
  };

  std::uint64_t given_up() const { return evaluator_.regex_given_up() + scan_.searcher.given_up(); }

  void match_event() {
    matched_.clear();
    fired_.clear();
    if (++epoch_ == 0) {
      std::ranges::fill(atom_state_, AtomState{});
      std::ranges::fill(rule_tried_, 0U);
      epoch_ = 1;
    }
    admit();
    gather_questions();
    ask_questions();
    for (const std::uint32_t group : admitted_->keyword_groups()) {
      compiled_->keyword_groups_[group].tests.fired(evaluator_, scan_, fired_);
    }
    for (const AtomId atom : fired_) {
      atom_state_[atom] = {epoch_, true};
    }
    for (const AtomId atom : fired_) {
      for (const std::uint32_t rule : compiled_->atoms_[atom].witnesses) {
        if (admitted_->admits(rule)) {
          try_rule(rule);
        }
      }
    }
    for (const std::uint32_t rule : admitted_->always()) {
      try_rule(rule);
    }
  }

  void admit() {
    const std::vector<std::uint32_t>& candidates = gate_.candidates(evaluator_);
    if (gate_.forgotten() != gate_forgotten_) {
      gate_forgotten_ = gate_.forgotten();
      lists_.clear();
      last_candidates_ = nullptr;
    }
    if (&candidates != last_candidates_) {
      auto found = lists_.find(&candidates);
      if (found == lists_.end()) {
        found = lists_.emplace(&candidates, std::make_unique<AdmittedRules>(*compiled_, candidates))
                    .first;
      }
      last_candidates_ = &candidates;
      admitted_ = found->second.get();
    }
  }

  // First all look-ups are begun, so that memory answers while the next is prepared.
  void gather_questions() {
    questions_.clear();
    rooms_.clear();
    EventView& view = evaluator_.view();
    for (const std::optional<FieldId>& field : view.request_fields()) {
      if (field && !admitted_->groups_of(*field).empty()) {
        view.add_request();
      }
    }
    rooms_.resize(view.slots());
    for (std::uint32_t slot = 0; slot < view.slots(); ++slot) {
      const std::span<const std::uint32_t> groups = admitted_->groups_of(view.field(slot));
      const Value& value = view.value(slot);
      if (groups.empty() || value.is_null()) {
        continue;
      }
      const std::string_view bytes = ValueCache::key_bytes(value, rooms_[slot]);
      const std::uint64_t hash =
          bytes.size() > ValueCache::kValueBytesMax ? 0 : hash64(bytes, kSeed);
      for (const std::uint32_t group : groups) {
        Question& question = questions_.emplace_back();
        question.slot = slot;
        question.key = {group, value.kind(), bytes, ValueCache::hash_of(group, value.kind(), hash)};
        values_.expect(question.key);
      }
    }
  }

  void ask_questions() {
    for (const Question& question : questions_) {
      const bool short_enough = question.key.bytes.size() <= ValueCache::kValueBytesMax;
      const auto known = short_enough ? values_.find(question.key) : std::nullopt;
      if (known) {
        ++work_.known;
        fired_.insert(fired_.end(), known->begin(), known->end());
        continue;
      }
      ++work_.scanned;
      const std::size_t before = fired_.size();
      compiled_->field_groups_[question.key.group].tests.fired(evaluator_.view(), question.slot,
                                                               scan_, fired_);
      values_.remember(question.key, std::span(fired_).subspan(before));
    }
  }

  void try_rule(std::uint32_t rule) {
    if (rule_tried_[rule] == epoch_) {
      return;
    }
    rule_tried_[rule] = epoch_;
    ++work_.tried;
    if (holds(compiled_->first_step_[rule])) {
      matched_.push_back(rule);
    }
  }

  bool holds(std::uint32_t at) {
    const CompiledRules::Step& step = compiled_->steps_[at];
    switch (step.kind) {
      case sigma::NodeKind::kAtom:
        return atom_holds(step.atom);
      case sigma::NodeKind::kAnd:
        for (std::uint32_t child = at + 1; child < step.end; child = end_of(child)) {
          if (!holds(child)) {
            return false;
          }
        }
        return true;
      case sigma::NodeKind::kOr:
        return any_holds(at + 1, step.end);
      case sigma::NodeKind::kNot:
        return !holds(at + 1);
    }
    return false;
  }

  // What is known to hold already needs no evaluation of its neighbours.
  bool any_holds(std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t child = begin; child < end; child = end_of(child)) {
      const CompiledRules::Step& step = compiled_->steps_[child];
      if (step.kind == sigma::NodeKind::kAtom) {
        const AtomState& state = atom_state_[step.atom];
        if (state.epoch == epoch_ && state.holds) {
          return true;
        }
      }
    }
    for (std::uint32_t child = begin; child < end; child = end_of(child)) {
      if (holds(child)) {
        return true;
      }
    }
    return false;
  }

  std::uint32_t end_of(std::uint32_t step) const { return compiled_->steps_[step].end; }

  bool atom_holds(AtomId id) {
    AtomState& state = atom_state_[id];
    if (state.epoch != epoch_) {
      const CompiledRules::CompiledAtom& atom = compiled_->atoms_[id];
      const bool asked = atom.group != CompiledRules::kNoGroup && admitted_->asks(atom.group);
      state.epoch = epoch_;
      state.holds = !asked && evaluator_.fits(*atom.atom);
    }
    return state.holds;
  }

  static constexpr std::uint64_t kSeed = 0x746F6373696EULL;

  const std::shared_ptr<const CompiledRules> compiled_;
  Evaluator evaluator_;
  Gate gate_;
  std::uint64_t gate_forgotten_ = 0;
  std::unordered_map<const std::vector<std::uint32_t>*, std::unique_ptr<AdmittedRules>> lists_;
  const std::vector<std::uint32_t>* last_candidates_ = nullptr;
  const AdmittedRules* admitted_ = nullptr;
  match::TextScan scan_;
  ValueCache values_;
  std::uint32_t epoch_ = 0;
  std::vector<AtomState> atom_state_;
  std::vector<std::uint32_t> rule_tried_;
  std::vector<std::array<char, 8>> rooms_;  // by slot: keys of values that are not text
  std::vector<Question> questions_;
  std::vector<AtomId> fired_;
  std::vector<std::uint32_t> matched_;
  Work work_;
  Counter& events_;
  Counter& hits_;
  Counter& tried_;
  Counter& values_known_;
  Counter& values_new_;
  Counter& regex_given_up_;
  Counter& request_unsettled_;
};

std::unique_ptr<Matcher> make_matcher(std::shared_ptr<const CompiledRules> compiled,
                                      FieldCatalog& fields, DatasetCatalog& datasets,
                                      Metrics& metrics) {
  return std::make_unique<CompiledMatcher>(std::move(compiled), fields, datasets, metrics);
}

}  // namespace tocsin
