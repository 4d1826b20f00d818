#include "cli/decision_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "cli/decision_report.h"
#include "cli/server_access.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kListBytesMax = 64U << 20U;

struct DecisionArguments {
  ConnectionOptions connection;
  std::string state = "active";
  std::string scope, value, ip, kind, origin, rule, from, to, why, reason, duration, rate;
  std::string redirect_to, custom, format, file, id, over, what = "rule", version;
  std::uint64_t limit = 100;
  std::vector<std::string> values;
  bool despite_customers = false;
  bool dry_run = false;
  bool reject = false;
  bool off = false;
  bool all = false;
  bool open = false;
  bool close = false;
  bool json = false;
};

void add_text(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) {
    json.member(name, value);
  }
}

std::string proposal_body(const DecisionArguments& a, const std::string& value) {
  JsonWriter json;
  json.begin_object();
  add_text(json, "value", value);
  add_text(json, "scope", a.scope);
  add_text(json, "kind", a.kind);
  add_text(json, "duration", a.duration);
  add_text(json, "reason", a.reason);
  add_text(json, "rate", a.rate);
  add_text(json, "redirect_to", a.redirect_to);
  add_text(json, "custom", a.custom);
  if (a.despite_customers) {
    json.member("despite_customers", true);
  }
  if (a.dry_run) {
    json.member("dry_run", true);
  }
  add_text(json, "rule", a.rule);
  add_text(json, "over", a.over);
  add_text(json, "from", a.from);
  add_text(json, "to", a.to);
  return json.end_object().take();
}

Status list(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  const std::string path = "/api/v1/decisions" + url_query({{"state", a.state},
                                                            {"scope", a.scope},
                                                            {"value", a.value},
                                                            {"ip", a.ip},
                                                            {"kind", a.kind},
                                                            {"origin", a.origin},
                                                            {"rule", a.rule},
                                                            {"limit", std::to_string(a.limit)}});
  TRY_ASSIGN(const std::string body, access.connection().get(path));
  return print_decisions(body, a.json);
}

Status add(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  for (const std::string& value : a.values) {
    TRY_ASSIGN(const std::string body,
               access.connection().send("POST", "/api/v1/decisions", proposal_body(a, value)));
    TRY(print_outcome(body, a.json));
  }
  return {};
}

// A number is the id of a decision; anything else whom it is about.
Status remove_one(Connection& connection, const DecisionArguments& a, const std::string& value) {
  const bool is_id = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  if (is_id && a.scope.empty()) {
    TRY_ASSIGN(
        const std::string body,
        connection.send("DELETE", "/api/v1/decisions/" + value + url_query({{"why", a.why}}), ""));
    return print_lifted(body);
  }
  JsonWriter json;
  json.begin_object();
  add_text(json, "value", value);
  add_text(json, "scope", a.scope);
  add_text(json, "why", a.why);
  json.end_object();
  TRY_ASSIGN(const std::string body,
             connection.send("POST", "/api/v1/decisions/lift", json.take()));
  return print_lifted(body);
}

Status remove(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  for (const std::string& value : a.values) {
    TRY(remove_one(access.connection(), a, value));
  }
  if (!a.values.empty()) {
    return {};
  }
  JsonWriter json;
  json.begin_object();
  add_text(json, "overlapping", a.ip);
  add_text(json, "kind", a.kind);
  add_text(json, "origin", a.origin);
  add_text(json, "rule_id", a.rule);
  add_text(json, "why", a.why);
  if (a.all) {
    json.member("all", true);
  }
  json.end_object();
  TRY_ASSIGN(const std::string body,
             access.connection().send("POST", "/api/v1/decisions/lift", json.take()));
  return print_lifted(body);
}

Status simulate(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  TRY_ASSIGN(const std::string body, access.connection().send("POST", "/api/v1/decisions/simulate",
                                                              proposal_body(a, a.value)));
  return a.rule.empty() ? print_outcome(body, a.json) : print_preview(body, a.json);
}

Status import_file(const DecisionArguments& a) {
  PosixFileSystem files;
  TRY_ASSIGN(const std::string text, read_file(files, a.file, kListBytesMax));
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  const std::string path = "/api/v1/decisions/import" + url_query({{"format", a.format},
                                                                   {"kind", a.kind},
                                                                   {"duration", a.duration},
                                                                   {"reason", a.reason},
                                                                   {"origin", a.origin},
                                                                   {"rate", a.rate}});
  TRY_ASSIGN(const std::string body, access.connection().send("POST", path, text));
  return print_import(body, a.json);
}

Status export_all(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/decisions/export" +
                                                             url_query({{"format", a.format}})));
  fmt::print("{}{}", body, a.format == "json" ? "\n" : "");
  return {};
}

Status approve(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  if (a.id.empty()) {
    TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/decisions/approvals"));
    return print_approvals(body, a.json);
  }
  JsonWriter json;
  json.begin_object();
  json.member("approve", !a.reject);
  add_text(json, "why", a.why);
  json.end_object();
  TRY_ASSIGN(const std::string body,
             access.connection().send("POST", "/api/v1/decisions/approvals/" + url_encode(a.id),
                                      json.take()));
  if (a.reject) {
    fmt::print("rejected\n");
    return {};
  }
  return print_outcome(body, a.json);
}

Status arm(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  if (a.id.empty()) {
    TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/decisions/armed"));
    return print_armed(body, a.json);
  }
  JsonWriter json;
  json.begin_object();
  json.member("what", a.what);
  json.member("id", a.id);
  add_text(json, "version", a.version);
  json.member("armed", !a.off);
  json.end_object();
  TRY(access.connection().send("POST", "/api/v1/decisions/arm", json.take()));
  fmt::print("{} {} {}\n", a.what, a.id, a.off ? "only records now" : "is armed");
  return {};
}

Status breaker(const DecisionArguments& a) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(a.connection));
  if (!a.open && !a.close) {
    TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/decisions/breaker"));
    return print_breaker(body, a.json);
  }
  JsonWriter json;
  json.begin_object();
  json.member("open", a.open);
  add_text(json, "why", a.why);
  json.end_object();
  TRY_ASSIGN(const std::string body,
             access.connection().send("POST", "/api/v1/decisions/breaker", json.take()));
  return print_breaker(body, a.json);
}

using Arguments = std::shared_ptr<DecisionArguments>;

CLI::App* sub(CLI::App* parent, const std::string& name, const std::string& what,
              const Arguments& a, ExitCode& exit_code, Status (*run)(const DecisionArguments&)) {
  CLI::App* command = parent->add_subcommand(name, what);
  command->add_flag("--json", a->json, "As JSON");
  add_connection_options(*command, a->connection);
  command->callback([a, run, &exit_code] { exit_code.finish(run(*a)); });
  return command;
}

void add_wish_options(CLI::App* command, const Arguments& a) {
  command->add_option("--kind", a->kind,
                      "block (default), throttle, challenge, redirect, disable or custom");
  command->add_option("--scope", a->scope,
                      "country, user, session or api_key; others are seen from the value");
  command->add_option("--for", a->duration, "How long: 4h, 1h30m, 7d");
  command->add_option("--rate", a->rate, "Of a throttle: 60/1m");
}

void add_taking(CLI::App* decision, const Arguments& a, ExitCode& exit_code) {
  CLI::App* command =
      sub(decision, "add", "Take a decision; the guards are asked first", a, exit_code, add);
  command->add_option("values", a->values, "Addresses, networks, AS64500, or with --scope others")
      ->required();
  add_wish_options(command, a);
  command->add_option("--reason", a->reason, "Why, in one sentence");
  command->add_option("--redirect-to", a->redirect_to, "Of a redirect: where to");
  command->add_option("--custom", a->custom, "Of the kind custom: its word");
  command->add_flag("--despite-customers", a->despite_customers,
                    "Block even an address of many users");
  command->add_flag("--dry-run", a->dry_run, "Record only");
  command->footer("Example: tocsin decision add 203.0.113.7 --for 4h --reason 'scans our API'");

  command = sub(decision, "remove", "End decisions now, everywhere", a, exit_code, remove);
  command->add_option("values", a->values, "Ids, or whom they are about");
  command->add_option("--scope", a->scope, "Of the values: country, user, session, api_key");
  command->add_option("--overlapping", a->ip, "All that touch this address or network");
  command->add_option("--kind", a->kind, "All of this kind");
  command->add_option("--origin", a->origin, "All of this origin, e.g. lists:spam");
  command->add_option("--rule", a->rule, "All of this rule");
  command->add_flag("--all", a->all, "All");
  command->add_option("--why", a->why, "For the audit");

  command = sub(decision, "simulate",
                "What a decision would come to; with --rule, what it would have done to whom", a,
                exit_code, simulate);
  command->add_option("value", a->value, "Whom it is about");
  add_wish_options(command, a);
  command->add_option("--rule", a->rule, "Id of a rule: what it finds in the stored events");
  command->add_option("--over", a->over, "events (default), or alerts: those that it raised")
      ->check(CLI::IsMember({"events", "alerts"}));
  command->add_option("--from", a->from, "Beginning: a time, or a span back from now (default 1d)");
  command->add_option("--to", a->to, "End (default now)");
  command->footer("Example: tocsin decision simulate --rule 5a1c… --from 7d");
}

void add_lists(CLI::App* decision, const Arguments& a, ExitCode& exit_code) {
  CLI::App* command =
      sub(decision, "import", "A list: JSON or CSV of cscli, or plain", a, exit_code, import_file);
  command->add_option("file", a->file, "The list")->required();
  command->add_option("--format", a->format, "json (default), csv or plain");
  command->add_option("--kind", a->kind, "For entries that name none (default block)");
  command->add_option("--for", a->duration, "For entries that name none (default 24h)");
  command->add_option("--reason", a->reason, "For entries that name none");
  command->add_option("--origin", a->origin, "E.g. lists:spam");
  command = sub(decision, "export", "All that stand", a, exit_code, export_all);
  command->add_option("--format", a->format, "json (default), csv or plain");
}

void add_control(CLI::App* decision, const Arguments& a, ExitCode& exit_code) {
  CLI::App* command = sub(decision, "approve", "What waits for approval; with an id, the answer", a,
                          exit_code, approve);
  command->add_option("id", a->id, "Id of the approval");
  command->add_flag("--reject", a->reject, "No");
  command->add_option("--why", a->why, "For the audit");
  command = sub(decision, "arm", "What is armed; with an id, let it act in its present version", a,
                exit_code, arm);
  command->add_option("id", a->id, "Id of a rule, name of a playbook");
  command->add_option("--what", a->what, "rule (default) or playbook");
  command->add_option("--version", a->version, "Of a rule: refuse when another is in force");
  command->add_flag("--off", a->off, "Only record from now on");
  command = sub(decision, "breaker", "Whether the machine may decide", a, exit_code, breaker);
  CLI::Option* open = command->add_flag("--open", a->open, "Dry runs only");
  command->add_flag("--close", a->close, "In earnest again")->excludes(open);
  command->add_option("--why", a->why, "For the audit");
}

}  // namespace

void add_decision_command(CLI::App& app, ExitCode& exit_code) {
  auto a = std::make_shared<DecisionArguments>();
  CLI::App* decision =
      app.add_subcommand("decision", "Who is blocked and why; block, unblock, try it out");
  decision->require_subcommand(1);
  CLI::App* command = sub(decision, "list", "What stands", a, exit_code, list);
  command->add_option("--state", a->state, "active (default), ended, dry_run or all");
  command->add_option("--ip", a->ip, "On this address or a network around it");
  command->add_option("--value", a->value, "Exactly this address, network, …");
  command->add_option("--scope", a->scope, "Of this scope");
  command->add_option("--kind", a->kind, "Of this kind");
  command->add_option("--origin", a->origin, "Of this origin");
  command->add_option("--rule", a->rule, "Of this rule");
  command->add_option("--limit", a->limit, "At most so many")->check(CLI::Range(1, 1'000));
  add_taking(decision, a, exit_code);
  add_lists(decision, a, exit_code);
  add_control(decision, a, exit_code);
}

}  // namespace tocsin
