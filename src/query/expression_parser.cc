#include "query/expression_parser.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "model/ecs_fields.h"
#include "query/filter_parser.h"

namespace tocsin {
namespace {

std::shared_ptr<Expr> node(ExprKind kind, std::size_t at) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->at = at;
  return expr;
}

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '`' ||
         static_cast<unsigned char>(c) >= 0x80U;
}

bool is_known_field(std::string_view name) {
  return std::ranges::find(kKnownFields, name, &KnownField::name) != kKnownFields.end();
}

Result<ExprPtr> parse_or(Cursor& cursor);
Result<ExprPtr> parse_sum(Cursor& cursor);

Result<ExprPtr> number(Cursor& cursor) {
  const std::size_t at = cursor.at();
  const auto is_part = [&cursor] {
    const char c = cursor.peek();
    return is_digit(c) || c == '.' || c == 'e' || c == 'E';
  };
  while (is_part()) {
    cursor.advance(1);
  }
  const std::string_view text = cursor.text().substr(at, cursor.at() - at);
  auto expr = node(ExprKind::kNumber, at);
  if (const auto whole = parse_int(text)) {
    expr->whole = true;
    expr->integer = *whole;
    expr->number = static_cast<double>(*whole);
  } else if (const auto real = parse_double(text)) {
    expr->number = *real;
  } else {
    return cursor.error(at, "this is not a number");
  }
  return ExprPtr(std::move(expr));
}

Result<ExprPtr> call(Cursor& cursor, std::string name, std::size_t at) {
  auto expr = node(ExprKind::kCall, at);
  expr->name = to_lower(name);
  if (cursor.take(")")) {
    return ExprPtr(std::move(expr));
  }
  do {
    TRY_ASSIGN(ExprPtr arg, parse_or(cursor));
    expr->args.push_back(std::move(arg));
  } while (cursor.take(","));
  if (!cursor.take(")")) {
    return cursor.error(fmt::format("a comma or ) is expected in the arguments of {}", name));
  }
  return ExprPtr(std::move(expr));
}

// A field, a function call, true, false, null.
Result<ExprPtr> word(Cursor& cursor) {
  const std::size_t at = cursor.at();
  const bool quoted = cursor.peek() == '`';
  std::string name;
  if (quoted) {
    TRY_ASSIGN(name, cursor.quoted());
  } else {
    while (begins_name(cursor.peek()) || is_digit(cursor.peek()) || cursor.peek() == '.') {
      name.push_back(cursor.peek());
      cursor.advance(1);
    }
  }
  if (!quoted && cursor.peek() == '(') {
    cursor.advance(1);
    return call(cursor, std::move(name), at);
  }
  if (!quoted && (name == "true" || name == "false")) {
    auto expr = node(ExprKind::kBool, at);
    expr->number = name == "true" ? 1 : 0;
    return ExprPtr(std::move(expr));
  }
  if (!quoted && name == "null") {
    return ExprPtr(node(ExprKind::kNull, at));
  }
  auto expr = node(ExprKind::kField, at);
  expr->name = std::move(name);
  return ExprPtr(std::move(expr));
}

Result<ExprPtr> primary(Cursor& cursor) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  const char c = cursor.peek();
  if (c == '(') {
    cursor.advance(1);
    TRY_ASSIGN(ExprPtr inner, parse_or(cursor));
    if (!cursor.take(")")) {
      return cursor.error(at, "this parenthesis is not closed");
    }
    return inner;
  }
  if (c == '"' || c == '\'') {
    auto expr = node(ExprKind::kText, at);
    TRY_ASSIGN(expr->name, cursor.quoted());
    return ExprPtr(std::move(expr));
  }
  if (is_digit(c) || (c == '.' && is_digit(cursor.peek(1)))) {
    return number(cursor);
  }
  if (begins_name(c)) {
    return word(cursor);
  }
  return cursor.error("a field, a value or a function is expected here");
}

Result<ExprPtr> parse_unary(Cursor& cursor) {
  TRY(cursor.enter());
  cursor.skip_space();
  const std::size_t at = cursor.at();
  Result<ExprPtr> result = ExprPtr();
  if (cursor.take("-")) {
    TRY_ASSIGN(ExprPtr inner, parse_unary(cursor));
    auto expr = node(ExprKind::kArithmetic, at);
    expr->name = "-";
    expr->args.push_back(std::move(inner));
    result = ExprPtr(std::move(expr));
  } else {
    result = primary(cursor);
  }
  cursor.leave();
  return result;
}

template <class Next>
Result<ExprPtr> left_chain(Cursor& cursor, std::string_view operators, Next next) {
  TRY_ASSIGN(ExprPtr left, next(cursor));
  while (true) {
    cursor.skip_space();
    const char c = cursor.peek();
    if (c == '\0' || operators.find(c) == std::string_view::npos) {
      return left;
    }
    auto expr = node(ExprKind::kArithmetic, cursor.at());
    cursor.advance(1);
    TRY(cursor.enter());
    TRY_ASSIGN(ExprPtr right, next(cursor));
    cursor.leave();
    expr->name = std::string(1, c);
    expr->args = {std::move(left), std::move(right)};
    left = std::move(expr);
  }
}

Result<ExprPtr> parse_product(Cursor& cursor) {
  return left_chain(cursor, "*/%", parse_unary);
}

Result<ExprPtr> parse_sum(Cursor& cursor) {
  return left_chain(cursor, "+-", parse_product);
}

// A literal on the right of a comparison with a field is matched as the filter would match it.
std::optional<MatchValue> literal_of(const Expr& expr) {
  MatchValue value;
  switch (expr.kind) {
    case ExprKind::kText:
      value.text = expr.name;
      value.quoted = true;
      return value;
    case ExprKind::kNumber:
      value.text = expr.whole ? fmt::format("{}", expr.integer) : fmt::format("{}", expr.number);
      return value;
    case ExprKind::kBool:
      value.text = expr.number != 0 ? "true" : "false";
      value.quoted = true;
      return value;
    case ExprKind::kField:  // a bare word: user.name = alice
      if (expr.name.find('.') != std::string::npos || is_known_field(expr.name)) {
        return std::nullopt;
      }
      value.text = expr.name;
      value.quoted = true;
      return value;
    default:
      return std::nullopt;
  }
}

Result<ExprPtr> parse_comparison(Cursor& cursor) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  TRY_ASSIGN(ExprPtr left, parse_sum(cursor));
  cursor.skip_space();
  const bool is_field = left->kind == ExprKind::kField;
  if (is_field && cursor.peek() == ':') {
    cursor.advance(1);
    return parse_match(cursor, left->name, at);
  }
  const std::size_t op_at = cursor.at();
  if (cursor.peek() == ':') {
    return cursor.error("only a field can stand before ':'");
  }
  const auto op = take_compare_op(cursor);
  if (!op) {
    return left;
  }
  TRY_ASSIGN(ExprPtr right, parse_sum(cursor));
  if (is_field) {
    if (auto value = literal_of(*right)) {
      return make_match(at, left->name, *op, std::move(*value));
    }
  }
  auto expr = node(ExprKind::kCompare, op_at);
  expr->op = *op;
  expr->args = {std::move(left), std::move(right)};
  return ExprPtr(std::move(expr));
}

Result<ExprPtr> parse_not(Cursor& cursor) {
  TRY(cursor.enter());
  cursor.skip_space();
  const std::size_t at = cursor.at();
  Result<ExprPtr> result = ExprPtr();
  if (cursor.take_word("not")) {
    TRY_ASSIGN(ExprPtr inner, parse_not(cursor));
    auto expr = node(ExprKind::kNot, at);
    expr->args.push_back(std::move(inner));
    result = ExprPtr(std::move(expr));
  } else {
    result = parse_comparison(cursor);
  }
  cursor.leave();
  return result;
}

Result<ExprPtr> joined(Cursor& cursor, std::string_view keyword, ExprKind kind,
                       Result<ExprPtr> (*next)(Cursor&)) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  std::vector<ExprPtr> terms;
  do {
    TRY_ASSIGN(ExprPtr term, next(cursor));
    terms.push_back(std::move(term));
  } while (cursor.take_word(keyword));
  if (terms.size() == 1) {
    return std::move(terms.front());
  }
  auto expr = node(kind, at);
  expr->args = std::move(terms);
  return ExprPtr(std::move(expr));
}

Result<ExprPtr> parse_and(Cursor& cursor) {
  return joined(cursor, "and", ExprKind::kAnd, parse_not);
}

Result<ExprPtr> parse_or(Cursor& cursor) {
  return joined(cursor, "or", ExprKind::kOr, parse_and);
}

}  // namespace

Result<ExprPtr> parse_expression(Cursor& cursor) {
  return parse_or(cursor);
}

void collect_fields(const Expr& expr, std::set<std::string>& names) {
  if (expr.kind == ExprKind::kField || expr.kind == ExprKind::kMatch ||
      expr.kind == ExprKind::kExists) {
    names.insert(expr.name);
  }
  for (const ExprPtr& arg : expr.args) {
    collect_fields(*arg, names);
  }
}

}  // namespace tocsin
