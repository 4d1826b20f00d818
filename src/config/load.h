// Loading tocsin.yaml into Settings. All mistakes are reported at once, each with its place.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "sys/file_system.h"

namespace tocsin {

// `name` is what messages call the file. kInvalid: the text lists every problem, one a line:
// "tocsin.yaml:3:1: "listne" is not a setting; did you mean "listen"?".
Result<Settings> parse_settings(std::string_view text, const std::string& name);
Result<Settings> load_settings(FileSystem& files, const std::string& path);

}  // namespace tocsin
