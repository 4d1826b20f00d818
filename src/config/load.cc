#include "config/load.h"

#include <array>

#include <fmt/format.h>

#include "base/fail.h"
#include "config/enforcement_options.h"
#include "config/notify_options.h"
#include "config/respond_options.h"
#include "config/section.h"
#include "config/threat_settings.h"
#include "config/yaml.h"

namespace tocsin {
namespace {

constexpr Span kYears = span_s(100LL * 366 * kSecondsInDay);
constexpr std::uint64_t kSettingsBytesMax = 4 * kMiB;

void read_http(Section section, HttpSettings& http) {
  section.bytes("body_bytes_max", kKiB, kGiB, http.body_bytes_max);
  section.number("connections_max", 1, 100'000, http.connections_max);
  section.span("idle_timeout", span_s(1), span_s(3600), http.idle_timeout);
  section.span("request_timeout", span_s(1), span_s(3600), http.request_timeout);
  section.number("threads", 1, 64, http.threads);
  section.flag("metrics_public", http.metrics_public);
  section.finish();
}

void read_tls(Section section, TlsSettings& tls) {
  section.text("certificate", tls.certificate);
  section.text("private_key", tls.private_key);
  if (tls.certificate.empty() != tls.private_key.empty()) {
    section.problem("needs both certificate and private_key");
  }
  section.finish();
}

void read_journal(Section section, JournalSettings& journal) {
  section.text("origin", journal.origin);
  section.span("retention", span_s(kSecondsInDay), kYears, journal.retention);
  section.span("checkpoint_interval", span_s(1), span_s(kSecondsInDay),
               journal.checkpoint_interval);
  section.bytes("free_bytes_min", kMiB, 1024 * kGiB, journal.free_bytes_min);
  section.bytes("queue_bytes_max", kMiB, 4 * kGiB, journal.queue_bytes_max);
  section.finish();
}

void read_index(Section section, IndexSettings& index) {
  section.span("retention", span_s(kSecondsPerHour), kYears, index.retention);
  section.number("hot_rows_max", 1'000, 10'000'000, index.hot_rows_max);
  section.bytes("hot_bytes_max", kMiB, 16 * kGiB, index.hot_bytes_max);
  section.span("hot_age_max", span_s(1), span_s(kSecondsInDay), index.hot_age_max);
  section.bytes("message_bytes_max", 16, kMiB, index.message_bytes_max);
  section.bytes("memory_bytes_max", 64 * kMiB, 1024 * kGiB, index.memory_bytes_max);
  section.number("threads", 1, 256, index.threads);
  section.finish();
}

void read_query(Section section, QuerySettings& query) {
  section.number("concurrent_max", 1, 256, query.concurrent_max);
  section.number("rows_max", 1, 1'000'000, query.rows_max);
  section.span("timeout", span_s(1), span_s(3600), query.timeout);
  section.finish();
}

void read_detect(Section section, DetectSettings& detect) {
  section.flag("shipped_rules", detect.shipped_rules);
  section.texts("rules", detect.rule_paths);
  section.text("placeholders", detect.placeholders);
  section.bytes("correlation_bytes_max", 16 * kMiB, 1'024 * kGiB, detect.correlation_bytes_max);
  section.number("findings_per_minute_max", 0, 1'000'000'000, detect.findings_per_minute_max);
  section.span("lateness", Span(0), span_s(kSecondsInDay), detect.lateness);
  section.number("replay_records_max", 0, 1'000'000'000, detect.replay_records_max);
  section.finish();
}

void read_enrich(Section section, EnrichSettings& enrich) {
  section.text("country_db", enrich.country_db);
  section.texts("network_tables", enrich.network_tables);
  section.each("threat_lists", [&enrich](Section& item) {
    enrich.threat_lists.push_back(read_threat_list(item));
    const std::string& name = enrich.threat_lists.back().name;
    for (std::size_t i = 0; i + 1 < enrich.threat_lists.size(); ++i) {
      if (enrich.threat_lists[i].name == name) {
        item.problem_at("name", fmt::format("\"{}\" is another list's name already", name));
      }
    }
  });
  Section retro = section.section("retro_match");
  retro.span("look_back", Span(0), kYears, enrich.retro_match.look_back);
  retro.number("findings_max", 1, 100'000, enrich.retro_match.findings_max);
  retro.finish();
  section.finish();
}

void read_decode(Section section, DecodeSettings& decode) {
  section.bytes("line_bytes_max", 256, 16 * kMiB, decode.line_bytes_max);
  section.number("fields_max", 16, 10'000, decode.fields_max);
  section.number("depth_max", 1, 256, decode.depth_max);
  section.bytes("value_bytes_max", 64, 16 * kMiB, decode.value_bytes_max);
  section.texts("login_paths", decode.login_paths);
  section.finish();
}

void read_log(Section section, LogSettings& log) {
  static constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};
  static constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
  section.word("level", kLevels, log.level);
  section.word("format", kFormats, log.format);
  section.finish();
}

SourceKind source_kind(const std::string& word) {
  if (word == "syslog_udp") {
    return SourceKind::kSyslogUdp;
  }
  if (word == "syslog_tcp") {
    return SourceKind::kSyslogTcp;
  }
  return word == "stdin" ? SourceKind::kStdin : SourceKind::kFile;
}

SourceSettings read_source(Section& item) {
  static constexpr std::array<std::string_view, 4> kTypes = {"file", "syslog_udp", "syslog_tcp",
                                                             "stdin"};
  static constexpr std::array<std::string_view, 2> kStarts = {"beginning", "end"};
  SourceSettings source;
  std::string type;
  std::string start = "beginning";
  item.word("type", kTypes, type);
  if (type.empty()) {
    item.problem("needs \"type\": file, syslog_udp, syslog_tcp or stdin");
  }
  source.kind = source_kind(type);
  item.text("name", source.name);
  item.text("path", source.path);
  item.text("listen", source.listen);
  item.word("start", kStarts, start);
  item.flag("gzip", source.read_gzip);
  item.text("format", source.format);
  item.text("dataset", source.dataset);
  item.zone("time_zone", source.zone_offset_minutes);
  source.from_beginning = start == "beginning";
  const bool is_syslog =
      source.kind == SourceKind::kSyslogUdp || source.kind == SourceKind::kSyslogTcp;
  if (is_syslog && source.listen.empty()) {
    item.problem("needs \"listen\", like 0.0.0.0:5514");
  }
  if (type == "file" && source.path.empty()) {
    item.problem("needs \"path\", like /var/log/nginx/*.log");
  }
  return source;
}

void read_access(Section section, AccessSettings& access) {
  section.span("session_idle", span_s(60), span_s(kSecondsInDay), access.session_idle);
  section.span("session_longest", span_s(5 * 60), span_s(30 * kSecondsInDay),
               access.session_longest);
  section.finish();
}

void read_all(Section& root, Settings& settings) {
  root.text("listen", settings.listen);
  root.text("data", settings.data_directory);
  root.number("workers", 1, 256, settings.workers);
  root.number("lag_records_max", 10'000, 1'000'000'000, settings.lag_records_max);
  read_tls(root.section("tls"), settings.tls);
  read_http(root.section("http"), settings.http);
  read_journal(root.section("journal"), settings.journal);
  read_index(root.section("index"), settings.index);
  read_query(root.section("query"), settings.query);
  read_detect(root.section("detect"), settings.detect);
  read_enrich(root.section("enrich"), settings.enrich);
  read_decode(root.section("decode"), settings.decode);
  read_notify(root.section("notify"), settings.notify);
  read_enforcement(root.section("enforcement"), settings.enforcement);
  read_access(root.section("access"), settings.access);
  read_respond(root.section("respond"), settings.respond);
  read_networks_list(root, "trusted_proxies", settings.trusted_proxies);
  read_log(root.section("log"), settings.log);
  root.each("sources",
            [&settings](Section& item) { settings.sources.push_back(read_source(item)); });
  root.finish();
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, const std::string& name) {
  TRY_ASSIGN(const YamlFile file, YamlFile::parse(text, name));
  Settings settings;
  if (file.documents().empty()) {
    return settings;
  }
  std::vector<std::string> problems;
  if (file.documents().size() > 1) {
    problems.push_back(
        file.error_at(*file.documents()[1].root, "only one document is expected").text());
  }
  Section root(file, file.documents()[0].root, "", problems);
  read_all(root, settings);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
  }
  return settings;
}

Result<Settings> load_settings(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(files, path, kSettingsBytesMax));
  return parse_settings(text, path);
}

}  // namespace tocsin
