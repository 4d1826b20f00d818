// Settings: what tocsin.yaml can say, with every default and limit in one place.
//
// A value. The loader (config/load.h) fills it; server/ hands each module its part. Units are in
// the names; sizes are bytes, spans microseconds (base/time.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/enforcement_settings.h"
#include "config/notify_settings.h"
#include "config/respond_settings.h"

namespace tocsin {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;
inline constexpr std::int64_t kSecondsPerHour = 3600;
inline constexpr std::int64_t kSecondsInDay = 24 * kSecondsPerHour;

struct TlsSettings {
  std::string certificate;  // PEM file; empty: plain HTTP
  std::string private_key;  // PEM file
};

struct HttpSettings {
  std::uint64_t body_bytes_max = 64 * kMiB;  // after decompression too
  std::uint64_t connections_max = 1024;
  Span idle_timeout = span_s(75);
  Span request_timeout = span_s(30);  // for a whole header and body to arrive
  std::uint64_t threads = 1;
  bool metrics_public = false;  // /metrics without a key
};

// People who log in.
struct AccessSettings {
  Span session_idle = span_s(30 * 60);                  // without a person's request
  Span session_longest = span_s(12 * kSecondsPerHour);  // whatever they do
};

struct JournalSettings {
  std::string origin = "tocsin.local/journal";   // the log's name in its checkpoints
  Span retention = span_s(365 * kSecondsInDay);  // PCI DSS 10.5.1
  Span checkpoint_interval = span_s(60);
  std::uint64_t free_bytes_min = 256 * kMiB;  // below it senders get 503
  std::uint64_t queue_bytes_max = 64 * kMiB;  // above it senders get 429
};

struct IndexSettings {
  Span retention = span_s(90 * kSecondsInDay);
  std::uint64_t hot_rows_max = 400'000;      // sealed to Parquet above this …
  std::uint64_t hot_bytes_max = 192 * kMiB;  // … or this …
  Span hot_age_max = span_s(300);            // … or this
  std::uint64_t message_bytes_max = 512;     // the rest of a message stays in the journal
  std::uint64_t memory_bytes_max = 512 * kMiB;
  std::uint64_t threads = 2;
};

struct QuerySettings {
  std::uint64_t concurrent_max = 4;
  std::uint64_t rows_max = 100'000;  // the largest limit that a search may ask for
  Span timeout = span_s(30);
};

struct DetectSettings {
  bool shipped_rules = true;
  std::vector<std::string> rule_paths;               // folders and files, besides the shipped
  std::string placeholders;                          // YAML file: name → list of values
  std::uint64_t correlation_bytes_max = 512 * kMiB;  // windows of all correlations
  std::uint64_t findings_per_minute_max = 600;       // of one rule; then it is muted; 0: never
  Span lateness = span_s(10);                        // of event time
  std::uint64_t replay_records_max = 2'000'000;      // read back at start to rebuild windows
};

// Names of CSV columns, by the header.
struct ThreatColumnSettings {
  std::string value;
  std::string kind;
  std::string confidence;
  std::string valid_until;
  std::string label;
  std::string reference;
};

// What opens the door of a list's server; the secret itself is in the file or the variable.
struct ThreatSecretSettings {
  std::string username;                  // set: basic authentication
  std::string header = "Authorization";  // else the secret is this header's value
  std::string file;
  std::string environment;
};

enum class ThreatOrigin : std::uint8_t { kFile, kUrl, kTaxii, kMisp };

struct ThreatListSettings {
  std::string name;
  ThreatOrigin origin = ThreatOrigin::kFile;
  std::string location;          // path or address
  std::string format = "plain";  // plain | csv | ipsum | stix | misp
  std::string kind;              // of every entry; empty: what each looks like
  std::uint64_t column = 1;      // csv: which column, from 1, when columns.value is empty
  ThreatColumnSettings columns;
  std::uint64_t count_min = 3;    // ipsum: on at least so many lists
  bool only_to_ids = true;        // misp: only what is meant for detection
  std::uint64_t confidence = 50;  // of entries that name none
  std::uint64_t confidence_min = 0;
  Span expire_after;  // of entries that name no end, after the fetch; 0: never
  Span refresh = span_s(kSecondsPerHour);
  Span timeout = span_s(60);  // of one request
  std::uint64_t bytes_max = 256 * kMiB;
  std::string ca_file;
  ThreatSecretSettings secret;
  bool retro_match = true;  // new entries are looked for in what is stored
};

struct RetroMatchSettings {
  Span look_back = span_s(30 * kSecondsInDay);  // 0: off
  std::uint64_t findings_max = 1'000;           // of one change of a list
};

struct EnrichSettings {
  std::string country_db;                   // empty: geo/country.mmdb beside the program
  std::vector<std::string> network_tables;  // empty: geo/asn-ipv{4,6}.csv beside it
  std::vector<ThreatListSettings> threat_lists;
  RetroMatchSettings retro_match;
};

enum class SourceKind : std::uint8_t { kFile, kSyslogUdp, kSyslogTcp, kStdin };

struct SourceSettings {
  SourceKind kind = SourceKind::kFile;
  std::string name;            // shown to people; default made from the rest
  std::string path;            // kFile: a glob
  std::string listen;          // syslog: ADDR:PORT
  bool from_beginning = true;  // kFile: of files that were there at start
  bool read_gzip = false;      // kFile: read *.gz history once
  std::string format = "auto";
  std::string dataset;                              // empty: what the decoder says
  std::optional<std::int64_t> zone_offset_minutes;  // of times that name no zone
};

struct DecodeSettings {
  std::uint64_t line_bytes_max = 1 * kMiB;
  std::uint64_t fields_max = 512;
  std::uint64_t depth_max = 32;
  std::uint64_t value_bytes_max = 32 * kKiB;
  std::vector<std::string> login_paths;  // besides the built-in ones
};

struct LogSettings {
  std::string level = "info";   // debug | info | warning | error
  std::string format = "text";  // text | json
};

struct Settings {
  std::string listen = "127.0.0.1:7117";
  std::string data_directory = "./var";
  std::uint64_t workers = 2;                  // threads that decode, enrich and match
  std::uint64_t lag_records_max = 5'000'000;  // unsearched records above which senders get 429
  TlsSettings tls;
  HttpSettings http;
  JournalSettings journal;
  IndexSettings index;
  QuerySettings query;
  DetectSettings detect;
  EnrichSettings enrich;
  DecodeSettings decode;
  NotifySettings notify;
  EnforcementSettings enforcement;
  AccessSettings access;
  RespondSettings respond;
  LogSettings log;
  std::vector<std::string> trusted_proxies;  // whose X-Forwarded-For is believed
  std::vector<SourceSettings> sources;
};

}  // namespace tocsin
