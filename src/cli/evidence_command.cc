#include "cli/evidence_command.h"

#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/server_access.h"
#include "cli/terminal.h"
#include "journal/evidence.h"

namespace tocsin {
namespace {

struct EvidenceArguments {
  ConnectionOptions connection;
  std::string query;
  std::string seq;
  std::string from;
  std::string to;
  std::string out;
  std::string bundle;
  std::string key;
  bool json = false;
};

// "10-30"; a single number is one record.
Result<SeqRange> seq_range(const std::string& text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_int(std::string_view(text).substr(0, dash));
  const auto last =
      dash == std::string::npos ? first : parse_int(std::string_view(text).substr(dash + 1));
  if (!first || !last || *first < 0 || *last < *first) {
    return fail(ErrorCode::kInvalid, "--seq is «{}», must be A-B with A not above B", text);
  }
  return SeqRange{Seq(static_cast<std::uint64_t>(*first)), Seq(static_cast<std::uint64_t>(*last))};
}

Result<std::string> request_body(const EvidenceArguments& arguments) {
  JsonWriter json;
  json.begin_object();
  if (!arguments.seq.empty()) {
    TRY_ASSIGN(const SeqRange range, seq_range(arguments.seq));
    json.member("seq_from", std::max<std::uint64_t>(range.begin.value, 1));
    json.member("seq_to", range.end.value);
  } else {
    json.member("query", arguments.query);
  }
  if (!arguments.from.empty()) {
    json.member("from", arguments.from);
  }
  if (!arguments.to.empty()) {
    json.member("to", arguments.to);
  }
  json.end_object();
  return json.take();
}

// The bundle goes to OUT.part first: a broken export never looks like a whole one.
Status export_bundle(const EvidenceArguments& arguments) {
  if (arguments.query.empty() == arguments.seq.empty()) {
    return Error(ErrorCode::kInvalid, "say which records: either --query or --seq A-B");
  }
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string wanted, request_body(arguments));
  PosixFileSystem files;
  const std::string part = arguments.out + ".part";
  static_cast<void>(files.remove(part));
  TRY_ASSIGN(std::unique_ptr<File> file, files.open(part, OpenMode::kCreateNew));
  Status written;
  TRY(access.connection().post_stream("/api/v1/evidence", wanted, [&](std::string_view bytes) {
    written = file->append(bytes);
    return written.has_value();
  }));
  TRY(std::move(written));
  TRY(file->sync_data());
  file.reset();
  TRY_ASSIGN(const EvidenceReport report, verify_evidence_file(files, part, std::nullopt));
  if (!report.holds()) {
    return fail(ErrorCode::kCorrupt, "the export is not whole: {}",
                report.faults.empty() ? "no records" : report.faults.front().what);
  }
  TRY(files.rename(part, arguments.out));
  fmt::print(
      "{} records with their proofs are in {}; check it anywhere with: tocsin evidence "
      "verify {}\n",
      report.records, arguments.out, arguments.out);
  return {};
}

void print_json(const EvidenceReport& report) {
  JsonWriter json;
  json.begin_object().member("holds", report.holds()).member("origin", report.origin);
  json.member("key", report.key).member("key_pinned", report.key_pinned);
  json.member("query", report.query).member("exported", iso_time(report.exported));
  json.member("records", report.records).member("redacted", report.redacted);
  json.member("first_seq", report.first.value).member("last_seq", report.last.value);
  json.key("faults").begin_array();
  for (const EvidenceFault& fault : report.faults) {
    json.begin_object().member("line", fault.line).member("seq", fault.seq.value);
    json.member("what", fault.what).end_object();
  }
  json.end_array().member("faults_total", report.faults_total).end_object();
  fmt::print("{}\n", json.take());
}

void print_text(const EvidenceReport& report) {
  for (const EvidenceFault& fault : report.faults) {
    fmt::print("FAULT: line {}, record {}: {}\n", fault.line, fault.seq.value,
               terminal_text(fault.what));
  }
  fmt::print("{} records of {}, exported {}; key {}{}\n", report.records,
             terminal_text(report.origin), iso_time(report.exported), terminal_text(report.key),
             report.key_pinned ? ", which you trust"
                               : " (named by the bundle itself: pin it with --public-key)");
  fmt::print("{}\n", report.holds() ? "Every record holds." : "The bundle does not hold.");
}

Status verify_bundle(const EvidenceArguments& arguments, ExitCode& exit_code) {
  std::optional<VerifierKey> pinned;
  if (!arguments.key.empty()) {
    TRY_ASSIGN(pinned, VerifierKey::parse(arguments.key));
  }
  PosixFileSystem files;
  TRY_ASSIGN(const EvidenceReport report, verify_evidence_file(files, arguments.bundle, pinned));
  if (arguments.json) {
    print_json(report);
  } else {
    print_text(report);
  }
  exit_code.value = report.holds() ? kDone : kFound;
  return {};
}

}  // namespace

void add_evidence_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<EvidenceArguments>();
  CLI::App* evidence = app.add_subcommand("evidence", "Export records with proofs, and check them");
  evidence->require_subcommand(1);

  CLI::App* out = evidence->add_subcommand("export", "Write a bundle that verifies offline");
  out->add_option("--query", arguments->query, "Events to export (docs/query.md)");
  out->add_option("--seq", arguments->seq, "Or records by place, A-B, both included");
  out->add_option("--from", arguments->from, "With --query: time, or span back from now");
  out->add_option("--to", arguments->to, "With --query: time, or span back from now");
  out->add_option("--out", arguments->out, "File to write")->required();
  add_connection_options(*out, arguments->connection);
  out->footer(
      "Example: tocsin evidence export --query 'source.ip:203.0.113.7' --out attack.bundle");
  out->callback([arguments, &exit_code] { exit_code.finish(export_bundle(*arguments)); });

  CLI::App* check =
      evidence->add_subcommand("verify", "Check a bundle; needs nothing but the file");
  check->add_option("bundle", arguments->bundle, "File from evidence export")->required();
  check->add_option("--public-key", arguments->key, "The verifier key that you trust");
  check->add_flag("--json", arguments->json, "The report as one JSON object");
  check->callback(
      [arguments, &exit_code] { exit_code.finish(verify_bundle(*arguments, exit_code)); });
}

}  // namespace tocsin
