// Threat lists as people write them: the door of the parsers.
//
// plain: an entry first on each line; CSV: named or numbered columns; ipsum: address, tab, number
// of lists it is on; STIX 2.1 bundles (enrich/stix.h); MISP events (enrich/misp.h). Whatever form:
// good entries are kept, bad ones are noted with their place (a line, or the number of an object).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enrich/bad_lines.h"
#include "enrich/threat_list.h"

namespace tocsin {

enum class ThreatFormat : std::uint8_t { kPlain, kCsv, kIpsum, kStix, kMisp };
Result<ThreatFormat> threat_format(std::string_view name);  // "plain", "csv", "ipsum", …
std::string_view threat_format_name(ThreatFormat format);

// Names of CSV columns by the header, any case; empty: there is none.
struct CsvColumns {
  std::string value = {};
  std::string kind = {};
  std::string confidence = {};
  std::string until = {};
  std::string label = {};
  std::string reference = {};
};

struct ThreatFormatOptions {
  ThreatFormat format = ThreatFormat::kPlain;
  std::optional<IndicatorKind> kind = {};  // of every entry; else each is what it looks like
  unsigned csv_column = 0;                 // of the value, from 0, when csv.value is empty
  CsvColumns csv = {};
  std::int64_t count_min = 1;    // ipsum: on at least so many lists
  bool misp_only_to_ids = true;  // MISP: only attributes that are meant for detection
};

struct ThreatListReading {
  std::size_t unsure = 0;  // entries left out because the list is less sure of them than wanted
};

// kCorrupt when the whole text cannot be read (no JSON, no such column); then there is no list.
Result<std::shared_ptr<const ThreatList>> parse_threat_list(const ThreatFormatOptions& options,
                                                            const ThreatListTerms& terms,
                                                            std::string_view text, BadLines& bad,
                                                            ThreatListReading* reading = nullptr);

}  // namespace tocsin
