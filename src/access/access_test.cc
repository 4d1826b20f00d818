#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "access/failure_limiter.h"
#include "access/key_store.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class KeyStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    db_ = open_db();
    keys_ = open_keys(*db_);
  }

  std::unique_ptr<StateDb> open_db() {
    auto db = StateDb::open({.path = directory_ / "state.db"}, files_, clock_);
    EXPECT_TRUE(db) << db.error().full_text();
    return std::move(*db);
  }
  std::unique_ptr<KeyStore> open_keys(StateDb& db) {
    auto keys = KeyStore::open(db, clock_, metrics_);
    EXPECT_TRUE(keys) << keys.error().full_text();
    return std::move(*keys);
  }
  std::string make(ScopeSet scopes, std::optional<Micros> expires = std::nullopt) {
    auto key =
        keys_->create({.name = "test", .scopes = scopes, .expires = expires, .created_by = "cli"});
    EXPECT_TRUE(key) << key.error().full_text();
    return *key;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Metrics metrics_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<KeyStore> keys_;
};

TEST_F(KeyStoreTest, AKeyOpensWithItsScopesOnly) {
  const std::string key = make({Scope::kIngest});
  EXPECT_TRUE(looks_like_key(key));
  const auto who = keys_->verify(key);
  ASSERT_TRUE(who) << who.error().full_text();
  EXPECT_EQ(who->name, "test");
  EXPECT_EQ(who->key_id, key.substr(0, kKeyIdBytes));
  EXPECT_TRUE(who->scopes.allows(Scope::kIngest));
  EXPECT_FALSE(who->scopes.allows(Scope::kRead));
  EXPECT_FALSE(who->scopes.allows(Scope::kAdmin));
}

TEST_F(KeyStoreTest, AdminIncludesTheOthers) {
  const auto who = keys_->verify(make({Scope::kAdmin}));
  ASSERT_TRUE(who);
  EXPECT_TRUE(who->scopes.allows(Scope::kIngest));
  EXPECT_TRUE(who->scopes.allows(Scope::kRead));
}

TEST_F(KeyStoreTest, KeysDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    seen.insert(make({Scope::kRead}));
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(KeyStoreTest, RefusesWhatIsNoKeyOfOurs) {
  const std::string key = make({Scope::kRead});
  std::string changed = key;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  std::string unknown = key;
  unknown[5] = unknown[5] == 'A' ? 'B' : 'A';
  for (const std::string& wrong :
       {std::string(), std::string("tok_"), key + "A", key.substr(1), changed, unknown,
        std::string(1'000'000, 'x'), std::string(47, '\0'), key.substr(0, 46) + "'"}) {
    const auto who = keys_->verify(wrong);
    ASSERT_FALSE(who) << wrong.substr(0, 60);
    EXPECT_EQ(who.error().code(), ErrorCode::kDenied);
    EXPECT_EQ(who.error().text().find("tok_"), std::string::npos);
  }
  EXPECT_EQ(metrics_.total("tocsin_access_refused_total"), 9U);
  EXPECT_TRUE(keys_->verify(key));
}

TEST_F(KeyStoreTest, AKeyExpiresAlsoWhileItIsCached) {
  const std::string key = make({Scope::kRead}, clock_.now() + span_ms(500));
  EXPECT_TRUE(keys_->verify(key));
  clock_.advance(span_ms(500));
  const auto who = keys_->verify(key);
  ASSERT_FALSE(who);
  EXPECT_EQ(who.error().text(), "the API key is expired");
}

TEST_F(KeyStoreTest, ARevokedKeyIsRefusedAtOnce) {
  const std::string key = make({Scope::kRead});
  EXPECT_TRUE(keys_->verify(key));
  ASSERT_TRUE(keys_->revoke(key.substr(0, kKeyIdBytes)));
  EXPECT_EQ(keys_->verify(key).error().text(), "the API key is revoked");
  EXPECT_TRUE(keys_->revoke(key.substr(0, kKeyIdBytes)));
  EXPECT_EQ(keys_->revoke("tok_nothere1").error().code(), ErrorCode::kNotFound);
}

TEST_F(KeyStoreTest, SeesWhatAnotherProgramDoesWithTheSameFile) {
  auto other_db = open_db();
  auto other = open_keys(*other_db);
  const std::string key = make({Scope::kRead});
  EXPECT_TRUE(other->verify(key)) << "created elsewhere: known at once";
  ASSERT_TRUE(keys_->revoke(key.substr(0, kKeyIdBytes)));
  clock_.advance(KeyStore::kTrustFor);
  EXPECT_FALSE(other->verify(key)) << "revoked elsewhere: known within kTrustFor";
}

TEST_F(KeyStoreTest, TheFirstAdminKeyIsMadeOnce) {
  const auto first = keys_->create_first_admin();
  ASSERT_TRUE(first && first->has_value());
  EXPECT_TRUE(keys_->verify(**first)->scopes.has(Scope::kAdmin));
  EXPECT_FALSE(keys_->create_first_admin()->has_value());
  ASSERT_TRUE(keys_->revoke((*first)->substr(0, kKeyIdBytes)));
  EXPECT_FALSE(keys_->create_first_admin()->has_value()) << "nor after it was revoked";
}

TEST_F(KeyStoreTest, ListsWithoutSecretsNewestFirst) {
  const std::string older = make({Scope::kRead});
  clock_.advance(span_s(1));
  const std::string newer = make({Scope::kIngest, Scope::kRead}, clock_.now() + span_s(60));
  ASSERT_TRUE(keys_->verify(older));
  const auto keys = keys_->list();
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].id, newer.substr(0, kKeyIdBytes));
  EXPECT_EQ(scopes_text((*keys)[0].scopes), "ingest,read");
  EXPECT_TRUE((*keys)[0].expires.has_value());
  EXPECT_FALSE((*keys)[0].last_used.has_value());
  EXPECT_EQ((*keys)[1].last_used, clock_.now());
  const std::string file = *read_file(files_, db_->path(), 1U << 30U);
  EXPECT_EQ(file.find(older.substr(kKeyIdBytes)), std::string::npos);
}

TEST_F(KeyStoreTest, RemembersLastUseAcrossOpens) {
  const std::string key = make({Scope::kRead});
  ASSERT_TRUE(keys_->verify(key));
  ASSERT_TRUE(keys_->flush_last_used());
  const auto info = keys_->get(key.substr(0, kKeyIdBytes));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->last_used, clock_.now());
}

TEST_F(KeyStoreTest, RefusesBadNewKeys) {
  const Micros past = clock_.now() - span_s(1);
  const std::vector<NewKey> bad = {
      {.name = "", .scopes = {Scope::kRead}, .expires = {}, .created_by = "cli"},
      {.name = std::string(101, 'x'), .scopes = {Scope::kRead}, .expires = {}, .created_by = "cli"},
      {.name = "a\nb", .scopes = {Scope::kRead}, .expires = {}, .created_by = "cli"},
      {.name = "\xff", .scopes = {Scope::kRead}, .expires = {}, .created_by = "cli"},
      {.name = "x", .scopes = {}, .expires = {}, .created_by = "cli"},
      {.name = "x", .scopes = {Scope::kRead}, .expires = past, .created_by = "cli"},
  };
  for (const NewKey& key : bad) {
    const auto made = keys_->create(key);
    ASSERT_FALSE(made) << key.name;
    EXPECT_EQ(made.error().code(), ErrorCode::kInvalid);
  }
}

TEST_F(KeyStoreTest, ServesManyThreads) {
  const std::string key = make({Scope::kRead});
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          EXPECT_TRUE(keys_->verify(key));
          clock_.advance(span_ms(100));
          EXPECT_TRUE(keys_->list());
        }
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(keys_->revoke(make({Scope::kIngest}).substr(0, kKeyIdBytes)));
        EXPECT_TRUE(keys_->flush_last_used());
      }
    });
  }
  EXPECT_EQ(keys_->list()->size(), 11U);
}

TEST(ScopeTest, ReadsAndWritesWords) {
  EXPECT_EQ(scopes_text(*parse_scopes("admin, ingest")), "ingest,admin");
  EXPECT_FALSE(parse_scopes(""));
  EXPECT_FALSE(parse_scopes("read,"));
  EXPECT_FALSE(parse_scopes("root"));
}

TEST(FailureLimiterTest, MakesAPeerWaitAndForgetsInTime) {
  FakeClock clock;
  FailureLimiter limiter({.failures_max = 3, .window = span_s(30), .peers_max = 100}, clock);
  for (int i = 0; i < 2; ++i) {
    limiter.failed("a");
    EXPECT_EQ(limiter.wait("a"), Span(0));
  }
  limiter.failed("a");
  EXPECT_GT(limiter.wait("a"), Span(0));
  EXPECT_LE(limiter.wait("a"), span_s(11));
  EXPECT_EQ(limiter.wait("b"), Span(0));
  clock.advance(span_s(11));
  EXPECT_EQ(limiter.wait("a"), Span(0));
}

TEST(FailureLimiterTest, ForgetsTheOldestPeerWhenFull) {
  FakeClock clock;
  FailureLimiter limiter({.failures_max = 1, .window = span_s(30), .peers_max = 2}, clock);
  limiter.failed("a");
  limiter.failed("b");
  limiter.failed("a");
  limiter.failed("c");
  EXPECT_EQ(limiter.peers(), 2U);
  EXPECT_GT(limiter.wait("a"), Span(0));
  EXPECT_EQ(limiter.wait("b"), Span(0));
  EXPECT_GT(limiter.wait("c"), Span(0));
}

}  // namespace
}  // namespace tocsin
