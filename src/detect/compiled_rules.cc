#include "detect/compiled_rules.h"

#include <algorithm>
#include <map>
#include <string>
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

bool is_indexed(const Atom& atom) {
  return match::is_positive(atom) && (!atom.keyword || match::TextTests::takes(atom));
}

std::uint32_t text_cost(std::size_t size) {
  return size <= 2 ? 400 : size <= 4 ? 60 : size <= 8 ? 20 : 10;
}

// A guess of how often the atom holds; only the order matters.
std::uint32_t cost_of(const Atom& atom) {
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
      return 50;
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

}  // namespace

class RuleCompiler {
 public:
  explicit RuleCompiler(std::shared_ptr<const RuleSet> rules)
      : compiled_(std::make_shared<CompiledRules>()) {
    compiled_->rules_ = std::move(rules);
  }

  Result<std::shared_ptr<const CompiledRules>> run() {
    const std::vector<Rule>& rules = compiled_->rules_->rules();
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      add_atoms(rules[i].detection);
      add_witnesses(i, rules[i].detection);
    }
    TRY(build_fields());
    TRY(build_keywords());
    return std::shared_ptr<const CompiledRules>(std::move(compiled_));
  }

 private:
  void add_atoms(const sigma::Detection& detection) {
    std::vector<AtomId>& ids = compiled_->rule_atoms_.emplace_back();
    bool keywords = false;
    for (const Atom& atom : detection.atoms) {
      const Regex* regex = atom.regex == nullptr ? nullptr : same_regex(*atom.regex);
      const auto [at, is_new] =
          known_.try_emplace(key_of(atom, regex), static_cast<AtomId>(compiled_->atoms_.size()));
      if (is_new) {
        compiled_->atoms_.push_back({&atom, is_indexed(atom), {}});
      }
      ids.push_back(at->second);
      keywords = keywords || atom.keyword;
    }
    compiled_->asks_keywords_.push_back(keywords);
  }

  // The first regex that was written the same.
  const Regex* same_regex(const Regex& regex) {
    const RegexFlags flags = regex.flags();
    return regexes_
        .try_emplace({regex.pattern(), flags.ignore_case, flags.multi_line, flags.dot_all}, &regex)
        .first->second;
  }

  void add_witnesses(std::uint32_t rule, const sigma::Detection& detection) {
    const auto witnesses = match::find_witnesses(detection, cost_of);
    if (!witnesses) {
      compiled_->always_tried_.push_back(rule);
      return;
    }
    for (const std::uint32_t atom : *witnesses) {
      std::vector<std::uint32_t>& leads =
          compiled_->atoms_[compiled_->rule_atoms_[rule][atom]].witnesses;
      if (leads.empty() || leads.back() != rule) {
        leads.push_back(rule);
      }
    }
  }

  Status build_fields() {
    std::map<std::uint32_t, std::vector<std::pair<AtomId, const Atom*>>> by_field;
    for (AtomId id = 0; id < compiled_->atoms_.size(); ++id) {
      const Atom* atom = compiled_->atoms_[id].atom;
      if (!compiled_->atoms_[id].indexed || atom->keyword) {
        continue;
      }
      for (const FieldId field : atom->fields) {
        by_field[field.value].emplace_back(id, atom);
      }
    }
    for (const auto& [field, atoms] : by_field) {
      if (compiled_->by_field_.size() <= field) {
        compiled_->by_field_.resize(field + 1);
      }
      TRY_ASSIGN(match::FieldTests tests, match::FieldTests::build(atoms));
      compiled_->by_field_[field] = std::make_unique<match::FieldTests>(std::move(tests));
    }
    return {};
  }

  Status build_keywords() {
    std::vector<std::pair<AtomId, const Atom*>> atoms;
    for (AtomId id = 0; id < compiled_->atoms_.size(); ++id) {
      if (compiled_->atoms_[id].indexed && compiled_->atoms_[id].atom->keyword) {
        atoms.emplace_back(id, compiled_->atoms_[id].atom);
      }
    }
    TRY_ASSIGN(compiled_->keywords_, match::TextTests::build(atoms));
    return {};
  }

  std::shared_ptr<CompiledRules> compiled_;
  std::map<AtomKey, AtomId> known_;
  std::map<std::tuple<std::string, bool, bool, bool>, const Regex*> regexes_;
};

Result<std::shared_ptr<const CompiledRules>> CompiledRules::compile(
    std::shared_ptr<const RuleSet> rules) {
  return RuleCompiler(std::move(rules)).run();
}

std::size_t CompiledRules::memory_bytes() const {
  std::size_t bytes = keywords_.memory_bytes();
  for (const auto& tests : by_field_) {
    bytes += tests == nullptr ? 0 : tests->memory_bytes();
  }
  return bytes;
}

}  // namespace tocsin
