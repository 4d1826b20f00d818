// BookRig: a decision book with all its guards on a database of its own, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "respond/decision_book.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {

class KeptAudit final : public AuditSink {
 public:
  void record(const AuditEntry& entry) override { entries.push_back(entry); }
  std::size_t count(std::string_view action) const {
    std::size_t found = 0;
    for (const AuditEntry& entry : entries) {
      found += entry.action == action ? 1U : 0U;
    }
    return found;
  }
  std::vector<AuditEntry> entries;
};

class BookRig : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  BookRig() { settings_.protect_machine = false; }  // whatever this machine's gateway is

  // Again after a restart: everything is made anew from the database.
  void open() {
    book_.reset();
    guards_.reset();
    db_.reset();
    Result<std::unique_ptr<StateDb>> db =
        StateDb::open({.path = directory_ / "state.db"}, files_, clock_);
    ASSERT_TRUE(db) << db.error().full_text();
    db_ = std::move(*db);
    never_block_ = std::make_unique<NeverBlock>(settings_, trusted_proxies_, files_);
    const Result<bool> loaded = never_block_->load();
    ASSERT_TRUE(loaded) << loaded.error().full_text();
    admins_ = std::move(*AdminSessions::open(*db_, settings_.admin_session, clock_));
    LoginMemoryLimits limits;
    limits.window = settings_.shared_window;
    limits.addresses_max = settings_.login_addresses_max;
    logins_ = std::move(*LoginMemory::open(*db_, limits, 7, clock_, metrics_));
    armed_ = std::move(*ArmBook::open(*db_, clock_));
    guards_ =
        std::make_unique<Guards>(GuardParts{settings_, *never_block_, *admins_, *logins_, *armed_});
    Result<std::unique_ptr<DecisionBook>> book =
        DecisionBook::open({settings_, *db_, *guards_, audit_, clock_, metrics_, 42});
    ASSERT_TRUE(book) << book.error().full_text();
    book_ = std::move(*book);
  }

  void arm(const std::string& rule = "brute") {
    ASSERT_TRUE(armed_->arm("rule", rule, "v1", "alice"));
  }

  static NewDecision by_rule(const std::string& value, ScopeKind scope = ScopeKind::kAddress) {
    NewDecision wanted;
    wanted.scope = scope;
    wanted.value = value;
    wanted.reason = "12 failed log-ins in 60 s";
    wanted.rule_id = "brute";
    wanted.rule_version = "v1";
    wanted.rule_title = "Brute force";
    wanted.decided_by = "rule Brute force";
    return wanted;
  }
  static NewDecision by_person(const std::string& value, ScopeKind scope = ScopeKind::kAddress) {
    NewDecision wanted;
    wanted.proposer = Proposer::kPerson;
    wanted.scope = scope;
    wanted.value = value;
    wanted.duration = span_s(3'600);
    wanted.reason = "seen by hand";
    wanted.decided_by = "user alice";
    return wanted;
  }

  Outcome propose(const NewDecision& wanted) {
    Result<Outcome> outcome = book_->propose(wanted);
    EXPECT_TRUE(outcome) << outcome.error().full_text();
    return outcome ? *outcome : Outcome{};
  }
  bool blocked(const std::string& address) {
    const auto active = book_->active();
    const PackedDecision* found = active->strongest(*parse_ip(address), book_->now());
    return found != nullptr && found->kind() == DecisionKind::kBlock;
  }
  void log_in(const std::string& address, const std::string& user, Span ago = span_s(3'600)) {
    const LoginSeen seen{*parse_ip(address), user, "DE", 64500, clock_.now() - ago, true};
    logins_->note({&seen, 1});
  }
  void log_in_many(const std::string& address, int users, Span ago = span_s(3'600)) {
    for (int i = 0; i < users; ++i) {
      log_in(address, "user" + std::to_string(i), ago);
    }
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Metrics metrics_;
  KeptAudit audit_;
  RespondSettings settings_;
  std::vector<std::string> trusted_proxies_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<NeverBlock> never_block_;
  std::unique_ptr<AdminSessions> admins_;
  std::unique_ptr<LoginMemory> logins_;
  std::unique_ptr<ArmBook> armed_;
  std::unique_ptr<Guards> guards_;
  std::unique_ptr<DecisionBook> book_;
};

}  // namespace tocsin
