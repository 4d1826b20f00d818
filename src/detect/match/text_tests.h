// TextTests: all text conditions on one field (or on the raw text, for keywords), asked at once.
//
// fired() names every atom that a value passes: literals by one Vectorscan pass, whole values by a
// hash table, wildcards and regexes by a pass that may over-report, then confirmed by the oracle's
// own code. Folded and case-exact atoms are kept apart, as they look at different bytes.
// Immutable after building and shared; what a thread needs while asking is in TextScan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/match/literal_index.h"
#include "detect/match/regex_index.h"
#include "detect/regex.h"
#include "detect/sigma/ast.h"

namespace tocsin::match {

// Global number of an atom in CompiledRules.
using AtomId = std::uint32_t;

// One thread's tools for asking.
struct TextScan {
  ScanScratch scratch;
  RegexSearcher searcher;
};

class TextTests {
 public:
  // Whether build() would take the atom: a text condition.
  static bool takes(const sigma::Atom& atom);

  // `atoms` outlive the tests.
  static Result<TextTests> build(const std::vector<std::pair<AtomId, const sigma::Atom*>>& atoms);

  bool empty() const { return entries_ == 0; }
  bool wants_folded() const { return wants_folded_; }
  void prepare(ScanScratch& scratch) const;
  // Appends the atoms that the value passes; an atom may be named more than once.
  void fired(std::string_view plain, std::string_view folded, TextScan& scan,
             std::vector<AtomId>& out) const;
  std::size_t memory_bytes() const;

 private:
  enum class Kind : std::uint8_t { kContains, kStartsWith, kEndsWith, kWildcard };
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

  // The literals of one case: folded or exact.
  struct Literals {
    LiteralIndex index;
    std::vector<std::uint32_t> first_use;  // by literal; one more at the end
    std::vector<Use> uses;
    ByText<std::vector<AtomId>> whole;
    std::vector<Use> always;  // wildcards without a literal, empty texts
  };
  struct LiteralScan;

  static Result<Literals> build_literals(
      const std::vector<std::pair<AtomId, const sigma::Atom*>>& atoms);
  static void on_literal(void* context, std::uint32_t literal, std::size_t end);
  static void scan_literals(const Literals& literals, std::string_view text, TextScan& scan,
                            std::vector<AtomId>& out);
  void scan_regexes(std::string_view plain, TextScan& scan, std::vector<AtomId>& out) const;

  std::size_t entries_ = 0;
  bool wants_folded_ = false;
  bool has_exact_ = false;
  Literals folded_;
  Literals exact_;
  RegexIndex regexes_;
  std::vector<std::pair<AtomId, const Regex*>> regex_atoms_;
};

}  // namespace tocsin::match
