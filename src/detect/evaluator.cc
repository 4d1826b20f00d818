#include "detect/evaluator.h"

#include <cstring>

#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

using sigma::Atom;
using sigma::Case;
using sigma::Compare;
using sigma::NodeKind;
using sigma::Number;
using sigma::Op;
using sigma::TextMatch;
using sigma::TimePart;

bool contains(std::string_view text, std::string_view part) {
  return part.size() <= text.size() &&
         (part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr);
}

bool matches_as(TextMatch match, std::string_view text, std::string_view other) {
  switch (match) {
    case TextMatch::kEquals:
      return text == other;
    case TextMatch::kContains:
      return !other.empty() && contains(text, other);
    case TextMatch::kStartsWith:
      return !other.empty() && text.starts_with(other);
    case TextMatch::kEndsWith:
      return !other.empty() && text.ends_with(other);
  }
  return false;
}

// ISO 8601: the week of a day is the week of its Thursday.
int iso_week(Micros time) {
  const CivilTime civil = civil_from_micros(time);
  const std::int64_t day = days_from_civil(civil.year, civil.month, civil.day);
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // Monday 0; 1970-01-01 was a Thursday
  const std::int64_t thursday = day - weekday + 3;
  const std::int64_t shift_micros = (thursday - day) * 86'400 * kMicrosPerSecond;
  const CivilTime of_thursday = civil_from_micros(Micros(time.value + shift_micros));
  return static_cast<int>((thursday - days_from_civil(of_thursday.year, 1, 1)) / 7 + 1);
}

}  // namespace

bool text_passes(const Atom& atom, std::string_view text) {
  switch (atom.op) {
    case Op::kEquals:
      return text == atom.text;
    case Op::kContains:
      return contains(text, atom.text);
    case Op::kStartsWith:
      return text.starts_with(atom.text);
    case Op::kEndsWith:
      return text.ends_with(atom.text);
    case Op::kWildcard:
      return atom.pattern.matches(text);
    case Op::kRegex:
    case Op::kCidr:
    case Op::kNumber:
    case Op::kBool:
    case Op::kExists:
    case Op::kNull:
    case Op::kFieldRef:
    case Op::kTimePart:
      return false;
  }
  return false;
}

bool holds(Compare compare, const Number& value, const Number& bound) {
  const bool whole = value.is_whole && bound.is_whole;
  const double a = value.as_double();
  const double b = bound.as_double();
  const bool less = whole ? value.whole < bound.whole : a < b;
  const bool equal = whole ? value.whole == bound.whole : a == b;
  switch (compare) {
    case Compare::kEqual:
      return equal;
    case Compare::kLess:
      return less;
    case Compare::kLessEqual:
      return less || equal;
    case Compare::kGreater:
      return whole ? value.whole > bound.whole : a > b;
    case Compare::kGreaterEqual:
      return equal || (whole ? value.whole > bound.whole : a > b);
  }
  return false;
}

std::optional<Number> number_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kInt:
      return Number{true, value.as_int(), 0};
    case ValueKind::kDouble:
      return Number{false, 0, value.as_double()};
    case ValueKind::kText:
      return number_in(value.as_text());
    case ValueKind::kNull:
    case ValueKind::kBool:
    case ValueKind::kTime:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Number> number_in(std::string_view text) {
  if (text.empty() || text.size() > 40) {
    return std::nullopt;
  }
  const std::size_t first = text[0] == '-' ? 1 : 0;
  if (first >= text.size() || !is_digit(text[first])) {
    return std::nullopt;
  }
  if (const auto whole = parse_int(text)) {
    return Number{true, *whole, 0};
  }
  if (text.find_first_not_of("0123456789.", first) != std::string_view::npos) {
    return std::nullopt;
  }
  const auto real = parse_double(text);
  return real ? std::optional(Number{false, 0, *real}) : std::nullopt;
}

int part_of_time(TimePart part, Micros time) {
  const CivilTime civil = civil_from_micros(time);
  switch (part) {
    case TimePart::kMinute:
      return civil.minute;
    case TimePart::kHour:
      return civil.hour;
    case TimePart::kDay:
      return civil.day;
    case TimePart::kWeek:
      return iso_week(time);
    case TimePart::kMonth:
      return civil.month;
    case TimePart::kYear:
      return civil.year;
  }
  return 0;
}

bool Evaluator::fits(const sigma::Detection& detection, const sigma::Node& node) {
  switch (node.kind) {
    case NodeKind::kAtom:
      return fits(detection.atoms[node.atom]);
    case NodeKind::kAnd:
      for (const sigma::Node& child : node.children) {
        if (!fits(detection, child)) {
          return false;
        }
      }
      return true;
    case NodeKind::kOr:
      for (const sigma::Node& child : node.children) {
        if (fits(detection, child)) {
          return true;
        }
      }
      return false;
    case NodeKind::kNot:
      return !fits(detection, node.children[0]);
  }
  return false;
}

bool Evaluator::fits(const Atom& atom) {
  if (atom.keyword) {
    return keyword_fits(atom);
  }
  bool present = false;
  for (const FieldId field : atom.fields) {
    for (std::uint32_t slot = view_.first(field); slot != EventView::kNone;
         slot = view_.next(slot)) {
      present = true;
      if (atom.op != Op::kExists && value_fits(atom, slot)) {
        return true;
      }
    }
  }
  if (atom.op == Op::kExists) {
    return present == atom.wanted;
  }
  return atom.op == Op::kNull && !present;
}

bool Evaluator::keyword_fits(const Atom& atom) {
  const bool exact = atom.text_case == Case::kExact;
  for (std::size_t which = 0; which < view_.keyword_texts(); ++which) {
    const std::string_view plain = view_.keyword_text(which);
    if (atom.op == Op::kRegex ? searcher_.found(*atom.regex, plain)
                              : text_passes(atom, exact ? plain : view_.keyword_folded(which))) {
      return true;
    }
  }
  return false;
}

bool Evaluator::value_fits(const Atom& atom, std::uint32_t slot) {
  const Value& value = view_.value(slot);
  if (value.is_null()) {
    return atom.op == Op::kNull;
  }
  switch (atom.op) {
    case Op::kEquals:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kWildcard:
      return text_passes(atom,
                         atom.text_case == Case::kExact ? view_.text(slot) : view_.folded(slot));
    case Op::kRegex:
      return searcher_.found(*atom.regex, view_.text(slot));
    case Op::kCidr: {
      const auto address = parse_ip_lenient(view_.text(slot));
      return address && atom.network.contains(*address);
    }
    case Op::kNumber:
      return number_fits(atom, slot);
    case Op::kBool:
      return value.kind() == ValueKind::kBool
                 ? value.as_bool() == atom.wanted
                 : value.is_text() && view_.folded(slot) == (atom.wanted ? "true" : "false");
    case Op::kExists:
    case Op::kNull:
      return false;
    case Op::kFieldRef:
      return reference_fits(atom, slot);
    case Op::kTimePart:
      return time_fits(atom, slot);
  }
  return false;
}

bool Evaluator::number_fits(const Atom& atom, std::uint32_t slot) {
  if (atom.compare == Compare::kEqual && !atom.text.empty() && view_.value(slot).is_text() &&
      view_.folded(slot) == atom.text) {
    return true;
  }
  const auto number = number_of(view_.value(slot));
  return number && holds(atom.compare, *number, atom.number);
}

bool Evaluator::time_fits(const Atom& atom, std::uint32_t slot) {
  const Value& value = view_.value(slot);
  const auto time = value.kind() == ValueKind::kTime ? std::optional(value.as_time())
                    : value.is_text()                ? parse_iso_time(value.as_text())
                                                     : std::nullopt;
  return time && holds(atom.compare, {true, part_of_time(atom.time_part, *time), 0}, atom.number);
}

bool Evaluator::reference_fits(const Atom& atom, std::uint32_t slot) {
  const bool exact = atom.text_case == Case::kExact;
  const std::string text(exact ? view_.text(slot) : view_.folded(slot));
  for (const FieldId field : atom.other_fields) {
    for (std::uint32_t other = view_.first(field); other != EventView::kNone;
         other = view_.next(other)) {
      if (!view_.value(other).is_null() &&
          matches_as(atom.match, text, exact ? view_.text(other) : view_.folded(other))) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace tocsin
