// How sources are called: in Origin::source, on the sources page, in the configuration's `name`.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.h"

namespace tocsin {

// The configured name, or "syslog-udp:5514", "syslog-tcp:601", "stdin"; "file" sources name each
// file by itself ("file:/var/log/auth.log") unless they have a name.
std::string source_name(const SourceSettings& source);

// Whether records of `origin_source` come from this configured source.
bool source_covers(const SourceSettings& source, std::string_view origin_source);

}  // namespace tocsin
