// GCC 12 sees a null pointer in CLI11 that is not there.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "cli/serve_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/clock.h"
#include "config/load.h"
#include "server/module_options.h"
#include "server/server.h"
#include "sys/signals.h"

namespace tocsin {
namespace {

struct ServeArguments {
  std::string config;
  std::string listen;
  std::string data;
  std::vector<std::string> rules;
};

Result<Settings> settings_of(const ServeArguments& arguments, FileSystem& files) {
  Settings settings;
  if (!arguments.config.empty()) {
    TRY_ASSIGN(settings, load_settings(files, arguments.config));
  }
  if (!arguments.listen.empty()) {
    settings.listen = arguments.listen;
  }
  if (!arguments.data.empty()) {
    settings.data_directory = arguments.data;
  }
  settings.detect.rule_paths.insert(settings.detect.rule_paths.end(), arguments.rules.begin(),
                                    arguments.rules.end());
  return settings;
}

void print_welcome(const Server& server, const Settings& settings) {
  fmt::print("Tocsin listens on {} and keeps its data in {}\n", server.url(),
             settings.data_directory);
  if (server.setup_token()) {
    fmt::print("Nobody may log in yet. This link makes the first user, once:\n{}/setup#{}\n",
               server.url(), *server.setup_token());
  }
  if (server.first_admin_key()) {
    fmt::print("The first admin key, shown this once:\n{}\n", *server.first_admin_key());
  }
  std::fflush(stdout);
}

Status serve(const ServeArguments& arguments) {
  block_stop_signals();
  PosixFileSystem files;
  SystemClock clock;
  TRY_ASSIGN(const Settings settings, settings_of(arguments, files));
  Log log = make_log(settings.log);
  TRY_ASSIGN(const std::unique_ptr<Server> server, Server::start(settings, files, clock, log));
  print_welcome(*server, settings);
  while (wait_for_signal() == StopSignal::kReload) {
    server->reload();
  }
  log.info("stopping");
  return server->stop();
}

}  // namespace

void add_serve_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* serve_command = app.add_subcommand("serve", "Run the server");
  serve_command->add_option("--config", arguments->config, "tocsin.yaml (docs/configuration.md)");
  serve_command->add_option("--listen", arguments->listen,
                            "ADDR:PORT of the API, instead of the configured (127.0.0.1:7117)");
  serve_command
      ->add_option("--data", arguments->data, "Data directory, instead of the configured (./var)")
      ->envname("TOCSIN_DATA");
  serve_command->add_option("--rules", arguments->rules,
                            "Folder or file with Sigma rules, besides the shipped ones");
  serve_command->footer("Example: tocsin serve --listen 127.0.0.1:7117 --data ./var");
  serve_command->callback([arguments, &exit_code] { exit_code.finish(serve(*arguments)); });
}

}  // namespace tocsin
