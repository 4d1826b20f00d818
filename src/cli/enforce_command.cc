#include "cli/enforce_command.h"

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/connection.h"
#include "enforce/decision_text.h"
#include "enforce/dns/dns_enforcer.h"
#include "enforce/enforce_loop.h"
#include "enforce/exec/exec_enforcer.h"
#include "enforce/file/file_enforcer.h"
#include "enforce/http_feed.h"
#include "enforce/nftables/nftables_enforcer.h"
#include "enforce/webhook/webhook_enforcer.h"
#include "server/version.h"
#include "sys/signals.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kSecretBytesMax = 4'096;
constexpr std::size_t kHostNameBytes = 64;
constexpr Span kKernelLook = span_s(5);  // how often the kernel's table is looked after

struct EnforceArguments {
  ConnectionOptions connection;
  std::string name;
  bool clean_up = false;
  // nftables
  std::string table = std::string(kNftTableDefault);
  bool remove = false;
  // file
  std::string path;
  std::string format = "plain";
  std::string reload;
  std::string reload_every = "1s";
  // webhook
  std::string target;
  std::string secret_file;
  std::string target_ca;
  // exec
  std::string begin;
  std::string end;
  std::string time_limit = "10s";
};

std::string default_name(std::string_view kind) {
  std::string host(kHostNameBytes, '\0');
  if (::gethostname(host.data(), host.size() - 1) != 0) {
    host = "unknown";
  }
  return fmt::format("{}@{}", kind, host.c_str());
}

Result<Span> span_of(std::string_view option, const std::string& text) {
  const std::optional<Span> span = parse_span(text);
  if (!span || span->value <= 0) {
    return fail(ErrorCode::kInvalid, "{} is «{}», must be a time span like 10s", option, text);
  }
  return *span;
}

Status enforce(const EnforceArguments& arguments, Enforcer& enforcer, Span wait) {
  TRY_ASSIGN(const Connection server, Connection::find(arguments.connection));
  SystemClock clock;
  Log log(LogLevel::kInfo);
  Rng rng(static_cast<std::uint64_t>(clock.now().value) ^ static_cast<std::uint64_t>(::getpid()));
  std::atomic<bool> stopping{false};
  HttpFeedOptions options;
  options.url = server.url();
  options.key = server.key();
  options.ca_file = arguments.connection.ca_file;
  options.name = arguments.name.empty() ? default_name(enforcer.kind()) : arguments.name;
  options.version = kVersion;
  HttpFeed feed(options, enforcer, [&stopping] { return !stopping.load(); });
  EnforceOptions loop_options;
  loop_options.wait = wait;
  EnforceLoop loop(feed, enforcer, loop_options, clock, rng, log);
  block_stop_signals();
  if (const Status begun = loop.begin(); !begun && begun.error().code() == ErrorCode::kDenied) {
    return begun;
  }
  log.info("{} enforces what {} decides", options.name, options.url);
  std::jthread worker([&loop](const std::stop_token& stop) { loop.run(stop); });
  while (wait_for_signal() == StopSignal::kReload) {
  }
  stopping = true;
  worker.request_stop();
  worker.join();
  stopping = false;  // for the last receipt
  loop.finish(arguments.clean_up ? EnforceLoop::AtEnd::kWithdraw : EnforceLoop::AtEnd::kLeave);
  return {};
}

Status enforce_nftables(const EnforceArguments& arguments) {
  if (!is_nft_table_name(arguments.table)) {
    return fail(ErrorCode::kInvalid,
                "--table is «{}», must be lower-case letters, digits and _, at most 32",
                arguments.table);
  }
  TRY_ASSIGN(const std::unique_ptr<NftSession> session, open_nft_session());
  NftablesEnforcer enforcer(*session, arguments.table);
  if (arguments.remove) {
    return enforcer.withdraw();
  }
  return enforce(arguments, enforcer, kKernelLook);
}

Status enforce_file(const EnforceArguments& arguments) {
  const std::optional<FileFormat> format = parse_file_format(arguments.format);
  if (!format) {
    return fail(ErrorCode::kInvalid, "--format is «{}», must be of {}", arguments.format,
                file_format_words());
  }
  FileEnforcerOptions options;
  options.path = arguments.path;
  options.format = *format;
  if (!arguments.reload.empty()) {
    TRY_ASSIGN(options.reload, command_words(arguments.reload));
  }
  TRY_ASSIGN(options.reload_every, span_of("--reload-every", arguments.reload_every));
  PosixFileSystem files;
  SystemClock clock;
  FileEnforcer enforcer(options, files,
                        [&clock](const ChildProcess& child) { return run_child(child, clock); });
  return enforce(arguments, enforcer, options.reload_every);
}

Status enforce_webhook(const EnforceArguments& arguments) {
  PosixFileSystem files;
  WebhookEnforcerOptions options;
  options.url = arguments.target;
  options.ca_file = arguments.target_ca;
  TRY_ASSIGN(const std::string secret, read_file(files, arguments.secret_file, kSecretBytesMax));
  options.secret = trim(secret);
  if (options.secret.size() < 16) {
    return fail(ErrorCode::kInvalid, "the secret in {} has under 16 bytes", arguments.secret_file);
  }
  SystemClock clock;
  WebhookEnforcer enforcer(options, clock);
  return enforce(arguments, enforcer, span_s(20));
}

Result<std::vector<std::string>> command_of(const std::string& text) {
  if (text.empty()) {
    return std::vector<std::string>();
  }
  TRY_ASSIGN(std::vector<std::string> words, command_words(text));
  for (const std::string& word : words) {
    TRY(check_placeholders(word));
  }
  return words;
}

Status enforce_exec(const EnforceArguments& arguments) {
  ExecEnforcerOptions options;
  TRY_ASSIGN(options.begin, command_of(arguments.begin));
  TRY_ASSIGN(options.end, command_of(arguments.end));
  TRY_ASSIGN(options.time_max, span_of("--time-limit", arguments.time_limit));
  if (options.begin.empty() && options.end.empty()) {
    return Error(ErrorCode::kInvalid, "--begin or --end is needed");
  }
  SystemClock clock;
  ExecEnforcer enforcer(options,
                        [&clock](const ChildProcess& child) { return run_child(child, clock); });
  return enforce(arguments, enforcer, span_s(20));
}

Status enforce_dns(const EnforceArguments& arguments) {
  PosixFileSystem files;
  TRY_ASSIGN(const DnsSettings settings, load_dns_settings(files, arguments.path));
  SystemClock clock;
  Log log(LogLevel::kInfo);
  SocketDnsLink link(settings.server, clock);
  SignedDnsZone zone(link, settings.zone, settings.key, settings.timeout);
  DnsEnforcer enforcer(zone, settings.names, settings.look_every, log);
  if (arguments.remove) {
    return enforcer.withdraw();
  }
  return enforce(arguments, enforcer, settings.look_every);
}

using Arguments = std::shared_ptr<EnforceArguments>;

void add_common(CLI::App& command, const Arguments& arguments) {
  add_connection_options(command, arguments->connection);
  command.add_option("--name", arguments->name, "Of this enforcer; default KIND@HOST");
}

void add_nftables(CLI::App& enforce_app, const Arguments& arguments, ExitCode& exit_code) {
  CLI::App* command = enforce_app.add_subcommand(
      "nftables", "In this machine's packet filter, in a table of its own (needs CAP_NET_ADMIN)");
  add_common(*command, arguments);
  command->add_option("--table", arguments->table, "Name of the table (family inet)");
  command->add_flag("--clean-up", arguments->clean_up, "Remove the table when ending");
  command->add_flag("--remove", arguments->remove, "Only remove the table, at once");
  command->callback([arguments, &exit_code] { exit_code.finish(enforce_nftables(*arguments)); });
}

void add_file(CLI::App& enforce_app, const Arguments& arguments, ExitCode& exit_code) {
  CLI::App* command =
      enforce_app.add_subcommand("file", "In a list that nginx, Apache, HAProxy or others read");
  add_common(*command, arguments);
  command->add_option("path", arguments->path, "The file, replaced as a whole")->required();
  command->add_option("--format", arguments->format, file_format_words());
  command->add_option("--reload", arguments->reload,
                      "Command after each change, e.g. \"nginx -s reload\"; no shell");
  command->add_option("--reload-every", arguments->reload_every, "At most so often");
  command->add_flag("--clean-up", arguments->clean_up, "Empty the list when ending");
  command->callback([arguments, &exit_code] { exit_code.finish(enforce_file(*arguments)); });
}

void add_webhook(CLI::App& enforce_app, const Arguments& arguments, ExitCode& exit_code) {
  CLI::App* command = enforce_app.add_subcommand("webhook", "By signed calls of an application");
  add_common(*command, arguments);
  command->add_option("target", arguments->target, "Its address, e.g. https://shop/hooks/tocsin")
      ->required();
  command->add_option("--secret-file", arguments->secret_file, "File with the shared secret")
      ->required();
  command->add_option("--target-ca", arguments->target_ca, "PEM file with its authority");
  command->callback([arguments, &exit_code] { exit_code.finish(enforce_webhook(*arguments)); });
}

void add_exec(CLI::App& enforce_app, const Arguments& arguments, ExitCode& exit_code) {
  CLI::App* command =
      enforce_app.add_subcommand("exec", "By a program, run without a shell for each decision");
  add_common(*command, arguments);
  command->add_option("--begin", arguments->begin, "e.g. \"/usr/local/bin/ban {value} {seconds}\"");
  command->add_option("--end", arguments->end, "e.g. \"/usr/local/bin/unban {value}\"");
  command->add_option("--time-limit", arguments->time_limit, "For one run");
  command->callback([arguments, &exit_code] { exit_code.finish(enforce_exec(*arguments)); });
}

void add_dns(CLI::App& enforce_app, const Arguments& arguments, ExitCode& exit_code) {
  CLI::App* command = enforce_app.add_subcommand(
      "dns", "In the DNS: names move, for example to a CDN, and back (RFC 2136 with TSIG)");
  add_common(*command, arguments);
  command->add_option("path", arguments->path, "YAML file: server, zone, key and names")
      ->required();
  command->add_flag("--clean-up", arguments->clean_up, "Move every name back when ending");
  command->add_flag("--remove", arguments->remove, "Only move every name back, at once");
  command->callback([arguments, &exit_code] { exit_code.finish(enforce_dns(*arguments)); });
}

}  // namespace

void add_enforce_command(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<EnforceArguments>();
  CLI::App* command = app.add_subcommand("enforce", "Carry decisions out on this machine");
  command->require_subcommand(1);
  command->footer("Example: tocsin enforce nftables --url http://10.0.0.5:7117 --key tok_…");
  add_nftables(*command, arguments, exit_code);
  add_file(*command, arguments, exit_code);
  add_webhook(*command, arguments, exit_code);
  add_exec(*command, arguments, exit_code);
  add_dns(*command, arguments, exit_code);
}

}  // namespace tocsin
