#include "cli/user_command.h"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "access/user_store.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "cli/terminal.h"
#include "cli/typed_password.h"
#include "state/state_db.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

struct UserArguments {
  std::string data = "./var";
  std::string name;
  std::string role;
  bool password = false;
  bool password_stdin = false;
  bool disable = false;
  bool enable = false;
  bool json = false;
};

// The users of a data directory, with what they stand on.
struct OpenUsers {
  PosixFileSystem files;
  SystemClock clock;
  std::unique_ptr<StateDb> db;
  std::unique_ptr<UserStore> users;
};

Status open_users(const std::string& data, OpenUsers& open) {
  TRY(open.files.create_directories(data));
  StateDbOptions options;
  options.path = data + "/state.db";
  TRY_ASSIGN(open.db, StateDb::open(options, open.files, open.clock));
  TRY_ASSIGN(open.users, UserStore::open(*open.db, open.clock));
  return {};
}

Result<Role> role_of(const std::string& word) {
  const std::optional<Role> role = parse_role(word);
  if (!role) {
    return fail(ErrorCode::kInvalid, "--role is «{}», must be one of {}", word, kRoleWords);
  }
  return *role;
}

Result<std::string> password_of(const UserArguments& arguments) {
  return arguments.password_stdin ? read_password() : ask_password(arguments.name);
}

Status add_user(const UserArguments& arguments) {
  OpenUsers open;
  TRY(open_users(arguments.data, open));
  NewUser user;
  user.name = arguments.name;
  TRY(check_user_name(user.name));
  TRY_ASSIGN(user.role, role_of(arguments.role));
  TRY_ASSIGN(user.password, password_of(arguments));
  user.created_by = "cli";
  TRY(open.users->add(user));
  fmt::print("{} may log in as {}\n", user.name, role_name(user.role));
  return {};
}

Status set_user(const UserArguments& arguments) {
  OpenUsers open;
  TRY(open_users(arguments.data, open));
  UserChange change;
  if (!arguments.role.empty()) {
    TRY_ASSIGN(change.role, role_of(arguments.role));
  }
  if (arguments.disable || arguments.enable) {
    change.disabled = arguments.disable;
  }
  TRY(open.users->get(arguments.name));
  if (arguments.password || arguments.password_stdin) {
    TRY_ASSIGN(change.password, password_of(arguments));
  }
  if (!change.role && !change.disabled && !change.password) {
    return fail(ErrorCode::kInvalid,
                "nothing to set: --role, --password, --password-stdin, --disable or --enable");
  }
  TRY(open.users->change(arguments.name, change));
  fmt::print("{} is changed; their sessions are over\n", arguments.name);
  return {};
}

Status remove_user(const UserArguments& arguments) {
  OpenUsers open;
  TRY(open_users(arguments.data, open));
  TRY(open.users->remove(arguments.name));
  fmt::print("{} is removed\n", arguments.name);
  return {};
}

std::string last_login(const UserInfo& user) {
  return user.last_login ? iso_time(*user.last_login).substr(0, 19) + "Z" : "never";
}

Status list_users(const UserArguments& arguments) {
  OpenUsers open;
  TRY(open_users(arguments.data, open));
  TRY_ASSIGN(const std::vector<UserInfo> users, open.users->list());
  TextTable table({"USER", "ROLE", "STATE", "SESSIONS", "LAST LOG-IN"});
  for (const UserInfo& user : users) {
    if (arguments.json) {
      JsonWriter json;
      json.begin_object().member("name", user.name).member("role", role_name(user.role));
      json.member("created", iso_time(user.created)).member("created_by", user.created_by);
      json.member("last_login", user.last_login ? iso_time(*user.last_login) : std::string());
      json.member("disabled", user.disabled).member("sessions", user.sessions).end_object();
      fmt::print("{}\n", json.take());
    } else {
      table.add({user.name, std::string(role_name(user.role)),
                 user.disabled ? "disabled" : "enabled", std::to_string(user.sessions),
                 last_login(user)});
    }
  }
  if (!arguments.json) {
    fmt::print("{}", table.empty() ? "Nobody may log in yet: tocsin user add NAME --role admin\n"
                                   : table.render(terminal_width()));
  }
  return {};
}

void add_data(CLI::App& command, UserArguments& arguments) {
  command.add_option("--data", arguments.data, "Data directory")->envname("TOCSIN_DATA");
}

}  // namespace

void add_user_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<UserArguments>();
  CLI::App* user = app.add_subcommand("user", "People who may log in: add, list, set, remove");
  user->require_subcommand(1);
  user->footer("Example: tocsin user add alice --role admin --data ./var");

  CLI::App* add = user->add_subcommand("add", "Add a user; asks for the password");
  add_data(*add, *arguments);
  add->add_option("name", arguments->name, "a-z, 0-9 and . _ - @")->required();
  add->add_option("--role", arguments->role, std::string(kRoleWords))->required();
  add->add_flag("--password-stdin", arguments->password_stdin,
                "The password is the first line of standard input");
  add->footer("Example: tocsin user add alice --role responder");
  add->callback([arguments, &exit_code] { exit_code.finish(add_user(*arguments)); });

  CLI::App* list = user->add_subcommand("list", "List users");
  add_data(*list, *arguments);
  list->add_flag("--json", arguments->json, "One JSON object a line");
  list->callback([arguments, &exit_code] { exit_code.finish(list_users(*arguments)); });

  CLI::App* set = user->add_subcommand("set", "Change a user; their sessions end");
  add_data(*set, *arguments);
  set->add_option("name", arguments->name, "The user's name")->required();
  set->add_option("--role", arguments->role, std::string(kRoleWords));
  set->add_flag("--password", arguments->password, "Ask for a new password");
  set->add_flag("--password-stdin", arguments->password_stdin,
                "The new password is the first line of standard input");
  CLI::Option* disable = set->add_flag("--disable", arguments->disable, "May not log in any more");
  set->add_flag("--enable", arguments->enable, "May log in again")->excludes(disable);
  set->footer("Example: tocsin user set alice --role admin");
  set->callback([arguments, &exit_code] { exit_code.finish(set_user(*arguments)); });

  CLI::App* remove = user->add_subcommand("remove", "Remove a user and their sessions");
  add_data(*remove, *arguments);
  remove->add_option("name", arguments->name, "The user's name")->required();
  remove->callback([arguments, &exit_code] { exit_code.finish(remove_user(*arguments)); });
}

}  // namespace tocsin
