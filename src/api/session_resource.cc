#include "api/session_resource.h"

#include "api/parameters.h"
#include "api/problem.h"
#include "api/session_cookie.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

void count(Metrics& metrics, std::string_view outcome) {
  metrics
      .counter("tocsin_logins_total", "Tries to log in to this program",
               {{"outcome", std::string(outcome)}})
      .add();
}

std::string session_json(const SessionView& view, std::string_view token) {
  JsonWriter json;
  json.begin_object().member("signed_in", true);
  json.member("user", view.user).member("role", role_name(view.role));
  json.key("may").begin_array();
  const ScopeSet scopes = scopes_of(view.role);
  for (const Scope scope :
       {Scope::kRead, Scope::kTriage, Scope::kRespond, Scope::kAudit, Scope::kAdmin}) {
    if (scopes.allows(scope)) {
      json.value(scope_name(scope));
    }
  }
  json.end_array();
  json.member("csrf", csrf_token_of(token));
  json.member("idle_until", iso_time(view.idle_until)).member("until", iso_time(view.until));
  return json.end_object().take();
}

struct Typed {
  std::string first;
  std::string second;
};

Result<Typed> read_two(const Call& call, std::string_view first, std::string_view second) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {first, second}));
  TRY_ASSIGN(const std::optional<std::string> one, given.text(first));
  TRY_ASSIGN(const std::optional<std::string> two, given.text(second));
  if (!one || !two) {
    return fail(ErrorCode::kInvalid, "{} and {} are needed", first, second);
  }
  return Typed{*one, *two};
}

}  // namespace

Result<HttpResponse> SessionResource::answer(const std::string& token, int status) {
  TRY_ASSIGN(const std::optional<SessionView> view, sessions_.find(token, SessionUse::kPerson));
  if (!view) {
    return fail(ErrorCode::kConflict, "the session ended while it began");
  }
  return HttpResponse::json(status, session_json(*view, token));
}

Result<HttpResponse> SessionResource::show(const Call& call) {
  if (const std::optional<std::string> token = session_token_of(call.request)) {
    TRY_ASSIGN(const std::optional<SessionView> view,
               sessions_.find(*token, session_use(call.request)));
    if (view) {
      return HttpResponse::json(200, session_json(*view, *token));
    }
  }
  TRY_ASSIGN(const bool any, users_.any());
  JsonWriter json;
  json.begin_object().member("signed_in", false).member("setup_needed", !any).end_object();
  return HttpResponse::json(200, json.take());
}

HttpResponse SessionResource::refuse(const Call& call, const std::string& user,
                                     const LogIn& login) {
  limiter_.failed(call.request.peer_ip);
  const bool locked = login.outcome == LogIn::Outcome::kLocked;
  count(metrics_, locked ? "locked" : "wrong");
  audit_.login(user, call.request.peer_ip, false,
               locked ? "locked after wrong passwords" : "wrong user name or password");
  if (locked) {
    return problem_wait("too many wrong passwords; wait before the next try", login.wait,
                        call.request_id);
  }
  return problem(401, "wrong_login", "the user name or the password is wrong", call.request_id);
}

std::optional<HttpResponse> SessionResource::refuse_place(const Call& call) {
  if (!is_same_origin(call.request)) {
    return problem(403, "csrf", "this did not come from a page of this server", call.request_id);
  }
  if (!browser_keeps_session(call.request)) {
    return problem(400, "invalid",
                   "passwords do not travel in the clear: serve with TLS (docs/configuration.md, "
                   "tls), or come through a tunnel to 127.0.0.1",
                   call.request_id);
  }
  if (const Span wait = limiter_.wait(call.request.peer_ip); wait > Span(0)) {
    count(metrics_, "address_limited");
    return problem_wait("too many wrong passwords from this address", wait, call.request_id);
  }
  return std::nullopt;
}

Result<HttpResponse> SessionResource::begin(const Call& call, const std::string& user, int status) {
  TRY_ASSIGN(const std::string token, sessions_.begin(user, call.request.peer_ip));
  TRY_ASSIGN(HttpResponse response, answer(token, status));
  response.with("Set-Cookie", session_cookie(token));
  return response;
}

Result<HttpResponse> SessionResource::set_up(const Call& call) {
  if (std::optional<HttpResponse> refusal = refuse_place(call)) {
    return std::move(*refusal);
  }
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"token", "user", "password"}));
  TRY_ASSIGN(const std::optional<std::string> token, given.text("token"));
  TRY_ASSIGN(const std::optional<std::string> user, given.text("user"));
  TRY_ASSIGN(const std::optional<std::string> password, given.text("password"));
  std::vector<FieldProblem> problems;
  if (const Status good = check_user_name(user.value_or("")); !good) {
    problems.push_back({"user", good.error().text()});
  }
  if (const Status good = check_password(password.value_or(""), user.value_or("")); !good) {
    problems.push_back({"password", good.error().text()});
  }
  if (!problems.empty()) {
    return problem_of_fields(problems, call.request_id);
  }
  const Status made = setup_.use(token.value_or(""), *user, *password);
  if (!made && made.error().code() == ErrorCode::kDenied) {
    limiter_.failed(call.request.peer_ip);
  }
  if (!made && made.error().code() == ErrorCode::kNotFound) {
    return problem(410, "gone", made.error().text(), call.request_id);
  }
  TRY(made);
  audit_.deed(*user, "set_up", fmt::format("{} was made the first administrator", *user));
  return begin(call, *user, 201);
}

Result<HttpResponse> SessionResource::log_in(const Call& call) {
  if (std::optional<HttpResponse> refusal = refuse_place(call)) {
    return std::move(*refusal);
  }
  TRY_ASSIGN(const Typed typed, read_two(call, "user", "password"));
  TRY_ASSIGN(const LogIn login, users_.log_in(typed.first, typed.second));
  if (login.outcome != LogIn::Outcome::kGood) {
    return refuse(call, typed.first, login);
  }
  count(metrics_, "success");
  audit_.login(typed.first, call.request.peer_ip, true, "");
  return begin(call, typed.first, 200);
}

Result<HttpResponse> SessionResource::log_out(const Call& call) {
  const std::optional<std::string> token = session_token_of(call.request);
  if (!token || !call.who.is_person()) {
    return fail(ErrorCode::kInvalid, "a key has no session to end");
  }
  TRY(sessions_.end(*token));
  audit_.deed(call.who.name, "logout", fmt::format("{} logged out", call.who.name));
  return HttpResponse::empty(204).with("Set-Cookie", ended_session_cookie());
}

Result<HttpResponse> SessionResource::change_password(const Call& call) {
  if (!call.who.is_person()) {
    return fail(ErrorCode::kInvalid, "a key has no password");
  }
  TRY_ASSIGN(const Typed typed, read_two(call, "old", "new"));
  if (const Status good = check_password(typed.second, call.who.name); !good) {
    return problem_of_fields({{"new", good.error().text()}}, call.request_id);
  }
  TRY_ASSIGN(const LogIn login, users_.log_in(call.who.name, typed.first));
  if (login.outcome == LogIn::Outcome::kLocked) {
    return refuse(call, call.who.name, login);
  }
  if (login.outcome == LogIn::Outcome::kWrong) {
    static_cast<void>(refuse(call, call.who.name, login));
    return problem_of_fields({{"old", "this is not your password"}}, call.request_id);
  }
  UserChange change;
  change.password = typed.second;
  TRY(users_.change(call.who.name, change));
  audit_.deed(call.who.name, "password_changed",
              fmt::format("{} changed their password", call.who.name));
  // Every session of theirs is over; this browser gets a new one.
  return begin(call, call.who.name, 200);
}

}  // namespace tocsin
