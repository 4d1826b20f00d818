// Logging in over the API, what a session may do, and what a request with a cookie must prove.
#include "api/api_fakes_test.h"
#include "api/session_cookie.h"

namespace tocsin {
namespace {

constexpr std::string_view kGood = "seven green bicycles";

class AccountsApiTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    for (const auto& [name, role] :
         {std::pair("boss", Role::kAdmin), std::pair("vera", Role::kViewer),
          std::pair("anna", Role::kAnalyst), std::pair("rita", Role::kResponder)}) {
      ASSERT_TRUE(users_->add(
          {.name = name, .role = role, .password = std::string(kGood), .created_by = "cli"}));
    }
  }

  static HttpRequest from_page(const std::string& method, const std::string& path,
                               std::string body = "") {
    HttpRequest made = request(method, path, "", std::move(body));
    made.headers.push_back({"Host", "127.0.0.1:7117"});
    made.headers.push_back({"Origin", "http://127.0.0.1:7117"});
    return made;
  }
  Answered log_in(const std::string& name, std::string_view password = kGood) {
    return ask(from_page("POST", "/api/v1/session",
                         fmt::format(R"({{"user":"{}","password":"{}"}})", name, password)));
  }
  std::string begin(const std::string& name) { return *sessions_->begin(name, "127.0.0.1"); }
  // As a page sends it.
  static HttpRequest with_session(HttpRequest made, const std::string& token) {
    made.headers.push_back({"Cookie", "theme=dark; __Host-tocsin=" + token});
    made.headers.push_back({"X-Csrf-Token", csrf_token_of(token)});
    return made;
  }
  int status(const std::string& token, const std::string& method, const std::string& path,
             std::string body = "") {
    return ask(with_session(from_page(method, path, std::move(body)), token)).status;
  }
};

TEST_F(AccountsApiTest, LoggingInGivesACookieThatOpens) {
  const Answered answered = log_in("rita");
  ASSERT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(member(answered.body, "/user"), "rita");
  EXPECT_EQ(member(answered.body, "/role"), "responder");
  EXPECT_EQ(member(answered.body, "/may/2"), "respond");
  EXPECT_EQ(member(answered.body, "/may/3"), "");
  const std::string cookie = answered.header("Set-Cookie");
  ASSERT_TRUE(cookie.starts_with("__Host-tocsin=")) << cookie;
  EXPECT_NE(cookie.find("; Path=/; Secure; HttpOnly; SameSite=Strict"), std::string::npos);
  const std::string token = cookie.substr(14, kSessionTokenBytes);
  EXPECT_EQ(member(answered.body, "/csrf"), csrf_token_of(token));
  EXPECT_EQ(status(token, "GET", "/api/v1/alerts"), 200);
  const Answered who = ask(with_session(from_page("GET", "/api/v1/session"), token));
  EXPECT_EQ(member(who.body, "/user"), "rita");
  EXPECT_EQ(status(token, "DELETE", "/api/v1/session"), 204);
  EXPECT_EQ(status(token, "GET", "/api/v1/alerts"), 401);
  EXPECT_EQ(audit_.count("login"), 1U);
  EXPECT_EQ(audit_.count("logout"), 1U);
}

TEST_F(AccountsApiTest, ASessionThatIsOverSaysSo) {
  const std::string token = begin("vera");
  clock_.advance(span_s(1'800));
  const Answered over = ask(with_session(from_page("GET", "/api/v1/alerts"), token));
  EXPECT_EQ(over.status, 401);
  EXPECT_EQ(member(over.body, "/code"), "session_expired");
  const Answered who = ask(with_session(from_page("GET", "/api/v1/session"), token));
  EXPECT_EQ(member(who.body, "/signed_in"), "false");
  EXPECT_EQ(member(who.body, "/setup_needed"), "false");
}

TEST_F(AccountsApiTest, EachRoleMayDoWhatItIsForAndNoMore) {
  open_alert("192.0.2.1", 1);
  const std::string alert = "/api/v1/alerts/" + member(get("/api/v1/alerts").body, "/alerts/0/id");
  const std::string block =
      R"({"value":"198.51.100.7","kind":"block","duration":"1h","reason":"test"})";
  struct Expected {
    std::string user;
    int look, triage, respond, administrate;
  };
  for (const Expected& one : {Expected{"vera", 200, 403, 403, 403},
                              {"anna", 200, 200, 403, 403},
                              {"rita", 200, 200, 201, 403},
                              {"boss", 200, 200, 200, 200}}) {
    const std::string token = begin(one.user);
    EXPECT_EQ(status(token, "GET", "/api/v1/decisions"), one.look) << one.user;
    EXPECT_EQ(status(token, "PATCH", alert, R"({"note":"x"})"), one.triage) << one.user;
    EXPECT_EQ(status(token, "POST", "/api/v1/decisions", block), one.respond) << one.user;
    EXPECT_EQ(status(token, "GET", "/api/v1/users"), one.administrate) << one.user;
    EXPECT_EQ(status(token, "GET", "/api/v1/keys"), one.administrate) << one.user;
  }
  const Answered refused =
      ask(with_session(from_page("POST", "/api/v1/decisions", block), begin("vera")));
  EXPECT_EQ(member(refused.body, "/detail"), "vera has the scope read; this needs respond");
  EXPECT_EQ(member(get(alert).body, "/history/1/who"), "anna");
  EXPECT_EQ(member(get("/api/v1/decisions").body, "/decisions/0/decided_by"), "rita");
}

TEST_F(AccountsApiTest, ARequestFromElsewhereIsRefused) {
  const std::string token = begin("boss");
  const std::string path = "/api/v1/rules/reload";
  EXPECT_EQ(status(token, "POST", path), 200);
  const auto with_token = [&](const std::string& csrf) {
    HttpRequest made = from_page("POST", path);
    made.headers.push_back({"Cookie", "__Host-tocsin=" + token});
    if (!csrf.empty()) {
      made.headers.push_back({"X-Csrf-Token", csrf});
    }
    return ask(std::move(made));
  };
  EXPECT_EQ(with_token("").status, 403);
  EXPECT_EQ(member(with_token("").body, "/code"), "csrf");
  EXPECT_EQ(with_token(csrf_token_of(begin("vera"))).status, 403) << "another session's token";
  EXPECT_EQ(with_token(csrf_token_of(token)).status, 200);
  for (const std::string& origin : {std::string("http://evil.example"), std::string("null"),
                                    std::string("http://127.0.0.1:7118")}) {
    HttpRequest made = with_session(request("POST", path, ""), token);
    made.headers.push_back({"Host", "127.0.0.1:7117"});
    made.headers.push_back({"Origin", origin});
    EXPECT_EQ(ask(std::move(made)).status, 403) << origin;
    HttpRequest log_in = request("POST", "/api/v1/session", "",
                                 R"({"user":"boss","password":"seven green bicycles"})");
    log_in.headers = {{"Host", "127.0.0.1:7117"}, {"Origin", origin}};
    EXPECT_EQ(ask(std::move(log_in)).status, 403) << origin;
  }
}

TEST_F(AccountsApiTest, APasswordDoesNotTravelInTheClear) {
  const std::string body = R"({"user":"boss","password":"seven green bicycles"})";
  const auto status_at = [&](const std::string& host, const std::string& origin, bool tls) {
    HttpRequest made = request("POST", "/api/v1/session", "", body);
    made.headers = {{"Host", host}};
    if (!origin.empty()) {
      made.headers.push_back({"Origin", origin});
    }
    made.tls = tls;
    return ask(std::move(made)).status;
  };
  EXPECT_EQ(status_at("tocsin.example:7117", "http://tocsin.example:7117", false), 400);
  EXPECT_EQ(status_at("127.0.0.1.evil.example", "", false), 400) << "a name that only looks so";
  EXPECT_EQ(status_at("tocsin.example:7117", "https://tocsin.example:7117", true), 200);
  EXPECT_EQ(status_at("tocsin.example", "https://tocsin.example", false), 200) << "TLS before us";
  EXPECT_EQ(status_at("localhost:7117", "http://localhost:7117", false), 200);
  EXPECT_EQ(status_at("[::1]:7117", "http://[::1]:7117", false), 200);
}

TEST_F(AccountsApiTest, GuessingIsSlowedAndWrittenDown) {
  for (int i = 0; i < 5; ++i) {
    const Answered wrong = log_in("boss", "wrong wrong wrong");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(member(wrong.body, "/code"), "wrong_login");
  }
  const Answered locked = log_in("boss");
  EXPECT_EQ(locked.status, 429);
  EXPECT_EQ(locked.header("Retry-After"), "61");
  EXPECT_EQ(log_in("vera").status, 200) << "another account";
  EXPECT_EQ(member(ask(request("GET", "/api/v1/users", admin_)).body, "/users/1/name"), "boss");
  EXPECT_NE(member(ask(request("GET", "/api/v1/users", admin_)).body, "/users/1/locked_until"),
            "null");
  EXPECT_EQ(send("PATCH", "/api/v1/users/boss", R"({"unlock":true})").status, 200);
  EXPECT_EQ(log_in("boss").status, 200);
  const std::size_t written = audit_.count("login");
  int limited = 0;
  for (int i = 0; i < 40; ++i) {
    limited += log_in("name" + std::to_string(i), "wrong wrong wrong").status == 429 ? 1 : 0;
  }
  EXPECT_GT(limited, 15) << "one address, many names";
  EXPECT_LT(audit_.count("login"), written + 25) << "a flood does not fill the journal";
  ASSERT_TRUE(audit_.entries.front().login);
  EXPECT_FALSE(audit_.entries.front().login->success);
  EXPECT_EQ(audit_.entries.front().login->peer, "192.0.2.77");
  const std::string line = audit_json(audit_.entries.front());
  EXPECT_EQ(member(line, "/event.category"), "authentication");
  EXPECT_EQ(member(line, "/event.outcome"), "failure");
  EXPECT_EQ(member(line, "/user.name"), "boss");
  EXPECT_EQ(member(line, "/source.ip"), "192.0.2.77");
}

TEST_F(AccountsApiTest, WhatSomebodyTypesAsANameIsNotKeptWhenItIsNone) {
  EXPECT_EQ(log_in("My Secret Passw0rd!").status, 401);
  EXPECT_EQ(audit_json(audit_.entries.back()).find("Passw0rd"), std::string::npos);
}

TEST_F(AccountsApiTest, UsersAreManagedWithProblemsBesideTheirFields) {
  const Answered bad =
      send("POST", "/api/v1/users", R"({"name":"Bad Name","role":"king","password":"short"})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(member(bad.body, "/errors/0/field"), "name");
  EXPECT_EQ(member(bad.body, "/errors/1/field"), "password");
  EXPECT_EQ(member(bad.body, "/errors/2/field"), "role");
  EXPECT_EQ(send("POST", "/api/v1/users",
                 R"({"name":"ned","role":"viewer","password":"four blue elephants"})")
                .status,
            201);
  EXPECT_EQ(send("POST", "/api/v1/users",
                 R"({"name":"ned","role":"viewer","password":"four blue elephants"})")
                .status,
            409);
  EXPECT_EQ(send("PATCH", "/api/v1/users/nobody", R"({"role":"viewer"})").status, 404);
  EXPECT_EQ(send("PATCH", "/api/v1/users/boss", R"({"role":"viewer"})").status, 409);
  EXPECT_EQ(send("DELETE", "/api/v1/users/boss", "").status, 409);
  EXPECT_EQ(send("DELETE", "/api/v1/users/ned", "").status, 204);
  EXPECT_EQ(audit_.count("user_added"), 1U);
  EXPECT_EQ(audit_.count("user_removed"), 1U);
}

TEST_F(AccountsApiTest, ChangingOnesPasswordEndsTheOtherSessions) {
  const std::string here = begin("vera");
  const std::string there = begin("vera");
  const std::string path = "/api/v1/session/password";
  EXPECT_EQ(status(here, "POST", path, R"({"old":"wrong","new":"four blue elephants"})"), 400);
  EXPECT_EQ(status(here, "POST", path, R"({"old":"seven green bicycles","new":"short"})"), 400);
  const Answered changed = ask(with_session(
      from_page("POST", path, R"({"old":"seven green bicycles","new":"four blue elephants"})"),
      here));
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(status(there, "GET", "/api/v1/alerts"), 401);
  EXPECT_EQ(status(here, "GET", "/api/v1/alerts"), 401);
  const std::string token = changed.header("Set-Cookie").substr(14, kSessionTokenBytes);
  EXPECT_EQ(status(token, "GET", "/api/v1/alerts"), 200);
  EXPECT_EQ(log_in("vera").status, 401);
  EXPECT_EQ(log_in("vera", "four blue elephants").status, 200);
  EXPECT_EQ(ask(request("POST", path, admin_, R"({"old":"a","new":"b"})")).status, 400) << "a key";
}

TEST_F(ApiTest, TheLinkThatTheServerPrintsMakesTheFirstUserOnce) {
  const std::string token = **setup_->make();
  const auto set_up = [&](const std::string& with, const std::string& user,
                          const std::string& password) {
    HttpRequest made = request(
        "POST", "/api/v1/setup", "",
        fmt::format(R"({{"token":"{}","user":"{}","password":"{}"}})", with, user, password));
    made.headers = {{"Host", "localhost:7117"}};
    return ask(std::move(made));
  };
  EXPECT_EQ(member(ask(request("GET", "/api/v1/session", "")).body, "/setup_needed"), "true");
  EXPECT_EQ(set_up("wrong", "alice", "seven green bicycles").status, 403);
  const Answered weak = set_up(token, "Alice", "short");
  EXPECT_EQ(weak.status, 400);
  EXPECT_EQ(member(weak.body, "/errors/1/field"), "password");
  const Answered made = set_up(token, "alice", "seven green bicycles");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(member(made.body, "/role"), "admin");
  EXPECT_TRUE(made.header("Set-Cookie").starts_with("__Host-tocsin="));
  EXPECT_EQ(set_up(token, "mallory", "seven green bicycles").status, 410);
  EXPECT_FALSE(setup_->make()->has_value()) << "no link while there is a user";
  EXPECT_EQ(member(ask(request("GET", "/api/v1/session", "")).body, "/setup_needed"), "false");
  EXPECT_EQ(audit_.count("set_up"), 1U);
}

TEST_F(AccountsApiTest, HostileCookiesOpenNothing) {
  const std::string token = begin("boss");
  for (const std::string& cookie :
       {std::string("tocsin=") + token, std::string("__Host-tocsin=") + token + "x",
        std::string("__Host-tocsin=; __Host-tocsin=") + token, std::string("__Host-tocsin"),
        std::string(60'000, ';'), std::string("x__Host-tocsin=") + token}) {
    HttpRequest made = from_page("GET", "/api/v1/alerts");
    made.headers.push_back({"Cookie", cookie});
    EXPECT_EQ(ask(std::move(made)).status, 401) << cookie.substr(0, 80);
  }
}

}  // namespace
}  // namespace tocsin
