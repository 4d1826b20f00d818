#include "query/functions.h"

#include <algorithm>
#include <span>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

using Args = std::span<const TypedSql>;
using Make = TypedSql (*)(Args args);

TypedSql number(Sql sql) {
  return {std::move(sql), ColumnType::kDouble};
}
TypedSql whole(Sql sql) {
  return {std::move(sql), ColumnType::kLong};
}
TypedSql text(Sql sql) {
  return {std::move(sql), ColumnType::kText};
}
TypedSql flag(Sql sql) {
  return {std::move(sql), ColumnType::kBool};
}

bool is_numeric(ColumnType type) {
  return type == ColumnType::kLong || type == ColumnType::kDouble;
}

// Values that become one column: of one type if they agree, numbers if all are, else text.
TypedSql united(std::string_view function, Sql lead, Args args) {
  ColumnType type = args.front().type;
  for (const TypedSql& arg : args) {
    if (arg.type != type) {
      type = is_numeric(arg.type) && is_numeric(type) ? ColumnType::kDouble : ColumnType::kText;
    }
  }
  Sql out = sql_of(function, "(", lead);
  for (std::size_t i = 0; i < args.size(); ++i) {
    out.add(i == 0 ? "" : ", ");
    out.add(type == ColumnType::kText     ? as_text(args[i])
            : type == ColumnType::kDouble ? as_number(args[i])
                                          : args[i].sql);
  }
  return {out.add(")"), type};
}

Sql condition(const TypedSql& value) {
  return value.type == ColumnType::kBool
             ? sql_of("(", value.sql, ") IS TRUE")
             : sql_of("TRY_CAST(", as_text(value), " AS BOOLEAN) IS TRUE");
}

struct Function {
  std::string_view name;
  std::size_t args_min;
  std::size_t args_max;
  Make make;
};

constexpr std::size_t kMany = 32;

const Function kFunctions[] = {
    {"abs", 1, 1, [](Args a) { return number(sql_of("abs(", as_number(a[0]), ")")); }},
    {"ceil", 1, 1, [](Args a) { return number(sql_of("ceil(", as_number(a[0]), ")")); }},
    {"coalesce", 1, kMany, [](Args a) { return united("coalesce", "", a); }},
    {"concat", 1, kMany,
     [](Args a) {
       Sql out = "concat(";
       for (std::size_t i = 0; i < a.size(); ++i) {
         out.add(i == 0 ? "" : ", ").add(as_text(a[i]));
       }
       return text(out.add(")"));
     }},
    {"cidrmatch", 2, 2,
     [](Args a) {
       return flag(sql_of("tocsin_in_network(", as_text(a[1]), ", ", as_text(a[0]), ")"));
     }},
    {"contains", 2, 2,
     [](Args a) { return flag(sql_of("contains(", as_text(a[0]), ", ", as_text(a[1]), ")")); }},
    {"endswith", 2, 2,
     [](Args a) { return flag(sql_of("ends_with(", as_text(a[0]), ", ", as_text(a[1]), ")")); }},
    {"floor", 1, 1, [](Args a) { return number(sql_of("floor(", as_number(a[0]), ")")); }},
    {"hour", 1, 1,
     [](Args a) { return whole(sql_of("hour(TRY_CAST(", a[0].sql, " AS TIMESTAMP))")); }},
    {"if", 3, 3, [](Args a) { return united("if", sql_of(condition(a[0]), ", "), a.subspan(1)); }},
    {"isnotnull", 1, 1, [](Args a) { return flag(sql_of("(", a[0].sql, " IS NOT NULL)")); }},
    {"isnull", 1, 1, [](Args a) { return flag(sql_of("(", a[0].sql, " IS NULL)")); }},
    {"len", 1, 1, [](Args a) { return whole(sql_of("length(", as_text(a[0]), ")")); }},
    {"ln", 1, 1, [](Args a) { return number(sql_of("TRY(ln(", as_number(a[0]), "))")); }},
    {"lower", 1, 1, [](Args a) { return text(sql_of("lower(", as_text(a[0]), ")")); }},
    {"match", 2, 2,
     [](Args a) {
       return flag(sql_of("regexp_matches(", as_text(a[0]), ", ", as_text(a[1]), ")"));
     }},
    {"max", 1, kMany, [](Args a) { return united("greatest", "", a); }},
    {"min", 1, kMany, [](Args a) { return united("least", "", a); }},
    {"pow", 2, 2,
     [](Args a) {
       return number(sql_of("TRY(pow(", as_number(a[0]), ", ", as_number(a[1]), "))"));
     }},
    {"replace", 3, 3,
     [](Args a) {
       return text(
           sql_of("replace(", as_text(a[0]), ", ", as_text(a[1]), ", ", as_text(a[2]), ")"));
     }},
    {"round", 1, 2,
     [](Args a) {
       const Sql digits =
           a.size() > 1 ? sql_of("TRY_CAST(", as_number(a[1]), " AS INTEGER)") : Sql("0");
       return number(sql_of("round(", as_number(a[0]), ", ", digits, ")"));
     }},
    {"sqrt", 1, 1, [](Args a) { return number(sql_of("TRY(sqrt(", as_number(a[0]), "))")); }},
    {"startswith", 2, 2,
     [](Args a) { return flag(sql_of("starts_with(", as_text(a[0]), ", ", as_text(a[1]), ")")); }},
    {"substr", 2, 3,
     [](Args a) {
       Sql out = sql_of("substring(", as_text(a[0]), ", TRY_CAST(", as_number(a[1]), " AS BIGINT)");
       if (a.size() > 2) {
         out.add(sql_of(", TRY_CAST(", as_number(a[2]), " AS BIGINT)"));
       }
       return text(out.add(")"));
     }},
    {"tonumber", 1, 1, [](Args a) { return number(as_number(a[0])); }},
    {"tostring", 1, 1, [](Args a) { return text(as_text(a[0])); }},
    {"trim", 1, 1, [](Args a) { return text(sql_of("trim(", as_text(a[0]), ")")); }},
    {"upper", 1, 1, [](Args a) { return text(sql_of("upper(", as_text(a[0]), ")")); }},
};

}  // namespace

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names = {"now"};
  for (const Function& function : kFunctions) {
    names.push_back(function.name);
  }
  return names;
}

Error expression_error(const Expr& expr, std::string_view what) {
  return fail(ErrorCode::kInvalid, "{} (character {})", what, expr.at + 1);
}

Result<TypedSql> call_sql(const Expr& call, const FieldScope& scope) {
  if (call.name == "now" && call.args.empty()) {
    return TypedSql{Sql().bind(scope.now()), ColumnType::kTime};
  }
  const auto* found = std::ranges::find(kFunctions, call.name, &Function::name);
  if (found == std::end(kFunctions)) {
    const std::string_view close = closest_word(call.name, function_names());
    return expression_error(
        call, close.empty()
                  ? fmt::format("there is no function {}()", call.name)
                  : fmt::format("there is no function {}(); did you mean {}()?", call.name, close));
  }
  if (call.args.size() < found->args_min || call.args.size() > found->args_max) {
    return expression_error(
        call, found->args_min == found->args_max
                  ? fmt::format("{}() takes {} arguments", call.name, found->args_min)
                  : fmt::format("{}() takes {} to {} arguments", call.name, found->args_min,
                                found->args_max));
  }
  std::vector<TypedSql> args;
  for (const ExprPtr& arg : call.args) {
    TRY_ASSIGN(TypedSql value, value_sql(*arg, scope));
    args.push_back(std::move(value));
  }
  return found->make(args);
}

}  // namespace tocsin
