#include "cli/doctor_command.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/json_writer.h"
#include "cli/connection.h"
#include "cli/terminal.h"
#include "config/load.h"
#include "server/module_options.h"
#include "server/rule_book.h"
#include "sys/program_path.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kOpenFilesWanted = 4'096;
constexpr double kSyncSlowMs = 50;

struct DoctorArguments {
  std::string config;
  ConnectionOptions connection;
  bool json = false;
};

enum class Verdict : std::uint8_t { kGood, kWarning, kBad };

struct Check {
  std::string name;
  Verdict verdict = Verdict::kGood;
  std::string text;
  std::string advice;
};

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "ok";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kBad:
      return "bad";
  }
  return "bad";
}

Check check_configuration(const DoctorArguments& arguments, FileSystem& files, Settings& settings) {
  if (arguments.config.empty()) {
    return {"configuration", Verdict::kGood, "none named: the defaults hold", {}};
  }
  auto loaded = load_settings(files, arguments.config);
  if (!loaded) {
    return {"configuration", Verdict::kBad, loaded.error().full_text(),
            "mend the lines named; docs/configuration.md lists every key"};
  }
  settings = std::move(*loaded);
  return {"configuration", Verdict::kGood, arguments.config + " is valid", {}};
}

Check check_disk_space(const Settings& settings, FileSystem& files) {
  const auto free_bytes = files.free_bytes(settings.data_directory);
  if (!free_bytes) {
    return {"disk space", Verdict::kBad, free_bytes.error().full_text(),
            "the directory must exist and be reachable"};
  }
  const std::string text = fmt::format("{:.1f} GiB free at {}",
                                       static_cast<double>(*free_bytes) / static_cast<double>(kGiB),
                                       settings.data_directory);
  if (*free_bytes < settings.journal.free_bytes_min) {
    return {"disk space", Verdict::kBad, text,
            "records are refused below journal.free_bytes_min: free space or shorten retention"};
  }
  if (*free_bytes < 10 * settings.journal.free_bytes_min) {
    return {"disk space", Verdict::kWarning, text, "little is left"};
  }
  return {"disk space", Verdict::kGood, text, {}};
}

// An acknowledgement waits for one of these.
Check check_sync(const Settings& settings, FileSystem& files, Clock& clock) {
  const std::string path = settings.data_directory + "/doctor.tmp";
  static_cast<void>(files.remove(path));
  auto file = files.open(path, OpenMode::kCreateNew);
  if (!file) {
    return {"durable writes", Verdict::kBad, file.error().full_text(),
            "the server's user must be able to write there"};
  }
  const Span begun = clock.since_boot();
  Status synced;
  constexpr int kRounds = 5;
  for (int i = 0; i < kRounds && synced; ++i) {
    synced = (*file)->append(std::string(4'096, 'x'));
    if (synced) {
      synced = (*file)->sync_data();
    }
  }
  const double each_ms =
      static_cast<double>(clock.since_boot().value - begun.value) / 1'000.0 / kRounds;
  static_cast<void>(files.remove(path));
  if (!synced) {
    return {"durable writes", Verdict::kBad, synced.error().full_text(), "check the disk"};
  }
  return {"durable writes", each_ms > kSyncSlowMs ? Verdict::kWarning : Verdict::kGood,
          fmt::format("{:.1f} ms for 4 KiB and fdatasync", each_ms),
          each_ms > kSyncSlowMs ? "senders wait for this: use a faster disk" : ""};
}

Check check_geo(const Settings& settings, FileSystem& files) {
  const EnrichFiles wanted = enrich_files(settings);
  std::vector<std::string> missing;
  for (const std::string& path : {wanted.country_mmdb, wanted.owner_csvs.front()}) {
    if (!files.info(path)) {
      missing.push_back(path);
    }
  }
  if (!missing.empty()) {
    return {"geo tables", Verdict::kWarning, fmt::format("missing: {}", fmt::join(missing, ", ")),
            "addresses get no country or network owner; put the tables there or name others in "
            "enrich:"};
  }
  return {"geo tables", Verdict::kGood, "country and network owner tables are there", {}};
}

Check check_rules(const Settings& settings, FileSystem& files, Clock& clock) {
  FieldCatalog fields;
  Log quiet;
  const auto book = RuleBook::open(settings.detect, fields, files, clock, quiet, {},
                                   settings.data_directory + "/rules");
  if (!book) {
    return {"rules", Verdict::kBad, book.error().full_text(), "mend the path in detect.rules"};
  }
  const RulesInForce rules = (*book)->current();
  const std::string text =
      fmt::format("{} loaded, {} refused", rules.report->loaded, rules.report->refused);
  return {"rules", rules.report->refused > 0 ? Verdict::kWarning : Verdict::kGood, text,
          rules.report->refused > 0 ? "tocsin rules check DIR names each with its line" : ""};
}

Check check_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::string text = fmt::format("{} files may be open", limit.rlim_cur);
  if (limit.rlim_cur < kOpenFilesWanted) {
    return {"open files", Verdict::kWarning, text,
            fmt::format("raise the limit to {} (ulimit -n, LimitNOFILE)", kOpenFilesWanted)};
  }
  return {"open files", Verdict::kGood, text, {}};
}

Check check_inotify() {
  std::ifstream in("/proc/sys/fs/inotify/max_user_watches");
  std::uint64_t watches = 0;
  in >> watches;
  const bool few = watches < 8'192;
  return {"inotify", few ? Verdict::kWarning : Verdict::kGood,
          fmt::format("{} watches allowed", watches),
          few ? "raise fs.inotify.max_user_watches to tail many folders" : ""};
}

Check check_server(const ConnectionOptions& options) {
  auto connection = Connection::find(options);
  if (!connection) {
    return {"server", Verdict::kWarning, "none has run on this data directory", {}};
  }
  const auto health = connection->get("/health");
  if (!health) {
    return {"server", Verdict::kWarning, health.error().full_text(), {}};
  }
  return {"server", Verdict::kGood, connection->url() + " answers and is healthy", {}};
}

void print(const std::vector<Check>& checks, bool as_json) {
  for (const Check& check : checks) {
    if (as_json) {
      JsonWriter json;
      json.begin_object()
          .member("check", check.name)
          .member("verdict", verdict_word(check.verdict));
      json.member("text", check.text).member("advice", check.advice).end_object();
      fmt::print("{}\n", json.take());
      continue;
    }
    const std::string_view mark = check.verdict == Verdict::kGood      ? "✓"
                                  : check.verdict == Verdict::kWarning ? "!"
                                                                       : "✗";
    fmt::print("{} {:<15} {}\n", mark, check.name, terminal_text(check.text));
    if (!check.advice.empty()) {
      fmt::print("  {:<15} → {}\n", "", check.advice);
    }
  }
}

Status run(const DoctorArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  SystemClock clock;
  Settings settings;
  std::vector<Check> checks;
  checks.push_back(check_configuration(arguments, files, settings));
  if (!arguments.connection.data.empty()) {
    settings.data_directory = arguments.connection.data;
  }
  checks.push_back(check_disk_space(settings, files));
  checks.push_back(check_sync(settings, files, clock));
  checks.push_back(check_geo(settings, files));
  checks.push_back(check_rules(settings, files, clock));
  checks.push_back(check_open_files());
  checks.push_back(check_inotify());
  ConnectionOptions connection = arguments.connection;
  connection.data = settings.data_directory;
  checks.push_back(check_server(connection));
  print(checks, arguments.json);
  for (const Check& check : checks) {
    if (check.verdict == Verdict::kBad) {
      exit_code.value = kFound;
    }
  }
  return {};
}

}  // namespace

void add_doctor_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<DoctorArguments>();
  CLI::App* command =
      app.add_subcommand("doctor", "Look for what would stop or slow a server here");
  command->add_option("--config", arguments->config, "tocsin.yaml to check");
  command->add_flag("--json", arguments->json, "One JSON object a check");
  add_connection_options(*command, arguments->connection);
  command->footer("Exit code 1 when something is bad. Example: tocsin doctor --data ./var");
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments, exit_code)); });
}

}  // namespace tocsin
