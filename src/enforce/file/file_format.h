// What a list of decisions looks like in the files of other programs. Pure; the order is stable.
//
// Every value is escaped for its format; a value that a format cannot hold is left out and named.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enforce/standing.h"

namespace tocsin {

enum class FileFormat : std::uint8_t {
  kPlain,       // 203.0.113.0/24
  kNginxDeny,   // deny 203.0.113.0/24;            (include in http, server or location)
  kNginxGeo,    // 203.0.113.0/24 block;           (include in a geo block)
  kNginxMap,    // "alice" disable;                (include in a map block; users, sessions, keys)
  kApache,      // Require not ip 203.0.113.0/24   (Include in <RequireAll>)
  kHaproxyMap,  // 203.0.113.0/24 block            (map_ip)
  kJson,        // [{"id":…,"kind":…,…}]
};
std::optional<FileFormat> parse_file_format(std::string_view word);
// "plain, nginx-deny, …" for messages.
std::string file_format_words();
// Whether a file of this format says anything about such decisions.
bool format_covers(FileFormat format, DecisionKind kind, ScopeKind scope);

struct FileText {
  std::string text;
  std::vector<FailedDecision> left_out;
};
FileText file_text(FileFormat format, const StandingDecisions& all, Span now);

}  // namespace tocsin
