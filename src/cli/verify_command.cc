#include "cli/verify_command.h"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "cli/terminal.h"
#include "index/verify_index.h"
#include "journal/verify.h"
#include "state/state_file.h"

namespace tocsin {
namespace {

struct VerifyArguments {
  std::string data = "./var";
  std::string key;
  bool json = false;
};

Result<VerifyOptions> options_of(const VerifyArguments& arguments) {
  VerifyOptions options;
  options.directory = arguments.data + "/journal";
  options.key_directory = arguments.data + "/keys";
  if (!arguments.key.empty()) {
    TRY_ASSIGN(options.pinned_key, VerifierKey::parse(arguments.key));
  }
  return options;
}

void write_damages(JsonWriter& json, std::string_view name, const journal::Damages& damages) {
  json.key(name).begin_array();
  for (const journal::Damage& damage : damages) {
    json.begin_object().member("file", damage.file).member("offset", damage.offset);
    json.member("what", damage.what).end_object();
  }
  json.end_array();
}

void print_json(const VerifyReport& report) {
  JsonWriter json;
  json.begin_object().member("clean", report.clean()).member("records", report.records);
  json.member("redacted", report.redacted).member("retired", report.retired);
  json.member("blocks", report.blocks).member("segments", report.segments);
  json.member("checkpoints", report.checkpoints).member("bytes", report.bytes);
  json.member("tree_size", report.tree_size).member("checkpoint_size", report.checkpoint_size);
  json.member("root", base64_encode(digest_view(report.root)));
  write_damages(json, "faults", report.faults);
  write_damages(json, "notes", report.notes);
  json.end_object();
  fmt::print("{}\n", json.take());
}

void print_damages(std::string_view word, const journal::Damages& damages) {
  for (const journal::Damage& damage : damages) {
    fmt::print("{}: {} at byte {}: {}\n", word, terminal_text(damage.file), damage.offset,
               terminal_text(damage.what));
  }
}

void print_text(const VerifyReport& report) {
  print_damages("FAULT", report.faults);
  print_damages("note", report.notes);
  fmt::print("{} records in {} blocks and {} segments were checked", report.records, report.blocks,
             report.segments);
  if (report.redacted > 0) {
    fmt::print(", {} of them redacted", report.redacted);
  }
  if (report.retired > 0) {
    fmt::print("; {} were removed by retention", report.retired);
  }
  fmt::print(".\nTree of {} blocks, root {}; {} signed checkpoints, the newest covers {} blocks.\n",
             report.tree_size, base64_encode(digest_view(report.root)), report.checkpoints,
             report.checkpoint_size);
  if (report.clean()) {
    fmt::print("Everything holds.\n");
  } else {
    fmt::print("{} fault{} found.\n", report.faults.size(), report.faults.size() == 1 ? "" : "s");
  }
}

// The state database is whole too; beside a running server only its structure can be told.
void check_state(FileSystem& files, const std::string& data, VerifyReport& report) {
  const std::string path = data + "/state.db";
  const auto faults = check_state_file(files, path);
  if (!faults) {
    if (faults.error().code() != ErrorCode::kNotFound) {
      report.faults.push_back({journal::DamageKind::kDamaged, path, 0, faults.error().full_text()});
    }
    return;
  }
  for (const std::string& fault : *faults) {
    report.faults.push_back({journal::DamageKind::kDamaged, path, 0, fault});
  }
}

void check_index(FileSystem& files, const std::string& data, VerifyReport& report) {
  const auto index = verify_index(files, data + "/segments");
  if (!index) {
    if (index.error().code() != ErrorCode::kNotFound) {
      report.faults.push_back(
          {journal::DamageKind::kDamaged, data + "/segments", 0, index.error().full_text()});
    }
    return;
  }
  for (const IndexFault& fault : index->faults) {
    report.faults.push_back({journal::DamageKind::kDamaged, fault.file, 0, fault.what});
  }
}

Status run(const VerifyArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  SystemClock clock;
  TRY_ASSIGN(const VerifyOptions options, options_of(arguments));
  ProgressBar progress("verifying", clock);
  TRY_ASSIGN(VerifyReport report,
             verify_journal(files, options, [&progress](std::uint64_t done, std::uint64_t total) {
               progress.show(done, total);
               return true;
             }));
  progress.clear();
  check_state(files, arguments.data, report);
  check_index(files, arguments.data, report);
  if (arguments.json) {
    print_json(report);
  } else {
    print_text(report);
  }
  exit_code.value = report.clean() ? kDone : kFound;
  return {};
}

}  // namespace

void add_verify_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command =
      app.add_subcommand("verify", "Check everything stored: every hash, signature and checksum");
  command->add_option("--data", arguments->data, "Data directory")->envname("TOCSIN_DATA");
  command->add_option("--public-key", arguments->key,
                      "The journal's verifier key that you noted elsewhere");
  command->add_flag("--json", arguments->json, "The report as one JSON object");
  command->footer("Exit code 1 when something does not hold. Example: tocsin verify --data ./var");
  command->callback([arguments, &exit_code] { exit_code.finish(run(*arguments, exit_code)); });
}

}  // namespace tocsin
