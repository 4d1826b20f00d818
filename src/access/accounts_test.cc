// Users, their passwords and their sessions.
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "access/session_store.h"
#include "access/user_store.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr std::string_view kGood = "seven green bicycles";

class AccountsTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    users_.reset();
    sessions_.reset();
    db_ = std::move(*StateDb::open({.path = directory_ / "state.db"}, files_, clock_));
    // The least that libsodium computes.
    auto users = UserStore::open(*db_, clock_, {.passes = 1, .memory_bytes = 8'192, .at_once = 2});
    ASSERT_TRUE(users) << users.error().full_text();
    users_ = std::move(*users);
    auto sessions = SessionStore::open(*db_, clock_, {});
    ASSERT_TRUE(sessions) << sessions.error().full_text();
    sessions_ = std::move(*sessions);
  }

  Status add(const std::string& name, Role role, std::string_view password = kGood) {
    return users_->add(
        {.name = name, .role = role, .password = std::string(password), .created_by = "cli"});
  }
  LogIn::Outcome log_in(const std::string& name, std::string_view password = kGood) {
    const Result<LogIn> login = users_->log_in(name, password);
    EXPECT_TRUE(login) << login.error().full_text();
    return login->outcome;
  }
  std::optional<SessionView> find(const std::string& token, SessionUse use = SessionUse::kPerson) {
    const auto found = sessions_->find(token, use);
    EXPECT_TRUE(found) << found.error().full_text();
    return *found;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<UserStore> users_;
  std::unique_ptr<SessionStore> sessions_;
};

TEST(Role, GivesWhatItIsNamedFor) {
  EXPECT_FALSE(scopes_of(Role::kViewer).allows(Scope::kTriage));
  EXPECT_TRUE(scopes_of(Role::kAnalyst).allows(Scope::kTriage));
  EXPECT_FALSE(scopes_of(Role::kAnalyst).allows(Scope::kRespond));
  EXPECT_TRUE(scopes_of(Role::kResponder).allows(Scope::kRespond));
  EXPECT_FALSE(scopes_of(Role::kResponder).allows(Scope::kAudit));
  EXPECT_TRUE(scopes_of(Role::kAuditor).allows(Scope::kAudit));
  EXPECT_FALSE(scopes_of(Role::kAuditor).allows(Scope::kTriage));
  for (const Role role : kRoles) {
    EXPECT_TRUE(scopes_of(role).allows(Scope::kRead));
    EXPECT_FALSE(scopes_of(role).allows(Scope::kAdmin) && role != Role::kAdmin);
    EXPECT_EQ(parse_role(role_name(role)), role);
  }
  EXPECT_FALSE(parse_role("root"));
}

TEST(Password, IsRefusedForAReason) {
  EXPECT_TRUE(check_password(kGood, "alice"));
  EXPECT_TRUE(check_password("пароль из четырёх слов", "alice"));
  for (const std::string& bad :
       {std::string("short"), std::string(257, 'x'), std::string("aaaaaaaaaaaaaa"),
        std::string("abababababab"), std::string("I am Alice today"), std::string("Password1234"),
        std::string("1234567890ab"), std::string("qwertyuiop12"),
        std::string("good enough\0 yes", 16), std::string("not \xff\xfe text at all")}) {
    const Status status = check_password(bad, "alice");
    ASSERT_FALSE(status) << bad;
    EXPECT_EQ(status.error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(status.error().text().find(bad), std::string::npos) << "never shown";
  }
}

TEST_F(AccountsTest, TheHashIsArgon2idAndLetsOnlyItsPasswordIn) {
  PasswordHasher hasher({.passes = 1, .memory_bytes = 8'192, .at_once = 1});
  const auto hash = hasher.hash(kGood);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << *hash;
  EXPECT_TRUE(*hasher.fits(*hash, kGood));
  EXPECT_FALSE(*hasher.fits(*hash, "seven green bicycle"));
  EXPECT_NE(*hasher.hash(kGood), *hash) << "salted";
}

TEST_F(AccountsTest, MoreAtOnceThanAllowedAreRefusedNotQueued) {
  PasswordHasher nobody({.passes = 1, .memory_bytes = 8'192, .at_once = 0});
  EXPECT_EQ(nobody.hash(kGood).error().code(), ErrorCode::kExhausted);

  PasswordHasher slow({.passes = 8, .memory_bytes = std::size_t{8} << 20U, .at_once = 2});
  const std::string hash = *slow.hash(kGood);
  std::atomic<int> refused{0};
  std::atomic<int> right{0};
  std::vector<std::thread> crowd;
  for (int i = 0; i < 30; ++i) {
    crowd.emplace_back([&] {
      const auto fits = slow.fits(hash, kGood);
      ++(fits && *fits ? right : refused);
    });
  }
  for (std::thread& one : crowd) {
    one.join();
  }
  EXPECT_EQ(right + refused, 30);
  EXPECT_EQ(slow.computed(), 1U + static_cast<unsigned>(right)) << "who is refused costs nothing";
  EXPECT_TRUE(*slow.fits(hash, kGood)) << "places are given back";
}

TEST_F(AccountsTest, HostileNamesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("Alice"), std::string("a b"), std::string("-alice"),
        std::string("a\0b", 3), std::string(10'000, 'a'), std::string("älice"),
        std::string("a'; DROP TABLE users; --"), std::string("tok_12345678"),
        std::string("a\r\nSet-Cookie: x")}) {
    EXPECT_EQ(add(name, Role::kViewer).error().code(), ErrorCode::kInvalid) << name.substr(0, 40);
    EXPECT_EQ(log_in(name), LogIn::Outcome::kWrong) << name.substr(0, 40);
    users_->unlock("");
  }
  EXPECT_TRUE(add("a.b_c-d@example", Role::kViewer));
  EXPECT_EQ(add("a.b_c-d@example", Role::kAdmin).error().code(), ErrorCode::kConflict);
}

TEST_F(AccountsTest, AnUnknownUserCostsWhatAKnownOneDoes) {
  ASSERT_TRUE(add("alice", Role::kViewer));
  const std::uint64_t before = users_->hasher().computed();
  EXPECT_EQ(log_in("alice", "wrong wrong wrong"), LogIn::Outcome::kWrong);
  EXPECT_EQ(users_->hasher().computed(), before + 1);
  EXPECT_EQ(log_in("nobody", "wrong wrong wrong"), LogIn::Outcome::kWrong);
  EXPECT_EQ(users_->hasher().computed(), before + 2);
  UserChange off;
  off.disabled = true;
  ASSERT_TRUE(users_->change("alice", off));
  EXPECT_EQ(log_in("alice"), LogIn::Outcome::kWrong) << "disabled";
  EXPECT_EQ(users_->hasher().computed(), before + 3);
}

TEST_F(AccountsTest, WrongPasswordsLockForLongerAndLonger) {
  ASSERT_TRUE(add("alice", Role::kViewer));
  for (const std::string name : {"alice", "nobody"}) {
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(log_in(name, "wrong wrong wrong"), LogIn::Outcome::kWrong) << i;
    }
    EXPECT_EQ(log_in(name, "wrong wrong wrong"), LogIn::Outcome::kLocked) << name;
  }
  EXPECT_EQ(log_in("alice"), LogIn::Outcome::kLocked) << "the right one as well";
  EXPECT_EQ(users_->get("alice")->locked_until, clock_.now() + span_s(60));
  std::int64_t rest = 60;
  for (int i = 0; i < 8; ++i) {
    clock_.advance(span_s(rest));
    EXPECT_EQ(log_in("alice", "wrong wrong wrong"), LogIn::Outcome::kWrong) << i;
    rest = std::min<std::int64_t>(rest * 2, 900);
    const Result<LogIn> now = users_->log_in("alice", kGood);
    EXPECT_EQ(now->outcome, LogIn::Outcome::kLocked);
    EXPECT_EQ(now->wait, span_s(rest)) << i;
  }
  clock_.advance(span_s(rest));
  EXPECT_EQ(log_in("alice"), LogIn::Outcome::kGood);
  EXPECT_EQ(log_in("alice", "wrong wrong wrong"), LogIn::Outcome::kWrong);
  EXPECT_EQ(log_in("alice"), LogIn::Outcome::kGood) << "a success forgets";
}

TEST_F(AccountsTest, TheBackOffIsBounded) {
  LoginBackoff backoff({.names_max = 100}, clock_);
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(backoff.failed("first"));
  }
  EXPECT_GT(backoff.wait("first"), Span(0));
  for (int i = 0; i < 1'000; ++i) {
    static_cast<void>(backoff.failed("name" + std::to_string(i)));
  }
  EXPECT_EQ(backoff.wait("first"), Span(0)) << "forgotten for newer ones";
  clock_.advance(span_s(3'600));
  EXPECT_EQ(backoff.failed("name999"), Span(0)) << "begins anew after an hour";
}

TEST_F(AccountsTest, SomebodyCanAlwaysAdministrate) {
  ASSERT_TRUE(add("alice", Role::kAdmin));
  ASSERT_TRUE(add("bob", Role::kViewer));
  UserChange viewer;
  viewer.role = Role::kViewer;
  UserChange off;
  off.disabled = true;
  EXPECT_EQ(users_->change("alice", viewer).error().code(), ErrorCode::kConflict);
  EXPECT_EQ(users_->change("alice", off).error().code(), ErrorCode::kConflict);
  EXPECT_EQ(users_->remove("alice").error().code(), ErrorCode::kConflict);
  EXPECT_EQ(users_->get("alice")->role, Role::kAdmin) << "nothing of it was kept";
  ASSERT_TRUE(add("carol", Role::kAdmin));
  EXPECT_TRUE(users_->change("alice", viewer));
  EXPECT_EQ(users_->remove("carol").error().code(), ErrorCode::kConflict);
  EXPECT_TRUE(users_->remove("bob"));
  EXPECT_EQ(users_->remove("bob").error().code(), ErrorCode::kNotFound);
}

TEST_F(AccountsTest, ASessionEndsWhenIdleAndAtTheLatestAfterItsTime) {
  ASSERT_TRUE(add("alice", Role::kResponder));
  const std::string token = *sessions_->begin("alice", "127.0.0.1");
  EXPECT_TRUE(looks_like_session_token(token));
  ASSERT_TRUE(find(token));
  EXPECT_EQ(find(token)->user, "alice");
  EXPECT_EQ(find(token)->role, Role::kResponder);
  clock_.advance(span_s(1'799));
  EXPECT_TRUE(find(token, SessionUse::kBackground)) << "looked at, not used";
  clock_.advance(span_s(1));
  EXPECT_FALSE(find(token)) << "idle";

  const std::string busy = *sessions_->begin("alice", "127.0.0.1");
  for (int i = 0; i < 43'200 / 1'200 - 1; ++i) {
    clock_.advance(span_s(1'200));
    ASSERT_TRUE(find(busy)) << i;
    if (i % 5 == 0) {
      ASSERT_TRUE(sessions_->flush());
    }
  }
  clock_.advance(span_s(1'200));
  EXPECT_FALSE(find(busy)) << "twelve hours";
}

TEST_F(AccountsTest, ASessionSurvivesARestartWithItsTimeOfLastUse) {
  ASSERT_TRUE(add("alice", Role::kViewer));
  const std::string token = *sessions_->begin("alice", "127.0.0.1");
  clock_.advance(span_s(1'500));
  ASSERT_TRUE(find(token));
  ASSERT_TRUE(sessions_->flush());
  open();
  clock_.advance(span_s(1'500));
  EXPECT_TRUE(find(token)) << "used 25 minutes ago";
  ASSERT_TRUE(sessions_->end(token));
  EXPECT_FALSE(find(token));
}

TEST_F(AccountsTest, WhatTakesARightAwayEndsTheSessions) {
  ASSERT_TRUE(add("boss", Role::kAdmin));
  ASSERT_TRUE(add("alice", Role::kAdmin));
  UserChange role;
  role.role = Role::kViewer;
  UserChange off;
  off.disabled = true;
  UserChange password;
  password.password = "four blue elephants";
  for (const UserChange& change : {role, password, off}) {
    const std::string token = *sessions_->begin("alice", "127.0.0.1");
    const std::string other = *sessions_->begin("boss", "127.0.0.1");
    ASSERT_TRUE(find(token));
    ASSERT_TRUE(users_->change("alice", change));
    EXPECT_FALSE(find(token));
    EXPECT_TRUE(find(other)) << "of another";
  }
  EXPECT_EQ(users_->get("alice")->sessions, 0);
}

TEST_F(AccountsTest, TooManySessionsOfOneEndTheOldest) {
  ASSERT_TRUE(add("alice", Role::kViewer));
  std::vector<std::string> tokens;
  for (int i = 0; i <= kSessionsOfUserMax; ++i) {
    tokens.push_back(*sessions_->begin("alice", "127.0.0.1"));
    clock_.advance(span_s(1));
  }
  EXPECT_FALSE(find(tokens[0]));
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    EXPECT_TRUE(find(tokens[i])) << i;
  }
}

TEST_F(AccountsTest, WhatIsNoTokenFindsNothing) {
  ASSERT_TRUE(add("alice", Role::kViewer));
  const std::string token = *sessions_->begin("alice", "127.0.0.1");
  std::string changed = token;
  changed[0] = changed[0] == 'A' ? 'B' : 'A';
  for (const std::string& wrong : {std::string(), changed, token + "A", std::string(43, '\''),
                                   std::string(100'000, 'A'), std::string(43, '\0')}) {
    EXPECT_FALSE(find(wrong));
  }
  EXPECT_TRUE(find(token));
  EXPECT_NE(csrf_token_of(token), csrf_token_of(changed));
}

}  // namespace
}  // namespace tocsin
