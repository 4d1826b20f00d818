// The functions of `where` and `eval`: one row each, in functions.cc.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "query/expr_sql.h"

namespace tocsin {

// `call` names the function; its arguments are compiled in the scope.
Result<TypedSql> call_sql(const Expr& call, const FieldScope& scope);

std::vector<std::string_view> function_names();

// An error of a tree that was parsed already; the text names the place by character.
Error expression_error(const Expr& expr, std::string_view what);

}  // namespace tocsin
