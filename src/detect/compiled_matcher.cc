#include <algorithm>
#include <unordered_map>

#include "detect/compiled_rules.h"
#include "detect/evaluator.h"
#include "detect/gate.h"
#include "detect/match/value_cache.h"

namespace tocsin {

using match::AtomId;

// What the rules that a gate admits need, prepared once per list that the gate gives.
struct AdmittedRules {
  std::vector<bool> admitted;         // by rule
  std::vector<std::uint32_t> always;  // admitted and without a witness
  bool keywords = false;
  bool request = false;  // decoded request text
};

class CompiledMatcher final : public Matcher {
 public:
  CompiledMatcher(std::shared_ptr<const CompiledRules> compiled, FieldCatalog& fields,
                  DatasetCatalog& datasets, Metrics& metrics)
      : compiled_(std::move(compiled)),
        evaluator_(fields, datasets),
        gate_(compiled_->rules_),
        atom_state_(compiled_->atoms_.size()),
        rule_tried_(compiled_->rules_->rules().size()),
        caches_(compiled_->by_field_.size()),
        events_(metrics.counter("tocsin_detect_events_total", "Events that rules looked at")),
        hits_(metrics.counter("tocsin_detect_rule_hits_total", "Matches of plain rules")),
        regex_given_up_(metrics.counter("tocsin_detect_regex_given_up_total",
                                        "Regular expression searches stopped at their limit")),
        request_unsettled_(
            metrics.counter("tocsin_detect_request_unsettled_total",
                            "Request texts in more layers of encoding than were taken off")) {
    for (const auto& tests : compiled_->by_field_) {
      if (tests != nullptr) {
        tests->prepare(scan_.scratch);
      }
    }
    compiled_->keywords_.prepare(scan_.scratch);
  }

  void match(const EventBatch& batch, std::vector<RuleHit>& hits) override {
    const std::size_t hits_before = hits.size();
    const std::uint64_t unsettled_before = evaluator_.view().request_parts().unsettled();
    const std::uint64_t given_up_before = given_up();
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
    request_unsettled_.add(evaluator_.view().request_parts().unsettled() - unsettled_before);
    regex_given_up_.add(given_up() - given_up_before);
  }

 private:
  // An atom is known to hold, known not to, or was not asked, in this epoch.
  struct AtomState {
    std::uint32_t epoch = 0;
    bool holds = false;
  };

  std::uint64_t given_up() const { return evaluator_.regex_given_up() + scan_.searcher.given_up(); }

  void match_event() {
    matched_.clear();
    if (++epoch_ == 0) {
      std::ranges::fill(atom_state_, AtomState{});
      std::ranges::fill(rule_tried_, 0U);
      epoch_ = 1;
    }
    const AdmittedRules& admitted = admit();
    fired_.clear();
    if (admitted.request) {
      evaluator_.view().add_request();
    }
    ask_fields();
    if (admitted.keywords) {
      ask_keywords();
    }
    for (const AtomId atom : fired_) {
      atom_state_[atom] = {epoch_, true};
    }
    for (const AtomId atom : fired_) {
      for (const std::uint32_t rule : compiled_->atoms_[atom].witnesses) {
        if (admitted.admitted[rule]) {
          try_rule(rule);
        }
      }
    }
    for (const std::uint32_t rule : admitted.always) {
      try_rule(rule);
    }
  }

  bool asks_request(std::uint32_t rule) {
    const EventView& view = evaluator_.view();
    return std::ranges::any_of(compiled_->rule_atoms_[rule], [&](AtomId atom) {
      return std::ranges::any_of(compiled_->atoms_[atom].atom->fields,
                                 [&](FieldId field) { return view.is_request_field(field); });
    });
  }

  const AdmittedRules& admit() {
    const std::vector<std::uint32_t>& candidates = gate_.candidates(evaluator_);
    if (gate_.forgotten() != gate_forgotten_) {
      gate_forgotten_ = gate_.forgotten();
      admitted_.clear();
    }
    const auto [at, is_new] = admitted_.try_emplace(&candidates);
    if (is_new) {
      AdmittedRules& prepared = at->second;
      prepared.admitted.resize(rule_tried_.size());
      for (const std::uint32_t rule : candidates) {
        prepared.admitted[rule] = true;
        prepared.keywords = prepared.keywords || compiled_->asks_keywords_[rule];
        prepared.request = prepared.request || asks_request(rule);
      }
      for (const std::uint32_t rule : compiled_->always_tried_) {
        if (prepared.admitted[rule]) {
          prepared.always.push_back(rule);
        }
      }
    }
    return at->second;
  }

  void ask_fields() {
    EventView& view = evaluator_.view();
    for (std::uint32_t slot = 0; slot < view.slots(); ++slot) {
      const std::uint32_t field = view.field(slot).value;
      if (field >= compiled_->by_field_.size() || compiled_->by_field_[field] == nullptr ||
          view.value(slot).is_null()) {
        continue;
      }
      std::array<char, 8> room{};
      const ValueKind kind = view.value(slot).kind();
      const std::string_view key = match::ValueCache::key_of(view.value(slot), room);
      match::ValueCache& cache = caches_[field];
      if (const std::vector<AtomId>* known = cache.find(kind, key)) {
        fired_.insert(fired_.end(), known->begin(), known->end());
        continue;
      }
      const std::size_t before = fired_.size();
      compiled_->by_field_[field]->fired(view, slot, scan_, fired_);
      cache.remember(kind, key, std::span(fired_).subspan(before));
    }
  }

  void ask_keywords() {
    EventView& view = evaluator_.view();
    for (std::size_t which = 0; which < view.keyword_texts(); ++which) {
      const std::string_view plain = view.keyword_text(which);
      compiled_->keywords_.fired(
          plain, compiled_->keywords_.wants_folded() ? view.keyword_folded(which) : plain, scan_,
          fired_);
    }
  }

  void try_rule(std::uint32_t rule) {
    if (rule_tried_[rule] == epoch_) {
      return;
    }
    rule_tried_[rule] = epoch_;
    const sigma::Detection& detection = compiled_->rules_->rules()[rule].detection;
    if (holds(detection, detection.root, compiled_->rule_atoms_[rule])) {
      matched_.push_back(rule);
    }
  }

  bool holds(const sigma::Detection& detection, const sigma::Node& node,
             const std::vector<AtomId>& atoms) {
    switch (node.kind) {
      case sigma::NodeKind::kAtom:
        return atom_holds(atoms[node.atom]);
      case sigma::NodeKind::kAnd:
        return std::ranges::all_of(node.children, [&](const sigma::Node& child) {
          return holds(detection, child, atoms);
        });
      case sigma::NodeKind::kOr:
        return std::ranges::any_of(node.children, [&](const sigma::Node& child) {
          return holds(detection, child, atoms);
        });
      case sigma::NodeKind::kNot:
        return !holds(detection, node.children[0], atoms);
    }
    return false;
  }

  bool atom_holds(AtomId id) {
    AtomState& state = atom_state_[id];
    if (state.epoch != epoch_) {
      const CompiledRules::CompiledAtom& atom = compiled_->atoms_[id];
      state.epoch = epoch_;
      state.holds = !atom.indexed && evaluator_.fits(*atom.atom);
    }
    return state.holds;
  }

  const std::shared_ptr<const CompiledRules> compiled_;
  Evaluator evaluator_;
  Gate gate_;
  std::uint64_t gate_forgotten_ = 0;
  std::unordered_map<const std::vector<std::uint32_t>*, AdmittedRules> admitted_;
  match::TextScan scan_;
  std::uint32_t epoch_ = 0;
  std::vector<AtomState> atom_state_;
  std::vector<std::uint32_t> rule_tried_;
  std::vector<match::ValueCache> caches_;
  std::vector<AtomId> fired_;
  std::vector<std::uint32_t> matched_;
  Counter& events_;
  Counter& hits_;
  Counter& regex_given_up_;
  Counter& request_unsettled_;
};

std::unique_ptr<Matcher> make_matcher(std::shared_ptr<const CompiledRules> compiled,
                                      FieldCatalog& fields, DatasetCatalog& datasets,
                                      Metrics& metrics) {
  return std::make_unique<CompiledMatcher>(std::move(compiled), fields, datasets, metrics);
}

}  // namespace tocsin
