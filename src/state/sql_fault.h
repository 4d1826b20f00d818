// From the exceptions of SOCI and its back ends to our errors, and the connection text. Only for
// state/ itself.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin {

// `doing` says what was tried. Any exception; what is no SQL fault becomes kInternal.
Error sql_fault(std::string_view doing, const std::exception& thrown);

// SOCI's connection text for a SQLite file, or kInvalid for a path that it cannot express.
Result<std::string> sqlite_connection(const std::string& path);

}  // namespace tocsin
