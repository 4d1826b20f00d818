// Gate: which rules may look at an event at all. Sigma's logsource is a hard gate.
//
// An event belongs to the logsource that its own words tell (tocsin.logsource.*) and to every
// logsource of the taxonomy whose condition it fits; a rule looks at it when its logsource covers
// one of those. The answer depends only on the words and on the gate fields' values, so it is kept
// per distinct combination (bounded); combinations that admit the same rules share one list. One
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/evaluator.h"
#include "detect/rule_set.h"

namespace tocsin {

class Gate {
 public:
  static constexpr std::size_t kCombinationsMax = 8'192;
  static constexpr std::size_t kListsMax = 256;
  static constexpr std::size_t kKeyBytesMax = 1'024;

  explicit Gate(std::shared_ptr<const RuleSet> rules);

  // Indices into RuleSet::rules(), ascending, for the event that `evaluator` shows. Valid until
  // forgotten() grows; the same list for everything that admits the same rules.
  const std::vector<std::uint32_t>& candidates(Evaluator& evaluator);
  // Not kept; for explain.
  bool admits(Evaluator& evaluator, std::uint32_t rule);

  std::size_t combinations() const { return known_.size(); }
  // Grows whenever a list that candidates() gave before may be gone.
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  template <class T>
  using ByKey = std::unordered_map<std::string, T, KeyHash, std::equal_to<>>;
  // Rules of one logsource.
  struct Group {
    sigma::Logsource logsource;
    std::vector<std::uint32_t> rules;
  };

  // False: longer than kKeyBytesMax.
  bool make_key(EventView& view);
  std::string_view key() const { return {key_room_.data(), key_size_}; }
  std::vector<sigma::Logsource> logsources(Evaluator& evaluator) const;
  const std::vector<std::uint32_t>& list_of(Evaluator& evaluator);

  std::shared_ptr<const RuleSet> rules_;
  std::vector<Group> groups_;
  std::vector<std::uint8_t> is_gate_field_;  // by FieldId
  ByKey<const std::vector<std::uint32_t>*> known_;
  ByKey<std::vector<std::uint32_t>> lists_;  // by which groups are admitted
  std::array<char, kKeyBytesMax> key_room_;
  std::size_t key_size_ = 0;
  std::string last_key_;
  std::uint64_t forgotten_ = 0;
  const std::vector<std::uint32_t>* last_ = nullptr;
};

}  // namespace tocsin
