// Threat lists of lines: plain, ipsum, CSV. '#' and ';' start comments where they are none of the
// entry's own (a URL, a user agent). A line of a hosts file ("0.0.0.0 bad.example") is its name.
#pragma once

#include <string_view>

#include "base/result.h"
#include "enrich/threat_format.h"

namespace tocsin {

void read_plain(const ThreatFormatOptions& options, std::string_view text, ThreatListBuilder& list);
void read_ipsum(const ThreatFormatOptions& options, std::string_view text, ThreatListBuilder& list);
// The header is the first line, or the last comment before the entries (abuse.ch writes it so).
// kCorrupt when a named column is not in it.
Status read_csv(const ThreatFormatOptions& options, std::string_view text, ThreatListBuilder& list);

// What a column or a MISP attribute calls a kind: "ip-dst", "ipv4", "hostname", "sha256_hash", …
std::optional<IndicatorKind> kind_of_word(std::string_view word);

}  // namespace tocsin
