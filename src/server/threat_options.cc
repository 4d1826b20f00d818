#include "server/threat_options.h"

namespace tocsin {

FeedSource feed_source(const ThreatListSettings& list) {
  FeedSource source;
  switch (list.origin) {
    case ThreatOrigin::kFile:
      source.kind = FeedKind::kFile;
      break;
    case ThreatOrigin::kUrl:
      source.kind = FeedKind::kUrl;
      break;
    case ThreatOrigin::kTaxii:
      source.kind = FeedKind::kTaxii;
      break;
    case ThreatOrigin::kMisp:
      source.kind = FeedKind::kMisp;
      break;
  }
  source.location = list.location;
  source.secret = {list.secret.username, list.secret.header, list.secret.file,
                   list.secret.environment};
  source.ca_file = list.ca_file;
  source.timeout = list.timeout;
  source.bytes_max = list.bytes_max;
  return source;
}

ThreatFormatOptions threat_format_options(const ThreatListSettings& list) {
  ThreatFormatOptions options;
  options.format = threat_format(list.format).value_or(ThreatFormat::kPlain);
  options.kind = parse_indicator_kind(list.kind);
  options.csv_column = static_cast<unsigned>(list.column - 1);
  options.csv = {list.columns.value,       list.columns.kind,  list.columns.confidence,
                 list.columns.valid_until, list.columns.label, list.columns.reference};
  options.count_min = static_cast<std::int64_t>(list.count_min);
  options.misp_only_to_ids = list.only_to_ids;
  return options;
}

RetroOptions retro_options(const Settings& settings) {
  RetroOptions options;
  options.folder = settings.data_directory + "/cache/threats";
  options.look_back = settings.enrich.retro_match.look_back;
  options.findings_max = settings.enrich.retro_match.findings_max;
  return options;
}

}  // namespace tocsin
