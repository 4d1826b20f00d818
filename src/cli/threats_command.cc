#include "cli/threats_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/text.h"
#include "cli/event_line.h"
#include "cli/server_access.h"
#include "cli/terminal.h"
#include "enrich/threat_format.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30U;

struct ThreatsArguments {
  ConnectionOptions connection;
  std::vector<std::string> values;
  std::string name;
  std::string file;
  std::string format;
  std::string kind;
  bool dry_run = false;
  bool json = false;
};

Result<simdjson::dom::element> parse(simdjson::dom::parser& parser, const std::string& body) {
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not JSON");
  }
  return root;
}

std::string member(const simdjson::dom::object& object, std::string_view name) {
  simdjson::dom::element value;
  return object[name].get(value) == simdjson::SUCCESS && !value.is_null() ? cell_text(value)
                                                                          : std::string();
}

std::string short_time(const std::string& iso) {
  return iso.size() < 19 ? "-" : iso.substr(5, 5) + " " + iso.substr(11, 8);
}

std::string state_of(const simdjson::dom::object& list) {
  simdjson::dom::object retro;
  if (const std::string error = member(list, "error"); !error.empty()) {
    return error;
  }
  if (list["retro_match"].get(retro) == simdjson::SUCCESS && member(retro, "running") == "true") {
    return fmt::format("looking back: {} of {}", member(retro, "parts_done"),
                       member(retro, "parts"));
  }
  return member(list, "refreshing") == "true" ? "refreshing" : "ok";
}

Status list(const ThreatsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/threat-lists"));
  simdjson::dom::parser parser;
  TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
  simdjson::dom::array lists;
  if (root["threat_lists"].get(lists) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer has no threat lists");
  }
  TextTable table({"NAME", "FROM", "FORMAT", "ENTRIES", "BAD", "FETCHED", "NEXT", "STATE"});
  for (const simdjson::dom::object one : lists) {
    if (arguments.json) {
      fmt::print("{}\n", simdjson::minify(one));
      continue;
    }
    table.add({member(one, "name"), member(one, "origin"), member(one, "format"),
               member(one, "entries_total"), member(one, "bad_entries"),
               short_time(member(one, "fetched")), short_time(member(one, "next")), state_of(one)});
  }
  if (!arguments.json) {
    fmt::print("{}", table.empty() ? "No threat lists.\n" : table.render(terminal_width()));
  }
  return {};
}

void print_found(const std::string& value, const simdjson::dom::object& found) {
  const std::string until = member(found, "valid_until");
  fmt::print("{}  is on {} as {} ({}, confidence {}{}{}){}{}\n", terminal_text(value),
             member(found, "list"), member(found, "indicator"), member(found, "kind"),
             member(found, "confidence"), until.empty() ? "" : ", until ", until,
             member(found, "valid") == "true" ? "" : " – not valid now",
             member(found, "label").empty() ? "" : ": " + terminal_text(member(found, "label")));
}

Status check(const ThreatsArguments& arguments, ExitCode& exit_code) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  bool any = false;
  for (const std::string& value : arguments.values) {
    TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/threat-lists/lookup" +
                                                               url_query({{"value", value}})));
    simdjson::dom::parser parser;
    TRY_ASSIGN(const simdjson::dom::element root, parse(parser, body));
    simdjson::dom::array found;
    if (root["found"].get(found) != simdjson::SUCCESS) {
      return Error(ErrorCode::kUnavailable, "the server's answer has no \"found\"");
    }
    any = any || found.size() > 0;
    if (arguments.json) {
      fmt::print("{}\n", simdjson::minify(root));
      continue;
    }
    for (const simdjson::dom::object one : found) {
      print_found(value, one);
    }
    if (found.size() == 0) {
      fmt::print("{}  is on no list\n", terminal_text(value));
    }
  }
  exit_code.value = any ? kFound : kDone;
  return {};
}

Status refresh(const ThreatsArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  for (const std::string& name : arguments.values) {
    TRY(access.connection().send("POST", "/api/v1/threat-lists/" + url_encode(name) + "/refresh",
                                 ""));
    fmt::print("{} will be fetched\n", name);
  }
  return {};
}

// A folder name and part of an address: letters, digits, '-', '_'.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || is_digit(c) || c == '-' || c == '_';
  });
}

// By the first bytes when nobody says.
std::string guess_format(std::string_view text) {
  const std::string_view begin = trim(text.substr(0, 4'096));
  if (!begin.starts_with('{') && !begin.starts_with('[')) {
    return "plain";
  }
  return text.find("\"indicator\"") != std::string_view::npos ? "stix" : "misp";
}

void report(const ThreatList& list, const BadLines& bad, const std::string& format) {
  fmt::print("{}: {} entries, {} KiB\n", format, list.size(), list.memory_bytes() / 1024);
  for (std::size_t i = 0; i < kIndicatorKinds; ++i) {
    const auto kind = static_cast<IndicatorKind>(i);
    if (list.has(kind)) {
      fmt::print("  {:<10} {}\n", indicator_kind_name(kind), list.count(kind));
    }
  }
  if (bad.count() > 0) {
    fmt::print("{} entries could not be read:\n", bad.count());
    for (const BadLine& line : bad.kept()) {
      fmt::print("  {}: {}\n", line.line, terminal_text(line.reason));
    }
  }
}

Status import(const ThreatsArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  TRY_ASSIGN(const std::string text, read_file(files, arguments.file, kFileBytesMax));
  ThreatFormatOptions options;
  const std::string format = arguments.format.empty() ? guess_format(text) : arguments.format;
  TRY_ASSIGN(options.format, threat_format(format));
  BadLines bad;
  TRY_ASSIGN(const auto list, parse_threat_list(options, {}, text, bad));
  report(*list, bad, format);
  exit_code.value = bad.count() > 0 ? kFound : kDone;
  if (arguments.dry_run) {
    return {};
  }
  if (!is_name(arguments.name)) {
    return fail(ErrorCode::kInvalid, "--name \"{}\" must be letters, digits, '-' and '_'",
                arguments.name);
  }
  const std::string folder =
      (arguments.connection.data.empty() ? "./var" : arguments.connection.data) + "/threat-lists";
  TRY(files.create_directories(folder));
  TRY(write_file_atomically(files, fmt::format("{}/{}.{}", folder, arguments.name, format), text));
  auto running = Connection::find(arguments.connection);
  const std::string path = "/api/v1/threat-lists/" + arguments.name + "/refresh";
  const bool told = running && running->send("POST", path, "").has_value();
  fmt::print("{} is imported{}\n", arguments.name,
             told ? "" : "; the server reads it when it starts");
  return {};
}

void add_import(CLI::App& threats, const std::shared_ptr<ThreatsArguments>& arguments,
                ExitCode& exit_code) {
  CLI::App* command = threats.add_subcommand(
      "import", "Put a list into the data directory of the server on this machine");
  command->add_option("file", arguments->file, "The list")->required();
  command->add_option("--name", arguments->name, "What it is called from now on");
  command->add_option("--format", arguments->format,
                      "plain, csv, ipsum, stix or misp; else by what it looks like");
  command->add_flag("--dry-run", arguments->dry_run, "Only read it and say what is in it");
  add_connection_options(*command, arguments->connection);
  command->footer("Exit code 1 when some of its entries could not be read.");
  command->callback([arguments, &exit_code] { exit_code.finish(import(*arguments, exit_code)); });
}

}  // namespace

void add_threats_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<ThreatsArguments>();
  CLI::App* threats = app.add_subcommand("threats", "Threat lists and what is on them");
  threats->require_subcommand(1);
  threats->footer(
      "Examples: tocsin threats check 203.0.113.7 evil.example\n"
      "          tocsin threats import bad.json --dry-run");

  CLI::App* list_command = threats->add_subcommand("list", "The lists and how fresh they are");
  list_command->add_flag("--json", arguments->json, "One JSON object a list");
  add_connection_options(*list_command, arguments->connection);
  list_command->callback([arguments, &exit_code] { exit_code.finish(list(*arguments)); });

  CLI::App* check_command = threats->add_subcommand("check", "Is it on a list?");
  check_command
      ->add_option("values", arguments->values, "Addresses, domains, URLs, hashes, user agents")
      ->required();
  check_command->add_flag("--json", arguments->json, "As JSON");
  check_command->footer("Exit code 1 when one of them is on a list.");
  add_connection_options(*check_command, arguments->connection);
  check_command->callback(
      [arguments, &exit_code] { exit_code.finish(check(*arguments, exit_code)); });

  CLI::App* refresh_command = threats->add_subcommand("refresh", "Fetch a list now");
  refresh_command->add_option("names", arguments->values, "Names of lists")->required();
  add_connection_options(*refresh_command, arguments->connection);
  refresh_command->callback([arguments, &exit_code] { exit_code.finish(refresh(*arguments)); });

  add_import(*threats, arguments, exit_code);
}

}  // namespace tocsin
