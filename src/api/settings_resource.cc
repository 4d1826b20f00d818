#include "api/settings_resource.h"

#include "api/parameters.h"
#include "base/json_writer.h"

namespace tocsin {
namespace {

constexpr std::size_t kNetworksShownMax = 1'000;

std::int64_t seconds(Span span) {
  return span.value / kMicrosPerSecond;
}

std::string_view kind_name(SourceKind kind) {
  switch (kind) {
    case SourceKind::kFile:
      return "file";
    case SourceKind::kSyslogUdp:
      return "syslog UDP";
    case SourceKind::kSyslogTcp:
      return "syslog TCP";
    case SourceKind::kStdin:
      return "standard input";
  }
  return "";
}

void write_listeners(JsonWriter& json, const Settings& settings) {
  json.key("listeners").begin_array();
  json.begin_object().member("name", settings.tls.certificate.empty() ? "HTTP" : "HTTPS");
  json.member("address", settings.listen).end_object();
  for (const SourceSettings& source : settings.sources) {
    if (!source.listen.empty()) {
      json.begin_object().member("name", kind_name(source.kind));
      json.member("address", source.listen).end_object();
    }
  }
  json.end_array();
}

void write_never_block(JsonWriter& json, const NeverBlock& never_block) {
  const std::vector<NeverBlock::Entry> all = never_block.entries(kNetworksShownMax);
  json.member("never_block_networks", std::uint64_t{never_block.networks()});
  json.key("never_block").begin_array();
  for (const NeverBlock::Entry& one : all) {
    json.begin_object().member("network", one.network).member("why", one.reason).end_object();
  }
  json.end_array();
}

}  // namespace

Result<HttpResponse> SettingsResource::get(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  JsonWriter json;
  json.begin_object().member("version", version_);
  json.member("data_directory", settings_.data_directory);
  write_listeners(json, settings_);
  json.key("retention").begin_object();
  json.member("journal_s", seconds(settings_.journal.retention));
  json.member("index_s", seconds(settings_.index.retention));
  json.member("decisions_s", seconds(settings_.respond.history)).end_object();
  // Nothing is masked and no field is pseudonymised yet: the console says so.
  json.key("privacy").begin_object().key("masked").begin_array().end_array();
  json.key("pseudonymised").begin_array().end_array().end_object();
  write_never_block(json, never_block_);
  json.key("never_disable").begin_array();
  for (const std::string& name : settings_.respond.never_disable) {
    json.value(name);
  }
  json.end_array();
  json.key("access").begin_object();
  json.member("session_idle_s", seconds(settings_.access.session_idle));
  json.member("session_longest_s", seconds(settings_.access.session_longest)).end_object();
  json.key("response").begin_object().member("dry_run", settings_.respond.dry_run);
  json.member("first_duration_s", seconds(settings_.respond.first_duration));
  json.member("longest_duration_s", seconds(settings_.respond.longest_duration)).end_object();
  return HttpResponse::json(200, json.end_object().take());
}

}  // namespace tocsin
