// Evaluator: says whether an event fits an atom, a tree, a rule. The meaning of Sigma is here, as
// plainly as it can be said; the oracle, the gate, explain and the tests all use it. One thread.
#pragma once

#include <optional>

#include "detect/event_view.h"
#include "detect/regex.h"
#include "detect/sigma/ast.h"

namespace tocsin {

class Evaluator {
 public:
  Evaluator(FieldCatalog& fields, DatasetCatalog& datasets) : view_(fields, datasets) {}

  EventView& view() { return view_; }
  void reset(const EventBatch& batch, std::size_t event) { view_.reset(batch, event); }

  bool fits(const sigma::Detection& detection) { return fits(detection, detection.root); }
  bool fits(const sigma::Detection& detection, const sigma::Node& node);
  bool fits(const sigma::Atom& atom);
  // One value of one field; keywords have none. Not for kExists.
  bool value_fits(const sigma::Atom& atom, std::uint32_t slot);

  // Searches given up at a limit so far.
  std::uint64_t regex_given_up() const { return searcher_.given_up(); }

 private:
  bool keyword_fits(const sigma::Atom& atom);
  bool reference_fits(const sigma::Atom& atom, std::uint32_t slot);
  bool number_fits(const sigma::Atom& atom, std::uint32_t slot);
  bool time_fits(const sigma::Atom& atom, std::uint32_t slot);

  EventView view_;
  RegexSearcher searcher_;
};

// Whether a text (folded unless the atom is exact) passes; for all text conditions but regexes.
bool text_passes(const sigma::Atom& atom, std::string_view text);
// The number that a value is or says; nothing for null, booleans, times and other texts.
std::optional<sigma::Number> number_of(const Value& value);
bool holds(sigma::Compare compare, const sigma::Number& value, const sigma::Number& bound);
// The number that a text says: an optional minus, digits, an optional fraction; nothing else.
std::optional<sigma::Number> number_in(std::string_view text);
// A part of a time in UTC; the week is ISO 8601's.
int part_of_time(sigma::TimePart part, Micros time);

}  // namespace tocsin
