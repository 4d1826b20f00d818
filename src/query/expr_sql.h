// Expressions as SQL, in a scope.
#pragma once

#include "base/result.h"
#include "query/ast.h"
#include "query/field_scope.h"

namespace tocsin {

struct TypedSql {
  Sql sql;
  ColumnType type = ColumnType::kText;
};

// A condition; true, or false or null.
Result<Sql> predicate_sql(const Expr& expr, const FieldScope& scope);
// A value; null where it cannot be computed.
Result<TypedSql> value_sql(const Expr& expr, const FieldScope& scope);
// The value as a number (DOUBLE), null when it is none; as text.
Sql as_number(const TypedSql& value);
Sql as_text(const TypedSql& value);

// A field's value for computing: one of several is the first.
TypedSql field_value(const FieldAccess& field);

}  // namespace tocsin
