#include "query/filter_parser.h"

#include "base/text.h"

namespace tocsin {
namespace {

std::shared_ptr<Expr> node(ExprKind kind, std::size_t at) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->at = at;
  return expr;
}

bool ends_word(char c) {
  return c == '\0' || is_space(c) || c == '(' || c == ')' || c == '"' || c == '|' || c == '<' ||
         c == '>' || c == '=';
}

// A bare word; stops before an operator. `colon`: whether ':' belongs to it.
enum class Colon : std::uint8_t { kEnds, kBelongs };

Result<MatchValue> bare_word(Cursor& cursor, Colon colon) {
  MatchValue value;
  const std::size_t begin = cursor.at();
  std::string plain;
  while (!ends_word(cursor.peek())) {
    char c = cursor.peek();
    if ((c == ':' && colon == Colon::kEnds) || (c == '!' && cursor.peek(1) == '=')) {
      break;
    }
    if (c == '*') {
      value.pattern = true;
      value.text += '*';
    } else {
      if (c == '\\' && !is_space(cursor.peek(1)) && cursor.peek(1) != '\0') {
        cursor.advance(1);
        c = cursor.peek();
      }
      value.text += c == '*' ? "\\*" : c == '\\' ? "\\\\" : std::string(1, c);
      plain.push_back(c);
    }
    cursor.advance(1);
  }
  if (cursor.at() == begin) {
    return cursor.error("a word or a value is expected here");
  }
  if (!value.pattern) {
    value.text = std::move(plain);
  }
  return value;
}

bool next_is_keyword(Cursor& cursor) {
  const std::size_t at = cursor.at();
  const bool keyword = cursor.take_word("and") || cursor.take_word("or");
  cursor.move_to(at);
  return keyword;
}

// Inside `field:( … )` words mean values of that field.
struct FieldScope {
  const std::string* field = nullptr;
};

Result<ExprPtr> parse_or(Cursor& cursor, const FieldScope& scope);

Result<ExprPtr> leaf(Cursor& cursor, const FieldScope& scope) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  if (scope.field != nullptr) {
    return parse_match(cursor, *scope.field, at);
  }
  MatchValue word;
  if (cursor.peek() == '"' || cursor.peek() == '`') {
    TRY_ASSIGN(word.text, cursor.quoted());
    word.quoted = true;
  } else {
    TRY_ASSIGN(word, bare_word(cursor, Colon::kEnds));
  }
  const std::size_t behind = cursor.at();
  if (const auto op = take_compare_op(cursor)) {
    if (*op == CompareOp::kEqual) {
      return parse_match(cursor, word.text, at);
    }
    cursor.skip_space();
    TRY_ASSIGN(MatchValue value, parse_match_value(cursor));
    return make_match(at, std::move(word.text), *op, std::move(value));
  }
  cursor.move_to(behind);
  if (word.text == "*" && word.pattern) {
    return ExprPtr(node(ExprKind::kEverything, at));
  }
  auto expr = node(ExprKind::kWord, at);
  expr->value = std::move(word);
  return ExprPtr(std::move(expr));
}

Result<ExprPtr> parse_unary(Cursor& cursor, const FieldScope& scope) {
  TRY(cursor.enter());
  cursor.skip_space();
  const std::size_t at = cursor.at();
  Result<ExprPtr> result = ExprPtr();
  if (cursor.take_word("not")) {
    TRY_ASSIGN(ExprPtr inner, parse_unary(cursor, scope));
    auto expr = node(ExprKind::kNot, at);
    expr->args.push_back(std::move(inner));
    result = ExprPtr(std::move(expr));
  } else if (cursor.peek() == '(') {
    cursor.advance(1);
    TRY_ASSIGN(result, parse_or(cursor, scope));
    if (!cursor.take(")")) {
      return cursor.error(at, "this parenthesis is not closed");
    }
  } else {
    result = leaf(cursor, scope);
  }
  cursor.leave();
  return result;
}

bool more_terms(Cursor& cursor) {
  return !cursor.at_command_end() && cursor.peek() != ')';
}

Result<ExprPtr> parse_and(Cursor& cursor, const FieldScope& scope) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  std::vector<ExprPtr> terms;
  do {
    TRY_ASSIGN(ExprPtr term, parse_unary(cursor, scope));
    terms.push_back(std::move(term));
    // Words side by side are meant together.
  } while (cursor.take_word("and") || (more_terms(cursor) && !next_is_keyword(cursor)));
  if (terms.size() == 1) {
    return std::move(terms.front());
  }
  auto expr = node(ExprKind::kAnd, at);
  expr->args = std::move(terms);
  return ExprPtr(std::move(expr));
}

Result<ExprPtr> parse_or(Cursor& cursor, const FieldScope& scope) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  std::vector<ExprPtr> terms;
  do {
    TRY_ASSIGN(ExprPtr term, parse_and(cursor, scope));
    terms.push_back(std::move(term));
  } while (cursor.take_word("or"));
  if (terms.size() == 1) {
    return std::move(terms.front());
  }
  auto expr = node(ExprKind::kOr, at);
  expr->args = std::move(terms);
  return ExprPtr(std::move(expr));
}

}  // namespace

std::string_view compare_op_text(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return "=";
    case CompareOp::kNotEqual:
      return "<>";
    case CompareOp::kLess:
      return "<";
    case CompareOp::kLessEqual:
      return "<=";
    case CompareOp::kMore:
      return ">";
    case CompareOp::kMoreEqual:
      return ">=";
  }
  return "=";
}

std::optional<CompareOp> take_compare_op(Cursor& cursor) {
  struct Spelling {
    std::string_view text;
    CompareOp op;
  };
  constexpr Spelling kSpellings[] = {{"!=", CompareOp::kNotEqual},  {"<=", CompareOp::kLessEqual},
                                     {">=", CompareOp::kMoreEqual}, {"==", CompareOp::kEqual},
                                     {"<", CompareOp::kLess},       {">", CompareOp::kMore},
                                     {"=", CompareOp::kEqual},      {":", CompareOp::kEqual}};
  for (const Spelling& spelling : kSpellings) {
    if (cursor.take(spelling.text)) {
      return spelling.op;
    }
  }
  return std::nullopt;
}

ExprPtr make_match(std::size_t at, std::string field, CompareOp op, MatchValue value) {
  const bool negated = op == CompareOp::kNotEqual;
  const bool any = (op == CompareOp::kEqual || negated) && value.pattern && value.text == "*";
  auto expr = node(any ? ExprKind::kExists : ExprKind::kMatch, at);
  expr->name = std::move(field);
  expr->op = negated ? CompareOp::kEqual : op;
  expr->value = std::move(value);
  if (!negated) {
    return expr;
  }
  auto inverse = node(ExprKind::kNot, at);
  inverse->args.push_back(std::move(expr));
  return inverse;
}

Result<MatchValue> parse_match_value(Cursor& cursor) {
  if (cursor.peek() == '"') {
    MatchValue value;
    TRY_ASSIGN(value.text, cursor.quoted());
    value.quoted = true;
    return value;
  }
  return bare_word(cursor, Colon::kBelongs);
}

Result<ExprPtr> parse_match(Cursor& cursor, const std::string& field, std::size_t at) {
  cursor.skip_space();
  if (cursor.peek() == '(') {
    const std::size_t open = cursor.at();
    cursor.advance(1);
    TRY(cursor.enter());
    TRY_ASSIGN(ExprPtr inner, parse_or(cursor, FieldScope{&field}));
    cursor.leave();
    if (!cursor.take(")")) {
      return cursor.error(open, "this parenthesis is not closed");
    }
    return inner;
  }
  CompareOp op = CompareOp::kEqual;
  if (cursor.peek() == '<' || cursor.peek() == '>') {  // field:>=5
    op = take_compare_op(cursor).value_or(CompareOp::kEqual);
    cursor.skip_space();
  }
  TRY_ASSIGN(MatchValue value, parse_match_value(cursor));
  return make_match(at, field, op, std::move(value));
}

Result<ExprPtr> parse_filter(Cursor& cursor) {
  if (cursor.at_command_end()) {
    return ExprPtr(node(ExprKind::kEverything, cursor.at()));
  }
  TRY_ASSIGN(ExprPtr filter, parse_or(cursor, FieldScope{}));
  if (!cursor.at_command_end()) {
    return cursor.error("this does not belong here");
  }
  return filter;
}

}  // namespace tocsin
