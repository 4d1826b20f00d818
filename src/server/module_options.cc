#include "server/module_options.h"

#include <algorithm>

#include "sys/program_path.h"

namespace tocsin {
namespace {

// Of the memory that the index may use, what goes to queries; the rest is for sealing.
constexpr std::uint64_t kQueryShareOfMemory = 60;

std::string geo_file(const std::string& configured, const char* name) {
  return configured.empty() ? program_directory() + "/geo/" + name : configured;
}

LogLevel log_level(const std::string& word) {
  if (word == "debug") {
    return LogLevel::kDebug;
  }
  if (word == "warning") {
    return LogLevel::kWarning;
  }
  return word == "error" ? LogLevel::kError : LogLevel::kInfo;
}

}  // namespace

JournalOptions journal_options(const Settings& settings) {
  JournalOptions options;
  options.directory = settings.data_directory + "/journal";
  options.key_directory = settings.data_directory + "/keys";
  options.origin = settings.journal.origin;
  options.queue_bytes_max = settings.journal.queue_bytes_max;
  options.free_bytes_min = settings.journal.free_bytes_min;
  options.checkpoint_interval = settings.journal.checkpoint_interval;
  options.record_bytes_max =
      std::max<std::size_t>(options.record_bytes_max, settings.decode.line_bytes_max);
  return options;
}

StoreOptions store_options(const Settings& settings) {
  StoreOptions options;
  options.directory = settings.data_directory + "/segments";
  options.seal_rows_max = settings.index.hot_rows_max;
  options.seal_bytes_max = settings.index.hot_bytes_max;
  options.seal_age_max = settings.index.hot_age_max;
  options.retention = settings.index.retention;
  options.text_bytes_max = static_cast<std::uint32_t>(settings.index.message_bytes_max);
  options.query_memory_bytes = settings.index.memory_bytes_max * kQueryShareOfMemory / 100;
  options.seal_memory_bytes = settings.index.memory_bytes_max - options.query_memory_bytes;
  options.query_threads = static_cast<std::uint32_t>(settings.index.threads);
  options.queries_running_max = static_cast<std::uint32_t>(settings.query.concurrent_max);
  return options;
}

EnrichFiles enrich_files(const Settings& settings) {
  EnrichFiles files;
  files.country_mmdb = geo_file(settings.enrich.country_db, "country.mmdb");
  files.owner_csvs = settings.enrich.network_tables;
  if (files.owner_csvs.empty()) {
    files.owner_csvs = {geo_file("", "asn-ipv4.csv"), geo_file("", "asn-ipv6.csv")};
  }
  files.trusted_proxies = settings.trusted_proxies;
  return files;
}

Result<HttpServerOptions> http_options(const Settings& settings) {
  TRY_ASSIGN(const ListenAddress listen, parse_listen_address(settings.listen));
  HttpServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  options.threads = settings.http.threads;
  options.limits.body_bytes_max = settings.http.body_bytes_max;
  options.limits.decompressed_bytes_max = settings.http.body_bytes_max;
  options.limits.connections_max = settings.http.connections_max;
  options.limits.idle_timeout = settings.http.idle_timeout;
  options.limits.header_timeout = settings.http.request_timeout;
  options.limits.body_silence_timeout = settings.http.request_timeout;
  if (!settings.tls.certificate.empty()) {
    options.tls = TlsFiles{settings.tls.certificate, settings.tls.private_key};
  }
  return options;
}

Log make_log(const LogSettings& settings) {
  return Log(log_level(settings.level),
             settings.format == "json" ? Log::Format::kJson : Log::Format::kText);
}

}  // namespace tocsin
