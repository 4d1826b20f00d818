// TextTests: many text conditions asked of one text at once.
//
// fired() names every atom that the text passes: literals by one Vectorscan pass over the bytes as
// they are, whole values by a hash table, wildcards and regexes by a pass that may over-report,
// then confirmed by the oracle's own code. Case is ignored in ASCII by Vectorscan; literals with
// letters of other scripts are looked for by their longest run without such, then confirmed.
// Made in two steps, so that databases can be compiled by several threads. Immutable after
// compile() and shared; what a thread needs while asking is in TextScan.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/event_view.h"
#include "detect/match/database_cache.h"
#include "detect/match/pattern_database.h"
#include "detect/regex.h"
#include "detect/sigma/ast.h"

namespace tocsin::match {

// Global number of an atom in CompiledRules.
using AtomId = std::uint32_t;
using Atoms = std::vector<std::pair<AtomId, const sigma::Atom*>>;

// One thread's tools for asking.
struct TextScan {
  ScanScratch scratch;
  RegexSearcher searcher;
  std::vector<std::uint32_t> maybe;  // regexes to confirm
};

// A text as it is, and folded when somebody asks.
class AskedText {
 public:
  static AskedText of_slot(EventView& view, std::uint32_t slot) { return {view, slot, false}; }
  static AskedText of_record(EventView& view, std::size_t which) {
    return {view, static_cast<std::uint32_t>(which), true};
  }
  std::string_view plain() const { return plain_; }
  std::string_view folded() const {
    return record_ ? view_.keyword_folded(at_) : view_.folded(at_);
  }
  std::string_view by_case(sigma::Case text_case) const {
    return text_case == sigma::Case::kExact ? plain() : folded();
  }

 private:
  AskedText(EventView& view, std::uint32_t at, bool record)
      : view_(view),
        at_(at),
        record_(record),
        plain_(record ? view.keyword_text(at) : view.text(at)) {}

  EventView& view_;
  const std::uint32_t at_;
  const bool record_;
  const std::string_view plain_;
};

class TextTests {
 public:
  // Whether the constructor would take the atom: a text condition.
  static bool takes(const sigma::Atom& atom);

  TextTests() = default;
  // `atoms` outlive the tests.
  explicit TextTests(const Atoms& atoms);
  // Before the first question. How much work that is: weight().
  Status compile(DatabaseCache& cache);
  std::size_t weight() const { return literals_.patterns.size() + 100 * regexes_.patterns.size(); }

  bool empty() const { return entries_ == 0; }
  void prepare(ScanScratch& scratch) const;
  // Appends the atoms that the text passes; an atom may be named more than once.
  void fired(const AskedText& text, TextScan& scan, std::vector<AtomId>& out) const;
  // Adds the databases in use; several tests may share one.
  void collect(std::vector<const PatternDatabase*>& databases) const;

 private:
  enum class Kind : std::uint8_t { kContains, kStartsWith, kEndsWith, kConfirm };
  struct Use {
    Kind kind;
    AtomId atom;
    std::uint32_t size;  // of the literal
    const sigma::Atom* source;
  };
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;
  static constexpr std::size_t kLengths = 256;

  // Values that must be a rule's text from end to end.
  struct Whole {
    ByText<std::vector<AtomId>> atoms;
    std::bitset<kLengths> lengths;  // that a text may have; the last stands for all above

    void add(const std::string& text, AtomId atom);
    bool may_hold(std::string_view text) const {
      return !atoms.empty() && lengths[std::min(text.size(), kLengths - 1)];
    }
    void find(std::string_view text, std::vector<AtomId>& out) const;
  };
  struct Scan;

  void add_literals(const Atoms& atoms);
  static void on_literal(void* context, std::uint32_t literal, std::size_t end);
  void scan_regexes(std::string_view plain, TextScan& scan, std::vector<AtomId>& out) const;

  std::size_t entries_ = 0;
  Whole whole_folded_;
  Whole whole_exact_;
  PatternSet literals_;                   // emptied by compile()
  std::vector<std::uint32_t> first_use_;  // by literal; one more at the end
  std::vector<Use> uses_;
  std::vector<Use> always_;  // no literal can stand for them
  PatternSet regexes_;       // emptied by compile()
  std::vector<std::pair<AtomId, const Regex*>> regex_atoms_;
  std::shared_ptr<const PatternDatabase> literal_database_;
  std::shared_ptr<const PatternDatabase> regex_database_;
};

// The longest stretch of `text` for which `allowed` holds, cut at a length that is enough.
std::string_view longest_run(std::string_view text, bool (*allowed)(char c));

}  // namespace tocsin::match
