// The filter part of a query (KQL with a few liberties; grammar in docs/query.md).
#pragma once

#include "base/result.h"
#include "query/ast.h"
#include "query/cursor.h"

namespace tocsin {

// Up to the pipe or the end. An empty filter matches everything.
Result<ExprPtr> parse_filter(Cursor& cursor);

// What stands behind `field:`: a value, a quotation, `*`, or a list in parentheses.
Result<ExprPtr> parse_match(Cursor& cursor, const std::string& field, std::size_t at);

// The value itself; `:` may be part of it.
Result<MatchValue> parse_match_value(Cursor& cursor);

// "field op value" as a tree; != is "not (field = value)".
ExprPtr make_match(std::size_t at, std::string field, CompareOp op, MatchValue value);

// = == != : < <= > >= , or nothing.
std::optional<CompareOp> take_compare_op(Cursor& cursor);

}  // namespace tocsin
