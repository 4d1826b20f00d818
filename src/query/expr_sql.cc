#include "query/expr_sql.h"

#include "base/fail.h"
#include "query/functions.h"
#include "query/match_sql.h"

namespace tocsin {
namespace {

Result<Sql> joined(const Expr& expr, const FieldScope& scope, std::string_view word) {
  Sql out = "(";
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    TRY_ASSIGN(const Sql term, predicate_sql(*expr.args[i], scope));
    out.add(i == 0 ? "" : word).add(term);
  }
  return out.add(")");
}

Sql any_of(const std::vector<Sql>& terms) {
  if (terms.empty()) {
    return "FALSE";
  }
  Sql out = "(";
  for (std::size_t i = 0; i < terms.size(); ++i) {
    out.add(i == 0 ? "" : " OR ").add(terms[i]);
  }
  return out.add(")");
}

Sql field_match(const Expr& expr, const FieldScope& scope) {
  const auto one = [&](const FieldAccess& field) {
    return expr.kind == ExprKind::kExists ? exists_sql(field) : match_sql(expr, field, scope.now());
  };
  if (expr.name.find('*') == std::string::npos) {
    return one(scope.access(expr.name));
  }
  std::vector<Sql> terms;
  for (const FieldAccess& field : scope.accesses(expr.name)) {
    terms.push_back(one(field));
  }
  return any_of(terms);
}

Result<Sql> compared(const Expr& expr, const FieldScope& scope) {
  TRY_ASSIGN(const TypedSql left, value_sql(*expr.args[0], scope));
  TRY_ASSIGN(const TypedSql right, value_sql(*expr.args[1], scope));
  const std::string op = fmt::format(" {} ", compare_op_text(expr.op));
  const auto numeric = [](ColumnType type) {
    return type == ColumnType::kLong || type == ColumnType::kDouble;
  };
  if (numeric(left.type) || numeric(right.type)) {
    return sql_of("(", as_number(left), op, as_number(right), ")");
  }
  if (left.type == right.type) {
    return sql_of("(", left.sql, op, right.sql, ")");
  }
  if (left.type == ColumnType::kTime || right.type == ColumnType::kTime) {
    return sql_of("(TRY_CAST(", left.sql, " AS TIMESTAMP)", op, "TRY_CAST(", right.sql,
                  " AS TIMESTAMP))");
  }
  return sql_of("(", as_text(left), op, as_text(right), ")");
}

Result<TypedSql> arithmetic(const Expr& expr, const FieldScope& scope) {
  TRY_ASSIGN(const TypedSql left, value_sql(*expr.args[0], scope));
  if (expr.args.size() == 1) {
    return TypedSql{sql_of("(-", as_number(left), ")"), ColumnType::kDouble};
  }
  TRY_ASSIGN(const TypedSql right, value_sql(*expr.args[1], scope));
  if (expr.name == "/" || expr.name == "%") {
    return TypedSql{
        sql_of("(", as_number(left), " ", expr.name, " nullif(", as_number(right), ", 0))"),
        ColumnType::kDouble};
  }
  return TypedSql{sql_of("(", as_number(left), " ", expr.name, " ", as_number(right), ")"),
                  ColumnType::kDouble};
}

}  // namespace

Sql as_number(const TypedSql& value) {
  switch (value.type) {
    case ColumnType::kDouble:
      return value.sql;
    case ColumnType::kLong:
    case ColumnType::kBool:
      return sql_of("CAST(", value.sql, " AS DOUBLE)");
    case ColumnType::kTime:  // seconds since 1970
      return sql_of("(epoch_us(", value.sql, ") / 1000000.0)");
    case ColumnType::kText:
      return sql_of("TRY_CAST(", value.sql, " AS DOUBLE)");
    case ColumnType::kTextList:
      return sql_of("TRY_CAST(", value.sql, "[1] AS DOUBLE)");
  }
  return value.sql;
}

Sql as_text(const TypedSql& value) {
  switch (value.type) {
    case ColumnType::kText:
      return value.sql;
    case ColumnType::kTextList:
      return sql_of("array_to_string(", value.sql, ", ', ')");
    case ColumnType::kTime:
      return sql_of("strftime(", value.sql, ", '%Y-%m-%dT%H:%M:%S.%fZ')");
    case ColumnType::kLong:
    case ColumnType::kDouble:
    case ColumnType::kBool:
      return sql_of("CAST(", value.sql, " AS VARCHAR)");
  }
  return value.sql;
}

TypedSql field_value(const FieldAccess& field) {
  if (!field.present) {
    return {sql_of("CAST(NULL AS ", sql_type(field.type), ")"), field.type};
  }
  const std::string_view type = sql_type(field.type);
  if (field.value.empty()) {
    return {sql_of("TRY_CAST(", field.overflow, "[1] AS ", type, ")"), field.type};
  }
  const Sql first =
      field.several ? sql_of("string_split(", field.value, ", chr(31))[1]") : field.value;
  if (field.overflow.empty()) {
    return {first, field.type};
  }
  return {sql_of("coalesce(", first, ", TRY_CAST(", field.overflow, "[1] AS ", type, "))"),
          field.type};
}

Result<Sql> predicate_sql(const Expr& expr, const FieldScope& scope) {
  switch (expr.kind) {
    case ExprKind::kEverything:
      return Sql("TRUE");
    case ExprKind::kAnd:
      return joined(expr, scope, " AND ");
    case ExprKind::kOr:
      return joined(expr, scope, " OR ");
    case ExprKind::kNot: {
      TRY_ASSIGN(const Sql inner, predicate_sql(*expr.args[0], scope));
      return sql_of("((", inner, ") IS NOT TRUE)");
    }
    case ExprKind::kWord: {
      std::vector<Sql> terms;
      for (const FieldAccess& field : scope.texts(word_tokens(expr.value))) {
        terms.push_back(word_sql(expr.value, field));
      }
      return any_of(terms);
    }
    case ExprKind::kMatch:
    case ExprKind::kExists:
      return field_match(expr, scope);
    case ExprKind::kCompare:
      return compared(expr, scope);
    case ExprKind::kField:
    case ExprKind::kBool:
    case ExprKind::kCall: {
      TRY_ASSIGN(const TypedSql value, value_sql(expr, scope));
      return value.type == ColumnType::kBool ? value.sql
                                             : sql_of("TRY_CAST(", as_text(value), " AS BOOLEAN)");
    }
    case ExprKind::kNumber:
    case ExprKind::kText:
    case ExprKind::kNull:
    case ExprKind::kArithmetic:
      return expression_error(expr, "a condition is expected here, this is a value");
  }
  return expression_error(expr, "a condition is expected here");
}

Result<TypedSql> value_sql(const Expr& expr, const FieldScope& scope) {
  switch (expr.kind) {
    case ExprKind::kField:
      return field_value(scope.access(expr.name));
    case ExprKind::kNumber:
      return expr.whole
                 ? TypedSql{Sql("CAST(").bind(expr.integer).add(" AS BIGINT)"), ColumnType::kLong}
                 : TypedSql{Sql("CAST(").bind(expr.number).add(" AS DOUBLE)"), ColumnType::kDouble};
    case ExprKind::kText:
      return TypedSql{Sql("CAST(").bind(expr.name).add(" AS VARCHAR)"), ColumnType::kText};
    case ExprKind::kBool:
      return TypedSql{Sql(expr.number != 0 ? "TRUE" : "FALSE"), ColumnType::kBool};
    case ExprKind::kNull:
      return TypedSql{Sql("CAST(NULL AS VARCHAR)"), ColumnType::kText};
    case ExprKind::kArithmetic:
      return arithmetic(expr, scope);
    case ExprKind::kCall:
      return call_sql(expr, scope);
    case ExprKind::kEverything:
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kNot:
    case ExprKind::kWord:
    case ExprKind::kMatch:
    case ExprKind::kExists:
    case ExprKind::kCompare: {
      TRY_ASSIGN(const Sql sql, predicate_sql(expr, scope));
      return TypedSql{sql_of("((", sql, ") IS TRUE)"), ColumnType::kBool};
    }
  }
  return expression_error(expr, "a value is expected here");
}

}  // namespace tocsin
