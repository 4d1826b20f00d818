// JSON's backslash escapes in texts that are searched, not parsed: they may stand anywhere and may
// be wrong.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

// The escapes resolved; what is none loses its backslash.
std::string json_unescaped(std::string_view text);

// Whether every escape is one of \\ \" \/ \b \f \n \r \t: then resolving them makes no other
// characters than these.
bool has_only_usual_escapes(std::string_view text);

}  // namespace tocsin
