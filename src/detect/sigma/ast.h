// What a Sigma detection is after loading: atoms (one test of one thing) under and/or/not.
//
// All names are resolved, all modifiers applied, all text folded: evaluating needs nothing else.
// The oracle walks it as it is; a compiled matcher builds its tables from the same atoms.
// Immutable after loading; shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/strong.h"
#include "detect/regex.h"
#include "detect/sigma/sigma_string.h"

namespace tocsin::sigma {

enum class Op : std::uint8_t {
  kEquals,    // the whole value is `text`
  kContains,  // `text` is in the value
  kStartsWith,
  kEndsWith,
  kWildcard,  // the whole value fits `pattern`
  kRegex,     // `regex` is found in the value
  kCidr,      // the value is an address in `network`
  kNumber,    // the value, as a number, compares to `number`; kEqual also by `text`
  kBool,      // the value is `wanted`
  kExists,    // a value (null included) is there, or (wanted = false) none is
  kNull,      // no value is there, or one of them is null
  kFieldRef,  // the value equals/contains/… (`match`) a value of `other_fields`
  kTimePart,  // a part of the value, as a time in UTC, compares to `number`
};

enum class Compare : std::uint8_t { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
enum class TextMatch : std::uint8_t { kEquals, kContains, kStartsWith, kEndsWith };
enum class TimePart : std::uint8_t { kMinute, kHour, kDay, kWeek, kMonth, kYear };
enum class Case : std::uint8_t { kIgnored, kExact };

// A whole number or a fraction, as the rule wrote it.
struct Number {
  bool is_whole = true;
  std::int64_t whole = 0;
  double real = 0;

  double as_double() const { return is_whole ? static_cast<double>(whole) : real; }
};

// Any of the values of any of `fields` may pass (arrays, mapped names); a keyword atom looks at the
// whole record instead.
struct Atom {
  Op op = Op::kEquals;
  Case text_case = Case::kIgnored;
  Compare compare = Compare::kEqual;
  TextMatch match = TextMatch::kEquals;
  TimePart time_part = TimePart::kHour;
  bool wanted = true;
  bool keyword = false;
  std::vector<FieldId> fields;
  std::vector<FieldId> other_fields;
  std::string text;  // folded unless text_case is kExact
  SigmaString pattern;
  std::shared_ptr<const Regex> regex;
  IpNetwork network;
  Number number;
};

enum class NodeKind : std::uint8_t { kAtom, kAnd, kOr, kNot };

// kAnd of nothing is true, kOr of nothing is false, kNot has one child.
struct Node {
  NodeKind kind = NodeKind::kAnd;
  std::uint32_t atom = 0;
  std::vector<Node> children;
  std::string label;  // what the rule calls it: "selection", "Image|endswith"; may be empty
};

struct Detection {
  std::vector<Atom> atoms;
  Node root;
};

// Sigma's words for where events come from; empty: any.
struct Logsource {
  std::string category;
  std::string product;
  std::string service;

  bool operator==(const Logsource&) const = default;
  bool empty() const { return category.empty() && product.empty() && service.empty(); }
};

// Every word that `broad` gives is the same in `narrow`.
bool covers(const Logsource& broad, const Logsource& narrow);
// "category: webserver, product: nginx"
std::string logsource_text(const Logsource& logsource);

}  // namespace tocsin::sigma
