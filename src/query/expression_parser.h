// Expressions of `where` and `eval`: arithmetic, comparison, functions, and KQL's `field:value`.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "query/ast.h"
#include "query/cursor.h"

namespace tocsin {

// Up to a comma, a pipe, a closing parenthesis or the end.
Result<ExprPtr> parse_expression(Cursor& cursor);

// Adds the names of the fields that the expression reads.
void collect_fields(const Expr& expr, std::set<std::string>& names);

}  // namespace tocsin
