// The only two ways in which a name or a path becomes part of SQL text. Values are always bound.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

// "name" with inner quotes doubled.
std::string sql_name(std::string_view name);
// 'text' with inner quotes doubled; for paths of our own files, where SQL takes no parameter.
std::string sql_literal(std::string_view text);

}  // namespace tocsin
