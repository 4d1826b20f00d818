#include "enrich/threat_format.h"

#include <array>

#include "base/fail.h"
#include "enrich/misp.h"
#include "enrich/stix.h"
#include "enrich/threat_text.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"plain", "csv", "ipsum", "stix", "misp"};

}  // namespace

std::string_view threat_format_name(ThreatFormat format) {
  return kNames[static_cast<std::size_t>(format)];
}

Result<ThreatFormat> threat_format(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) {
      return static_cast<ThreatFormat>(i);
    }
  }
  return fail(ErrorCode::kInvalid,
              "the format of a threat list is plain, csv, ipsum, stix or misp, not \"{}\"",
              name.substr(0, 64));
}

Result<std::shared_ptr<const ThreatList>> parse_threat_list(const ThreatFormatOptions& options,
                                                            const ThreatListTerms& terms,
                                                            std::string_view text, BadLines& bad,
                                                            ThreatListReading* reading) {
  ThreatListBuilder list(terms, bad);
  switch (options.format) {
    case ThreatFormat::kPlain:
      read_plain(options, text, list);
      break;
    case ThreatFormat::kIpsum:
      read_ipsum(options, text, list);
      break;
    case ThreatFormat::kCsv:
      TRY(read_csv(options, text, list));
      break;
    case ThreatFormat::kStix:
      TRY(read_stix(text, list));
      break;
    case ThreatFormat::kMisp:
      TRY(read_misp(text, options.misp_only_to_ids, list));
      break;
  }
  if (reading != nullptr) {
    reading->unsure = list.unsure();
  }
  return list.finish();
}

}  // namespace tocsin
