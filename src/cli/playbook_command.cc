#include "cli/playbook_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "cli/playbook_report.h"
#include "cli/server_access.h"
#include "cli/terminal.h"
#include "respond/playbook/playbook_yaml.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = 256 * 1024;

struct PlaybookArguments {
  ConnectionOptions connection;
  std::vector<std::string> files;
  std::string name, version, alert, state, run;
  std::uint64_t limit = 100;
  bool yaml = false;
  bool cacao = false;
  bool off = false;
  bool now = false;
  bool yes = false;
  bool no = false;
  bool json = false;
};

std::string playbook_path(const PlaybookArguments& a, std::string_view deed = "") {
  return fmt::format("/api/v1/playbooks/{}{}", url_encode(a.name), deed);
}

std::string run_path(const PlaybookArguments& a, std::string_view deed = "") {
  return fmt::format("/api/v1/playbook-runs/{}{}", url_encode(a.run), deed);
}

Status list(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/playbooks"));
  return print_playbooks(body, a.json);
}

Status show(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  TRY_ASSIGN(const std::string body, access.connection().get(playbook_path(a)));
  return print_playbook(body, a.yaml    ? PlaybookForm::kYaml
                              : a.cacao ? PlaybookForm::kCacao
                              : a.json  ? PlaybookForm::kJson
                                        : PlaybookForm::kPeople);
}

void print_checked(const std::string& file, const Result<Playbook>& read, bool as_json) {
  if (as_json) {
    JsonWriter json;
    json.begin_object().member("file", file).member("ok", read.has_value());
    if (read) {
      json.member("name", read->name).member("version", read->version);
    } else {
      json.member("mistakes", read.error().text());
    }
    fmt::print("{}\n", json.end_object().take());
  } else if (read) {
    fmt::print("{}: {} {}, {} steps\n", terminal_text(file), read->name, read->version,
               read->steps.size());
  } else {
    std::string_view mistakes = read.error().text();
    while (!mistakes.empty()) {
      const std::size_t end = std::min(mistakes.find('\n'), mistakes.size());
      fmt::print("{}\n", terminal_text(mistakes.substr(0, end)));
      mistakes.remove_prefix(std::min(end + 1, mistakes.size()));
    }
  }
}

Status check(const PlaybookArguments& a, ExitCode& exit_code) {
  PosixFileSystem files;
  std::size_t refused = 0;
  for (const std::string& file : a.files) {
    TRY_ASSIGN(const std::string text, read_file(files, file, kFileBytesMax));
    const Result<Playbook> read = parse_playbook(text, file, {});
    print_checked(file, read, a.json);
    refused += read ? 0U : 1U;
  }
  fmt::print(stderr, "{} good, {} refused\n", a.files.size() - refused, refused);
  exit_code.value = refused > 0 ? kFound : kDone;
  return {};
}

Status arm(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  JsonWriter json;
  json.begin_object().member("armed", !a.off);
  if (!a.version.empty()) {
    json.member("version", a.version);
  }
  json.end_object();
  TRY(access.connection().send("POST", playbook_path(a, "/arm"), json.take()));
  fmt::print("playbook {} {}\n", a.name, a.off ? "only records now" : "is armed");
  return {};
}

Status run(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  JsonWriter json;
  json.begin_object().member("alert", a.alert).member("rehearse", !a.now).end_object();
  TRY_ASSIGN(const std::string body,
             access.connection().send("POST", playbook_path(a, "/run"), json.take()));
  return a.now ? print_begun_run(body, a.json) : print_rehearsal(body, a.json);
}

Status runs(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  const std::string query = url_query({{"alert", a.alert},
                                       {"playbook", a.name},
                                       {"state", a.state},
                                       {"limit", std::to_string(a.limit)}});
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/playbook-runs" + query));
  return print_runs(body, a.json);
}

Status steps(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  TRY_ASSIGN(const std::string body, access.connection().get(run_path(a)));
  return print_run(body, a.json);
}

Status cancel(const PlaybookArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  TRY(access.connection().send("POST", run_path(a, "/cancel"), "{}"));
  fmt::print("run {} is cancelled\n", a.run);
  return {};
}

Status answer(const PlaybookArguments& a) {
  if (a.yes == a.no) {
    return fail(ErrorCode::kInvalid, "say --yes or --no");
  }
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  JsonWriter json;
  json.begin_object().member("yes", a.yes).end_object();
  TRY(access.connection().send("POST", run_path(a, "/answer"), json.take()));
  fmt::print("run {} was told {}\n", a.run, a.yes ? "yes" : "no");
  return {};
}

using Arguments = std::shared_ptr<PlaybookArguments>;

CLI::App* sub(CLI::App* parent, const std::string& name, const std::string& what,
              const Arguments& a, ExitCode& exit_code, Status (*deed)(const PlaybookArguments&)) {
  CLI::App* command = parent->add_subcommand(name, what);
  command->add_flag("--json", a->json, "As JSON");
  add_connection_options(*command, a->connection);
  command->callback([a, deed, &exit_code] { exit_code.finish(deed(*a)); });
  return command;
}

void add_definitions(CLI::App* playbook, const Arguments& a, ExitCode& exit_code) {
  sub(playbook, "list", "Playbooks in force, and why others are not", a, exit_code, list)
      ->footer("Example: tocsin playbook list");
  CLI::App* command = sub(playbook, "show", "One playbook", a, exit_code, show);
  command->add_option("name", a->name, "Its name")->required();
  CLI::Option* yaml = command->add_flag("--yaml", a->yaml, "Only its text");
  command->add_flag("--cacao", a->cacao, "As CACAO 2.0 JSON")->excludes(yaml);
  command->footer("Example: tocsin playbook show scraping --cacao");

  command = playbook->add_subcommand("check", "Read files and say what is wrong; asks no server");
  command->add_option("files", a->files, "Playbooks in YAML")->required();
  command->add_flag("--json", a->json, "As JSON, one line a file");
  command->callback([a, &exit_code] { exit_code.finish(check(*a, exit_code)); });
  command->footer("Example: tocsin playbook check /etc/tocsin/playbooks/shop.yml");

  command = sub(playbook, "arm", "Let it act in its present version", a, exit_code, arm);
  command->add_option("name", a->name, "Its name")->required();
  command->add_option("--version", a->version, "Refuse when another is in force");
  command->add_flag("--off", a->off, "Only record from now on");
  command->footer("Example: tocsin playbook arm scraping");
}

void add_running(CLI::App* playbook, const Arguments& a, ExitCode& exit_code) {
  CLI::App* command =
      sub(playbook, "run", "What it would do about an alert; with --now, do it", a, exit_code, run);
  command->add_option("name", a->name, "Its name")->required();
  command->add_option("--alert", a->alert, "Id of the alert")->required();
  command->add_flag("--now", a->now, "In earnest, as far as it is armed");
  command->footer("Example: tocsin playbook run scraping --alert 5a1c…");

  command = sub(playbook, "runs", "Runs, newest first", a, exit_code, runs);
  command->add_option("--alert", a->alert, "About this alert");
  command->add_option("--playbook", a->name, "Of this playbook");
  command->add_option("--state", a->state, "running, succeeded, failed or cancelled");
  command->add_option("--limit", a->limit, "At most so many")->check(CLI::Range(1, 1'000));
  command->footer("Example: tocsin playbook runs --state running");

  command = sub(playbook, "steps", "One run, step by step", a, exit_code, steps);
  command->add_option("run", a->run, "Id of the run")->required();
  command = sub(playbook, "cancel", "End a run", a, exit_code, cancel);
  command->add_option("run", a->run, "Id of the run")->required();
  command = sub(playbook, "answer", "The yes or no that a run waits for", a, exit_code, answer);
  command->add_option("run", a->run, "Id of the run")->required();
  CLI::Option* yes = command->add_flag("--yes", a->yes, "Go on");
  command->add_flag("--no", a->no, "Do not")->excludes(yes);
  command->footer("Example: tocsin playbook answer 3f9a… --yes");
}

}  // namespace

void add_playbook_command(CLI::App& app, ExitCode& exit_code) {
  auto a = std::make_shared<PlaybookArguments>();
  CLI::App* playbook =
      app.add_subcommand("playbook", "What answers which alert; arm, rehearse, run, follow");
  playbook->require_subcommand(1);
  add_definitions(playbook, a, exit_code);
  add_running(playbook, a, exit_code);
}

}  // namespace tocsin
