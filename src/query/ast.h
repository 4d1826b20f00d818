// The syntax tree of a query: a filter, then commands. Immutable once parsed; shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/command.h"

namespace tocsin {

enum class CompareOp : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kMore, kMoreEqual };

// ">=" and so on.
std::string_view compare_op_text(CompareOp op);

// What stands behind `field:` or alone: a word, a pattern, a phrase.
struct MatchValue {
  std::string text;      // of a pattern: with `*` for "any", other stars escaped as "\*"
  bool quoted = false;   // a phrase: stars are stars
  bool pattern = false;  // has a star that means "any"
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

enum class ExprKind : std::uint8_t {
  kEverything,  // matches every row
  kAnd,         // of all args
  kOr,
  kNot,
  kWord,    // `value` in any text
  kMatch,   // field `name`, op, `value`; op kEqual for `field:value`
  kExists,  // field `name`
  kField,   // the value of field `name`
  kNumber,  // `number`, an integer when `whole`
  kText,    // `name`
  kBool,    // `number` != 0
  kNull,
  kCompare,     // args[0] op args[1]
  kArithmetic,  // `name` is + - * / %; one arg: negation
  kCall,        // function `name`
};

struct Expr {
  ExprKind kind = ExprKind::kEverything;
  std::size_t at = 0;  // byte in the query's text
  std::string name;
  CompareOp op = CompareOp::kEqual;
  MatchValue value;
  double number = 0;
  std::int64_t integer = 0;
  bool whole = false;
  std::vector<ExprPtr> args;
};

struct QueryTree {
  std::string text;
  ExprPtr filter;
  std::vector<std::unique_ptr<const Command>> commands;
};

}  // namespace tocsin
