// Scalar functions that our SQL needs and DuckDB lacks:
//   tocsin_in_network(address, network): both text; false when either is not one.
//   tocsin_has_word(text, word): the text has the word or phrase, whole (index/tokens.h says what a
//   word is), ASCII letters in any case.
#pragma once

#include "base/result.h"
#include "index/duckdb/handles.h"

namespace tocsin::duck {

Status register_functions(duckdb_connection connection);

}  // namespace tocsin::duck
