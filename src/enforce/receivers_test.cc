// Files, webhooks and programs: what they are told, in which form, and what happens when they fail.
#include <csignal>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "enforce/exec/exec_enforcer.h"
#include "enforce/fake_feed_test.h"
#include "enforce/file/file_enforcer.h"
#include "enforce/webhook/webhook_enforcer.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

StandingDecisions standing_of(std::vector<EnforcedDecision> decisions) {
  StandingDecisions standing([](const EnforcedDecision&) { return true; }, 1000);
  standing.take(news(std::move(decisions)), Span(0));
  return standing;
}

EnforcedDecision about(std::uint64_t id, DecisionKind kind, ScopeKind scope, std::string value) {
  EnforcedDecision decision = block(id, "203.0.113.7");
  decision.kind = kind;
  decision.scope = scope;
  decision.value = std::move(value);
  return decision;
}

TEST(CommandWords, QuotesHoldTogetherAndNothingElseHasAMeaning) {
  EXPECT_EQ(*command_words("nginx  -s 'a b' \"c d\"e ''"),
            (std::vector<std::string>{"nginx", "-s", "a b", "c de", ""}));
  EXPECT_EQ(*command_words("a;b $(c) | d"), (std::vector<std::string>{"a;b", "$(c)", "|", "d"}));
  EXPECT_FALSE(command_words("a 'b"));
  EXPECT_FALSE(command_words("  "));
}

TEST(Placeholders, StayInTheirWord) {
  const StandingDecisions all =
      standing_of({about(4, DecisionKind::kDisable, ScopeKind::kUser, "eve; rm -rf / {kind}")});
  const Standing& one = *all.find(4);
  EXPECT_EQ(filled("x={value}!", one, DecisionMoment::kBegin, Span(0)), "x=eve; rm -rf / {kind}!");
  EXPECT_EQ(filled("{moment} {kind} {seconds} {", one, DecisionMoment::kEnd, span_s(600)),
            "end disable 3000 {");
  EXPECT_TRUE(check_placeholders("a{id}b{origin}"));
  EXPECT_FALSE(check_placeholders("{vaule}"));
}

struct FormatCase {
  FileFormat format;
  const char* text;
};

TEST(FileText, IsWhatEachProgramReads) {
  const StandingDecisions all = standing_of({block(1, "203.0.113.7"), block(2, "2001:db8::/48"),
                                             throttle(3, "203.0.113.7", {10, span_s(60)})});
  const std::string head = "# Written by tocsin enforce; changes are overwritten.\n";
  for (const FormatCase& each :
       {FormatCase{FileFormat::kPlain, "2001:db8::/48\n203.0.113.7\n"},
        {FileFormat::kNginxDeny, "deny 2001:db8::/48;\ndeny 203.0.113.7;\n"},
        {FileFormat::kNginxGeo, "2001:db8::/48 block;\n203.0.113.7 block;\n"},
        {FileFormat::kApache, "Require not ip 2001:db8::/48\nRequire not ip 203.0.113.7\n"},
        {FileFormat::kHaproxyMap, "2001:db8::/48 block\n203.0.113.7 block\n"}}) {
    EXPECT_EQ(file_text(each.format, all, Span(0)).text, head + each.text);
  }
}

TEST(FileText, NamesOfUsersCannotBecomeNginxConfiguration) {
  const StandingDecisions all = standing_of({
      about(1, DecisionKind::kDisable, ScopeKind::kUser, "al\"ice\\"),
      about(2, DecisionKind::kDisable, ScopeKind::kUser, "x\n} include /etc/passwd;"),
      about(3, DecisionKind::kDisable, ScopeKind::kUser, "$host"),
      about(4, DecisionKind::kDisable, ScopeKind::kUser, "~.*"),
      about(5, DecisionKind::kDisable, ScopeKind::kUser, "default"),
      about(6, DecisionKind::kDisable, ScopeKind::kUser, "a; deny all"),
  });
  const FileText file = file_text(FileFormat::kNginxMap, all, Span(0));
  EXPECT_EQ(file.text,
            "# Written by tocsin enforce; changes are overwritten.\n"
            "\"a; deny all\" disable;\n\"al\\\"ice\\\\\" disable;\n");
  EXPECT_EQ(file.left_out.size(), 4U);
}

class FileEnforcerTest : public testing::Test {
 protected:
  FileEnforcer make(std::vector<std::string> reload) {
    return FileEnforcer({.path = path_, .format = FileFormat::kPlain, .reload = std::move(reload)},
                        files_, [this](const ChildProcess& child) -> Result<ChildOutcome> {
                          runs_.push_back(child.argv);
                          ChildOutcome outcome;
                          outcome.exit_code = exit_code_;
                          return outcome;
                        });
  }
  std::string text() { return *read_file(files_, path_, 1000); }

  TempDirectory directory_;
  PosixFileSystem files_;
  const std::string path_ = directory_ / "list";
  std::vector<std::vector<std::string>> runs_;
  int exit_code_ = 0;
};

TEST_F(FileEnforcerTest, WritesAndReloadsOnlyWhatChanged) {
  FileEnforcer enforcer = make({"nginx", "-s", "reload"});
  const StandingDecisions one = standing_of({block(1, "203.0.113.1")});
  ASSERT_TRUE(enforcer.restore(one, span_s(1)));
  ASSERT_TRUE(enforcer.restore(one, span_s(5)));
  EXPECT_EQ(runs_.size(), 1U);
  EXPECT_TRUE(text().ends_with("203.0.113.1\n"));
  FileEnforcer again = make({"nginx", "-s", "reload"});
  ASSERT_TRUE(again.restore(one, span_s(9)));
  EXPECT_EQ(runs_.size(), 1U);
}

TEST_F(FileEnforcerTest, GathersChangesBetweenReloads) {
  FileEnforcer enforcer = make({"reload"});
  StandingDecisions all = standing_of({});
  ASSERT_TRUE(enforcer.restore(all, span_s(1)));
  for (std::uint64_t i = 1; i <= 5; ++i) {
    const StandingChange change =
        all.take(news({block(i, "203.0.113." + std::to_string(i))}), Span(0));
    EXPECT_FALSE(enforcer.apply(change, all, span_s(1)));
  }
  EXPECT_EQ(runs_.size(), 1U);
  EXPECT_TRUE(enforcer.apply({}, all, span_s(2)));
  EXPECT_EQ(runs_.size(), 2U);
}

TEST_F(FileEnforcerTest, AReloadThatFailsIsTriedAgain) {
  FileEnforcer enforcer = make({"reload"});
  exit_code_ = 1;
  EXPECT_FALSE(enforcer.restore(standing_of({block(1, "203.0.113.1")}), span_s(1)));
  exit_code_ = 0;
  EXPECT_TRUE(enforcer.restore(standing_of({block(1, "203.0.113.1")}), span_s(3)));
  EXPECT_EQ(runs_.size(), 2U);
}

TEST_F(FileEnforcerTest, NoticesThatSomebodyElseWroteTheFileAndEmptiesItAtTheEnd) {
  FileEnforcer enforcer = make({});
  ASSERT_TRUE(enforcer.restore(standing_of({block(1, "203.0.113.1")}), span_s(1)));
  EXPECT_FALSE(*enforcer.tend(span_s(2)));
  ASSERT_TRUE(write_file_atomically(files_, path_, "mine\n"));
  EXPECT_TRUE(*enforcer.tend(span_s(3)));
  ASSERT_TRUE(enforcer.restore(standing_of({block(1, "203.0.113.1")}), span_s(3)));
  ASSERT_TRUE(enforcer.withdraw());
  EXPECT_EQ(text(), "# Written by tocsin enforce; changes are overwritten.\n");
}

class WebhookTest : public testing::Test {
 protected:
  WebhookEnforcer make() {
    return WebhookEnforcer(
        {.url = "http://app/hook", .secret = "s3cret", .ca_file = {}, .decisions_per_call = 2},
        clock_, [this](const HttpClientRequest& request) -> Result<HttpClientResponse> {
          requests_.push_back(request);
          HttpClientResponse response;
          response.status = statuses_.empty() ? 204 : statuses_.front();
          if (!statuses_.empty()) {
            statuses_.erase(statuses_.begin());
          }
          return response;
        });
  }
  static std::string header(const HttpClientRequest& request, std::string_view name) {
    for (const HttpHeader& header : request.headers) {
      if (header.name == name) {
        return header.value;
      }
    }
    return {};
  }

  FakeClock clock_;
  std::vector<HttpClientRequest> requests_;
  std::vector<int> statuses_;
};

TEST_F(WebhookTest, SignsWhatItSends) {
  WebhookEnforcer enforcer = make();
  ASSERT_TRUE(enforcer.restore(standing_of({block(1, "203.0.113.1")}), Span(0)));
  ASSERT_EQ(requests_.size(), 1U);
  const HttpClientRequest& sent = requests_[0];
  EXPECT_EQ(header(sent, "webhook-timestamp"), "1795444400");
  const std::string text = header(sent, "webhook-id") + ".1795444400." + sent.body;
  EXPECT_EQ(header(sent, "webhook-signature"),
            "v1," + base64_encode(digest_view(hmac_sha256("s3cret", text))));
  EXPECT_NE(sent.body.find("\"moment\":\"begin\",\"kind\":\"block\""), std::string::npos);
}

TEST_F(WebhookTest, AfterAFaultOnlyTheRestIsToldAgainUnderTheSameName) {
  WebhookEnforcer enforcer = make();
  StandingDecisions all = standing_of({});
  StandingChange change = all.take(
      news({block(1, "203.0.113.1"), block(2, "203.0.113.2"), block(3, "203.0.113.3")}), Span(0));
  statuses_ = {204, 503};
  EXPECT_FALSE(enforcer.apply(change, all, Span(0)));
  ASSERT_TRUE(enforcer.apply(change, all, span_s(1)));
  ASSERT_EQ(requests_.size(), 3U);
  EXPECT_EQ(header(requests_[1], "webhook-id"), header(requests_[2], "webhook-id"));
  EXPECT_EQ(requests_[2].body.find("203.0.113.1\""), std::string::npos);
}

TEST_F(WebhookTest, ARefusalIsFinalAndNamed) {
  WebhookEnforcer enforcer = make();
  StandingDecisions all = standing_of({});
  const StandingChange change = all.take(news({block(1, "203.0.113.1")}), Span(0));
  statuses_ = {422};
  const auto applied = enforcer.apply(change, all, Span(0));
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->failed.size(), 1U);
  EXPECT_EQ(applied->failed[0].id, 1U);
}

TEST(ExecEnforcer, RunsAProgramForBeginningAndEnd) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does; a child may end before it has read
  TempDirectory directory;
  SystemClock clock;
  const std::string path = directory / "said";
  ExecEnforcer enforcer(
      {.begin = {"sh", "-c", "cat >> \"$1\"", "sh", path, "{value}"},
       .end = {"sh", "-c", "echo \"$TOCSIN_MOMENT $1\" >> " + path, "sh", "{value}"}},
      [&clock](const ChildProcess& child) { return run_child(child, clock); });
  StandingDecisions all = standing_of({});
  ASSERT_TRUE(enforcer.apply(all.take(news({block(1, "203.0.113.1")}), Span(0)), all, Span(0)));
  ASSERT_TRUE(enforcer.apply(all.take(news({}, {1}), Span(0)), all, Span(0)));
  PosixFileSystem files;
  const std::string said = *read_file(files, path, 10'000);
  EXPECT_TRUE(said.starts_with("{\"id\":1,\"moment\":\"begin\",\"kind\":\"block\"")) << said;
  EXPECT_TRUE(said.ends_with("end 203.0.113.1\n")) << said;
}

TEST(ExecEnforcer, TriesAgainAndThenNamesWhatCannotBeDone) {
  int runs = 0;
  ExecEnforcer enforcer({.begin = {"x", "{value}"}, .end = {}, .tries_max = 3},
                        [&runs](const ChildProcess& child) -> Result<ChildOutcome> {
                          ++runs;
                          ChildOutcome outcome;
                          outcome.exit_code = child.argv[1] == "203.0.113.1" ? 1 : 0;
                          return outcome;
                        });
  StandingDecisions all = standing_of({});
  const StandingChange change =
      all.take(news({block(1, "203.0.113.1"), block(2, "203.0.113.2")}), Span(0));
  EXPECT_FALSE(enforcer.apply(change, all, Span(0)));
  EXPECT_FALSE(enforcer.apply(change, all, Span(0)));
  const auto applied = enforcer.apply(change, all, Span(0));
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->failed.size(), 1U);
  EXPECT_EQ(runs, 4);
}

}  // namespace
}  // namespace tocsin
