// KeywordTests: many keyword conditions, which look at the whole record, asked of one event at
// once.
//
// A JSON record counts as it is and with its escapes resolved. Resolving costs more than everything
// else, so each keyword is first looked for by a stretch that escapes cannot make (no backslash,
// quote, slash or control character): in the record as it is, that is enough as long as the record
// has none but the usual escapes. What more a keyword needs is confirmed by the oracle's own code.
// Immutable after compile(), shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detect/evaluator.h"
#include "detect/match/text_tests.h"

namespace tocsin::match {

class KeywordTests {
 public:
  KeywordTests() = default;
  explicit KeywordTests(const Atoms& atoms);
  Status compile(DatabaseCache& cache);
  std::size_t weight() const { return stretches_.patterns.size() + regexes_.weight(); }

  void prepare(ScanScratch& scratch) const;
  // Appends the atoms that the event passes; an atom may be named more than once.
  void fired(Evaluator& evaluator, TextScan& scan, std::vector<AtomId>& out) const;
  void collect(std::vector<const PatternDatabase*>& databases) const;

 private:
  struct Use {
    AtomId atom;
    const sigma::Atom* source;
    bool certain;  // the stretch is the whole keyword
  };
  struct Scan;

  void add_stretch(AtomId id, const sigma::Atom& atom);
  static void on_stretch(void* context, std::uint32_t stretch, std::size_t end);

  PatternSet stretches_;                // emptied by compile()
  std::vector<std::vector<Use>> uses_;  // by stretch
  Atoms always_;                        // without such a stretch
  TextTests regexes_;
  std::shared_ptr<const PatternDatabase> database_;
};

}  // namespace tocsin::match
