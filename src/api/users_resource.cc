#include "api/users_resource.h"

#include "api/parameters.h"
#include "api/problem.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

void write_time(JsonWriter& json, std::string_view name, const std::optional<Micros>& time) {
  json.key(name);
  if (time) {
    json.value(iso_time(*time));
  } else {
    json.null();
  }
}

void write_user(JsonWriter& json, const UserInfo& user) {
  json.begin_object().member("name", user.name).member("role", role_name(user.role));
  json.member("created", iso_time(user.created)).member("created_by", user.created_by);
  write_time(json, "last_login", user.last_login);
  json.member("disabled", user.disabled);
  write_time(json, "locked_until", user.locked_until);
  json.member("sessions", user.sessions).end_object();
}

Result<HttpResponse> one_user(UserStore& users, const std::string& name, int status) {
  TRY_ASSIGN(const UserInfo user, users.get(name));
  JsonWriter json;
  write_user(json, user);
  return HttpResponse::json(status, json.take());
}

// Adds what is wrong with a field to `problems`.
void check(const Status& good, std::string_view field, std::vector<FieldProblem>& problems) {
  if (!good) {
    problems.push_back({std::string(field), good.error().text()});
  }
}

void read_role(const std::optional<std::string>& word, std::optional<Role>& role,
               std::vector<FieldProblem>& problems) {
  if (word) {
    role = parse_role(*word);
    if (!role) {
      problems.push_back({"role", fmt::format("is none of {}", kRoleWords)});
    }
  }
}

}  // namespace

Result<HttpResponse> UsersResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::vector<UserInfo> users, users_.list());
  JsonWriter json;
  json.begin_object().key("users").begin_array();
  for (const UserInfo& user : users) {
    write_user(json, user);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> UsersResource::add(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"name", "role", "password"}));
  TRY_ASSIGN(const std::optional<std::string> name, given.text("name"));
  TRY_ASSIGN(const std::optional<std::string> word, given.text("role"));
  TRY_ASSIGN(const std::optional<std::string> password, given.text("password"));
  NewUser user;
  user.name = name.value_or("");
  user.password = password.value_or("");
  user.created_by = call.who.actor();
  std::vector<FieldProblem> problems;
  check(check_user_name(user.name), "name", problems);
  check(check_password(user.password, user.name), "password", problems);
  std::optional<Role> role;
  read_role(word.value_or(""), role, problems);
  if (!problems.empty()) {
    return problem_of_fields(problems, call.request_id);
  }
  user.role = *role;
  TRY(users_.add(user));
  audit_.deed(
      call.who.actor(), "user_added",
      fmt::format("{} added the user {} as {}", call.who.actor(), user.name, role_name(user.role)));
  return one_user(users_, user.name, 201);
}

Result<HttpResponse> UsersResource::change(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"role", "password", "disabled", "unlock"}));
  const std::string& name = call.path_values[0];
  UserChange change;
  TRY_ASSIGN(const std::optional<std::string> word, given.text("role"));
  TRY_ASSIGN(change.password, given.text("password"));
  TRY_ASSIGN(change.disabled, given.flag("disabled"));
  TRY_ASSIGN(const std::optional<bool> unlock, given.flag("unlock"));
  std::vector<FieldProblem> problems;
  read_role(word, change.role, problems);
  if (change.password) {
    check(check_password(*change.password, name), "password", problems);
  }
  if (!problems.empty()) {
    return problem_of_fields(problems, call.request_id);
  }
  TRY(users_.get(name));
  if (change.role || change.password || change.disabled) {
    TRY(users_.change(name, change));
  }
  if (unlock.value_or(false)) {
    users_.unlock(name);
  }
  std::string what;
  what += change.role ? fmt::format(", role {}", role_name(*change.role)) : "";
  what += change.password ? ", a new password" : "";
  what += change.disabled ? (*change.disabled ? ", disabled" : ", enabled") : "";
  what += unlock.value_or(false) ? ", unlocked" : "";
  audit_.deed(call.who.actor(), "user_changed",
              fmt::format("{} changed the user {}{}", call.who.actor(), name, what));
  return one_user(users_, name, 200);
}

Result<HttpResponse> UsersResource::remove(const Call& call) {
  const std::string& name = call.path_values[0];
  TRY(users_.remove(name));
  audit_.deed(call.who.actor(), "user_removed",
              fmt::format("{} removed the user {}", call.who.actor(), name));
  return HttpResponse::empty(204);
}

}  // namespace tocsin
