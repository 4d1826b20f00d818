#include "cli/key_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "access/key_store.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "obs/metrics.h"
#include "state/state_db.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

struct KeyArguments {
  std::string data = "./var";
  std::string scopes;
  std::string name;
  std::string expires;
  std::string id;
  bool json = false;
};

// The key store of a data directory, with what it stands on.
struct OpenKeys {
  PosixFileSystem files;
  SystemClock clock;
  Metrics metrics;
  std::unique_ptr<StateDb> db;
  std::unique_ptr<KeyStore> keys;
};

Status open_keys(const std::string& data, OpenKeys& open) {
  TRY(open.files.create_directories(data));
  StateDbOptions options;
  options.path = data + "/state.db";
  TRY_ASSIGN(open.db, StateDb::open(options, open.files, open.clock));
  TRY_ASSIGN(open.keys, KeyStore::open(*open.db, open.clock, open.metrics));
  return {};
}

Status create_key(const KeyArguments& arguments) {
  OpenKeys open;
  TRY(open_keys(arguments.data, open));
  NewKey wanted;
  wanted.name = arguments.name;
  wanted.created_by = "cli";
  const auto scopes = parse_scopes(arguments.scopes);
  if (!scopes) {
    return Error(ErrorCode::kInvalid, "--scope is «" + arguments.scopes + "», must be of " +
                                          std::string(kScopeWords) + ", with commas between");
  }
  wanted.scopes = *scopes;
  if (!arguments.expires.empty()) {
    const auto span = parse_span(arguments.expires);
    if (!span) {
      return Error(ErrorCode::kInvalid,
                   "--expires is «" + arguments.expires + "», must be a time span like 30d or 12h");
    }
    wanted.expires = open.clock.now() + *span;
  }
  TRY_ASSIGN(const std::string key, open.keys->create(wanted));
  std::fputs("Keep this key now: it is stored as a hash only and never shown again.\n", stderr);
  fmt::print("{}\n", key);
  return {};
}

std::string time_or(const std::optional<Micros>& time, std::string_view otherwise) {
  return time ? iso_time(*time).substr(0, 19) + "Z" : std::string(otherwise);
}

void print_key(const KeyInfo& key, bool as_json) {
  if (as_json) {
    JsonWriter json;
    json.begin_object().member("id", key.id).member("name", key.name);
    json.member("scopes", scopes_text(key.scopes)).member("created", iso_time(key.created));
    json.member("expires", time_or(key.expires, ""))
        .member("last_used", time_or(key.last_used, ""));
    json.member("revoked", time_or(key.revoked, "")).end_object();
    fmt::print("{}\n", json.take());
    return;
  }
  const std::string state = key.revoked ? "revoked" : "active";
  fmt::print("{:<14} {:<20} {:<20} {:<8} used {:<20} expires {}\n", key.id, key.name,
             scopes_text(key.scopes), state, time_or(key.last_used, "never"),
             time_or(key.expires, "never"));
}

Status list_keys(const KeyArguments& arguments) {
  OpenKeys open;
  TRY(open_keys(arguments.data, open));
  TRY_ASSIGN(const std::vector<KeyInfo> keys, open.keys->list());
  for (const KeyInfo& key : keys) {
    print_key(key, arguments.json);
  }
  return {};
}

Status revoke_key(const KeyArguments& arguments) {
  OpenKeys open;
  TRY(open_keys(arguments.data, open));
  TRY(open.keys->revoke(arguments.id));
  fmt::print("{} is revoked\n", arguments.id);
  return {};
}

}  // namespace

void add_key_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<KeyArguments>();
  CLI::App* key = app.add_subcommand("key", "Create, list and revoke API keys");
  key->require_subcommand(1);
  key->footer("Example: tocsin key create --data ./var --scope ingest --name shop");

  CLI::App* create = key->add_subcommand("create", "Create a key; it is printed on the last line");
  create->add_option("--data", arguments->data, "Data directory")->envname("TOCSIN_DATA");
  create
      ->add_option("--scope", arguments->scopes, std::string(kScopeWords) + "; several with commas")
      ->required();
  create->add_option("--name", arguments->name, "What it is for")->required();
  create->add_option("--expires", arguments->expires, "After so long, e.g. 90d");
  create->callback([arguments, &exit_code] { exit_code.finish(create_key(*arguments)); });

  CLI::App* list = key->add_subcommand("list", "List keys, newest first");
  list->add_option("--data", arguments->data, "Data directory")->envname("TOCSIN_DATA");
  list->add_flag("--json", arguments->json, "One JSON object a line");
  list->callback([arguments, &exit_code] { exit_code.finish(list_keys(*arguments)); });

  CLI::App* revoke = key->add_subcommand("revoke", "Revoke a key at once");
  revoke->add_option("--data", arguments->data, "Data directory")->envname("TOCSIN_DATA");
  revoke->add_option("id", arguments->id, "The key's id (tok_ and 8 characters)")->required();
  revoke->callback([arguments, &exit_code] { exit_code.finish(revoke_key(*arguments)); });
}

}  // namespace tocsin
