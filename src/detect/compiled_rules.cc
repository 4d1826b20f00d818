#include "detect/compiled_rules.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "detect/match/witness.h"

namespace tocsin {
namespace {

using match::AtomId;
using sigma::Atom;
using sigma::Op;

// Everything that an atom's answer depends on; equal keys, equal answers.
using AtomKey = std::tuple<int, int, int, int, int, bool, bool, std::vector<FieldId>,
                           std::vector<FieldId>, std::string, const Regex*, std::string,
                           std::pair<IpAddress, unsigned>, std::tuple<bool, std::int64_t, double>>;

AtomKey key_of(const Atom& atom, const Regex* regex) {
  return {static_cast<int>(atom.op),
          static_cast<int>(atom.text_case),
          static_cast<int>(atom.compare),
          static_cast<int>(atom.match),
          static_cast<int>(atom.time_part),
          atom.wanted,
          atom.keyword,
          atom.fields,
          atom.other_fields,
          atom.text,
          regex,
          sigma::to_written(atom.pattern),
          {atom.network.base, atom.network.prefix_bits},
          {atom.number.is_whole, atom.number.whole, atom.number.real}};
}

std::uint32_t text_cost(std::size_t size) {
  return size <= 2 ? 400 : size <= 4 ? 60 : size <= 8 ? 20 : 10;
}

// A guess of how often the atom holds; only the order matters.
std::uint32_t rarity_cost(const Atom& atom) {
  switch (atom.op) {
    case Op::kEquals:
      return 12;
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
      return text_cost(atom.text.size()) * (atom.keyword ? 2 : 1);
    case Op::kWildcard:
      return 40;
    case Op::kRegex:
      return 400;
    case Op::kCidr:
      return 30;
    case Op::kNumber:
      return 200;
    case Op::kBool:
    case Op::kExists:
    case Op::kNull:
    case Op::kFieldRef:
    case Op::kTimePart:
      return 1'000;
  }
  return 1'000;
}

// How much work one evaluation is; only the order matters.
std::uint32_t evaluation_cost(const Atom& atom) {
  if (atom.keyword) {
    return 1'000;
  }
  switch (atom.op) {
    case Op::kNumber:
    case Op::kBool:
    case Op::kExists:
    case Op::kNull:
      return 2;
    case Op::kEquals:
    case Op::kStartsWith:
    case Op::kEndsWith:
      return 4;
    case Op::kCidr:
    case Op::kTimePart:
      return 8;
    case Op::kContains:
      return 10;
    case Op::kWildcard:
    case Op::kFieldRef:
      return 20;
    case Op::kRegex:
      return 200;
  }
  return 200;
}

// A tree with its children in the order in which they are evaluated.
struct Ordered {
  const sigma::Node* node;
  std::uint32_t cost = 1;
  std::vector<Ordered> children;
};

Ordered ordered(const sigma::Detection& detection, const sigma::Node& node) {
  Ordered made{&node, 1, {}};
  if (node.kind == sigma::NodeKind::kAtom) {
    made.cost = evaluation_cost(detection.atoms[node.atom]);
    return made;
  }
  for (const sigma::Node& child : node.children) {
    made.children.push_back(ordered(detection, child));
    made.cost += made.children.back().cost;
  }
  std::ranges::stable_sort(made.children, {}, &Ordered::cost);
  return made;
}

void add_once(std::vector<std::uint32_t>& list, std::uint32_t number) {
  if (std::ranges::find(list, number) == list.end()) {
    list.push_back(number);
  }
}

}  // namespace

class RuleCompiler {
 public:
  RuleCompiler(std::shared_ptr<const RuleSet> rules, match::DatabaseCache& cache)
      : compiled_(std::make_shared<CompiledRules>()), cache_(cache) {
    compiled_->rules_ = std::move(rules);
  }

  Result<std::shared_ptr<const CompiledRules>> run(std::size_t threads) {
    const std::vector<Rule>& rules = compiled_->rules_->rules();
    for (const Rule& rule : rules) {
      add_atoms(rule.detection);
    }
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      add_steps(i, ordered(rules[i].detection, rules[i].detection.root));
      add_witnesses(i, rules[i]);
    }
    add_answered();
    make_tests();
    TRY(compile_tests(threads));
    return std::shared_ptr<const CompiledRules>(std::move(compiled_));
  }

 private:
  void add_atoms(const sigma::Detection& detection) {
    std::vector<AtomId>& ids = rule_atoms_.emplace_back();
    for (const Atom& atom : detection.atoms) {
      const Regex* regex = atom.regex == nullptr ? nullptr : same_regex(*atom.regex);
      const auto [at, is_new] =
          known_.try_emplace(key_of(atom, regex), static_cast<AtomId>(compiled_->atoms_.size()));
      if (is_new) {
        compiled_->atoms_.push_back({&atom, CompiledRules::kNoGroup, {}});
        uses_.push_back(0);
      }
      ids.push_back(at->second);
      ++uses_[at->second];
    }
  }

  // The first regex that was written the same.
  const Regex* same_regex(const Regex& regex) {
    const RegexFlags flags = regex.flags();
    return regexes_
        .try_emplace({regex.pattern(), flags.ignore_case, flags.multi_line, flags.dot_all}, &regex)
        .first->second;
  }

  void add_steps(std::uint32_t rule, const Ordered& root) {
    compiled_->first_step_.push_back(static_cast<std::uint32_t>(compiled_->steps_.size()));
    add_step(rule, root);
  }

  void add_step(std::uint32_t rule, const Ordered& from) {
    std::vector<CompiledRules::Step>& steps = compiled_->steps_;
    const std::size_t at = steps.size();
    const bool is_atom = from.node->kind == sigma::NodeKind::kAtom;
    steps.push_back({from.node->kind, is_atom ? rule_atoms_[rule][from.node->atom] : 0, 0});
    for (const Ordered& child : from.children) {
      add_step(rule, child);
    }
    steps[at].end = static_cast<std::uint32_t>(steps.size());
  }

  void add_witnesses(std::uint32_t index, const Rule& rule) {
    const std::vector<AtomId>& ids = rule_atoms_[index];
    // An atom that many rules have is one that happens often, and leads to many rules.
    const auto witnesses = match::find_witnesses(rule.detection, [&](const Atom& atom) {
      const auto number = static_cast<std::size_t>(&atom - rule.detection.atoms.data());
      return rarity_cost(atom) * (4 + uses_[ids[number]]);
    });
    compiled_->groups_of_rule_.emplace_back();
    compiled_->keyword_group_of_rule_.push_back(CompiledRules::kNoGroup);
    if (!witnesses) {
      compiled_->always_tried_.push_back(index);
      return;
    }
    for (const std::uint32_t number : *witnesses) {
      const AtomId id = ids[number];
      std::vector<std::uint32_t>& leads = compiled_->atoms_[id].witnesses;
      if (leads.empty() || leads.back() != index) {
        leads.push_back(index);
        add_to_group(index, rule.logsource, id);
      }
    }
  }

  void add_to_group(std::uint32_t rule, const sigma::Logsource& logsource, AtomId id) {
    CompiledRules::CompiledAtom& atom = compiled_->atoms_[id];
    if (atom.atom->keyword) {
      const auto [at, is_new] = keyword_groups_.try_emplace(
          {logsource.category, logsource.product, logsource.service}, keyword_atoms_.size());
      if (is_new) {
        keyword_atoms_.emplace_back();
        keyword_logsources_.push_back(logsource);
      }
      compiled_->keyword_group_of_rule_[rule] = static_cast<std::uint32_t>(at->second);
      keyword_atoms_[at->second].try_emplace(id, atom.atom);
      return;
    }
    const auto [at, is_new] = field_groups_.try_emplace(atom.atom->fields, field_atoms_.size());
    if (is_new) {
      field_atoms_.emplace_back();
    }
    if (atom.group == CompiledRules::kNoGroup) {
      atom.group = static_cast<std::uint32_t>(at->second);
      field_atoms_[at->second].emplace_back(id, atom.atom);
    }
    add_once(compiled_->groups_of_rule_[rule], atom.group);
  }

  // A group that is asked for its witnesses' sake answers for every other condition on the same
  // fields nearly for nothing. Not for regexes: those are dear to ask.
  void add_answered() {
    for (AtomId id = 0; id < compiled_->atoms_.size(); ++id) {
      CompiledRules::CompiledAtom& atom = compiled_->atoms_[id];
      const bool cheap =
          match::is_positive(*atom.atom) && !atom.atom->keyword && atom.atom->op != Op::kRegex;
      if (atom.group != CompiledRules::kNoGroup || !cheap) {
        continue;
      }
      if (const auto found = field_groups_.find(atom.atom->fields); found != field_groups_.end()) {
        atom.group = static_cast<std::uint32_t>(found->second);
        field_atoms_[found->second].emplace_back(id, atom.atom);
      }
    }
  }

  void make_tests() {
    compiled_->field_groups_.reserve(field_atoms_.size());
    for (const match::Atoms& atoms : field_atoms_) {
      compiled_->field_groups_.push_back({atoms.front().second->fields, match::FieldTests(atoms)});
    }
    compiled_->keyword_groups_.reserve(keyword_atoms_.size());
    for (std::size_t i = 0; i < keyword_atoms_.size(); ++i) {
      compiled_->keyword_groups_.push_back(
          {keyword_logsources_[i],
           match::KeywordTests(match::Atoms(keyword_atoms_[i].begin(), keyword_atoms_[i].end()))});
    }
  }

  // The largest first, so that the threads end together.
  Status compile_tests(std::size_t threads) {
    std::vector<std::pair<std::size_t, std::function<Status()>>> work;
    for (CompiledRules::FieldGroup& group : compiled_->field_groups_) {
      work.emplace_back(group.tests.weight(),
                        [&tests = group.tests, this] { return tests.compile(cache_); });
    }
    for (CompiledRules::KeywordGroup& group : compiled_->keyword_groups_) {
      work.emplace_back(group.tests.weight(),
                        [&tests = group.tests, this] { return tests.compile(cache_); });
    }
    std::ranges::stable_sort(work, std::ranges::greater{},
                             [](const auto& one) { return one.first; });
    std::vector<Status> outcomes(work.size());
    std::atomic<std::size_t> next{0};
    const auto run_some = [&] {
      for (std::size_t at = next++; at < work.size(); at = next++) {
        outcomes[at] = work[at].second();
      }
    };
    {
      std::vector<std::jthread> helpers;
      for (std::size_t i = 1; i < threads; ++i) {
        helpers.emplace_back(run_some);
      }
      run_some();
    }
    for (Status& outcome : outcomes) {
      TRY(std::move(outcome));
    }
    return {};
  }

  std::shared_ptr<CompiledRules> compiled_;
  match::DatabaseCache& cache_;
  std::map<AtomKey, AtomId> known_;
  std::map<std::tuple<std::string, bool, bool, bool>, const Regex*> regexes_;
  std::vector<std::uint32_t> uses_;              // by atom: in how many rules
  std::vector<std::vector<AtomId>> rule_atoms_;  // by rule, then by its own atom number
  std::map<std::vector<FieldId>, std::size_t> field_groups_;
  std::vector<match::Atoms> field_atoms_;  // by group
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> keyword_groups_;
  std::vector<std::map<AtomId, const Atom*>> keyword_atoms_;  // by group
  std::vector<sigma::Logsource> keyword_logsources_;
};

Result<std::shared_ptr<const CompiledRules>> CompiledRules::compile(
    std::shared_ptr<const RuleSet> rules, match::DatabaseCache& cache, std::size_t threads) {
  return RuleCompiler(std::move(rules), cache).run(threads);
}

Result<std::shared_ptr<const CompiledRules>> CompiledRules::compile(
    std::shared_ptr<const RuleSet> rules) {
  match::DatabaseCache cache;
  return compile(std::move(rules), cache);
}

std::size_t CompiledRules::memory_bytes() const {
  std::vector<const match::PatternDatabase*> databases;
  for (const FieldGroup& group : field_groups_) {
    group.tests.collect(databases);
  }
  for (const KeywordGroup& group : keyword_groups_) {
    group.tests.collect(databases);
  }
  std::ranges::sort(databases);
  const auto repeated = std::ranges::unique(databases);
  databases.erase(repeated.begin(), repeated.end());
  std::size_t bytes = 0;
  for (const match::PatternDatabase* database : databases) {
    bytes += database->memory_bytes();
  }
  return bytes;
}

}  // namespace tocsin
