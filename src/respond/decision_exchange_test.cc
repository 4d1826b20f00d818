#include "respond/decision_exchange.h"

#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

class ExchangeTest : public BookRig {
 protected:
  NewDecision pattern() {
    NewDecision wanted = by_person("0.0.0.0");
    wanted.proposer = Proposer::kImport;
    wanted.origin = "lists:mine";
    return wanted;
  }
  Import read(std::string_view text, ExchangeFormat format) {
    Result<Import> import = parse_import(text, format, pattern());
    EXPECT_TRUE(import) << import.error().full_text();
    return import ? std::move(*import) : Import{};
  }
};

TEST_F(ExchangeTest, ReadsWhatCscliWrites) {
  const Import json = read(R"([
    {"duration":"24h","origin":"cscli","reason":"by hand","scope":"Ip","type":"ban",
     "value":"203.0.113.7"},
    {"duration":"3h59m52.5s","scope":"Range","type":"captcha","value":"203.0.113.0/24"},
    {"duration":"-5s","scope":"Ip","value":"203.0.113.8"},
    {"scope":"AS","value":"64500"}, {"scope":"nonsense","value":"x"}, 7,
    {"id":3,"decisions":[{"duration":"1h","scenario":"crowdsecurity/ssh-bf","scope":"Ip",
     "type":"ban","value":"203.0.113.9","origin":"crowdsec"}]}])",
                           ExchangeFormat::kJson);
  ASSERT_EQ(json.decisions.size(), 4U);
  EXPECT_EQ(json.decisions[0].duration, span_s(86'400));
  EXPECT_EQ(json.decisions[0].reason, "by hand");
  EXPECT_EQ(json.decisions[1].kind, DecisionKind::kChallenge);
  EXPECT_EQ(json.decisions[2].value, "AS64500");
  EXPECT_EQ(json.decisions[2].origin, "lists:mine");
  EXPECT_EQ(json.decisions[3].reason, "crowdsecurity/ssh-bf");
  EXPECT_EQ(json.mistakes, 3U);
  EXPECT_EQ(json.shown[0].entry, 3U);
  EXPECT_TRUE(read("null", ExchangeFormat::kJson).decisions.empty());
}

TEST_F(ExchangeTest, ReadsCsvAndPlainLists) {
  const Import csv = read(
      "duration,reason,scope,type,value\n1h,\"a \"\"bad\"\" one, really\",Ip,ban,203.0.113.7\n"
      "\n,,,,2001:db8::/48\r\n1h,x,Ip,ban,garbage\n",
      ExchangeFormat::kCsv);
  ASSERT_EQ(csv.decisions.size(), 2U);
  EXPECT_EQ(csv.decisions[0].reason, "a \"bad\" one, really");
  EXPECT_EQ(csv.decisions[1].value, "2001:db8::/48");
  EXPECT_EQ(csv.shown.at(0).entry, 5U);
  const Import plain =
      read("# list\n203.0.113.7\n203.0.113.0/24 ; note\nAS64500\nalice\n", ExchangeFormat::kPlain);
  EXPECT_EQ(plain.decisions.size(), 3U);
  EXPECT_EQ(plain.shown.at(0).entry, 5U);
}

TEST_F(ExchangeTest, WhatIsNoListIsRefused) {
  EXPECT_FALSE(parse_import("{", ExchangeFormat::kJson, pattern()));
  EXPECT_FALSE(parse_import("{}", ExchangeFormat::kJson, pattern()));
  EXPECT_FALSE(parse_import("a,b\n1,2\n", ExchangeFormat::kCsv, pattern()));
}

TEST_F(ExchangeTest, WhatIsWrittenComesBack) {
  for (const char* value : {"203.0.113.7", "2001:db8:9::/48", "198.51.100.0/24"}) {
    ASSERT_EQ(propose(by_person(value, ScopeKind::kNetwork)).kind, OutcomeKind::kTaken);
  }
  NewDecision throttle = by_person("=cmd|x", ScopeKind::kUser);
  throttle.kind = DecisionKind::kThrottle;
  throttle.reason = "with, \"quotes\"\nand lines";
  propose(throttle);
  for (const ExchangeFormat format : {ExchangeFormat::kJson, ExchangeFormat::kCsv}) {
    const Import back = read(export_decisions(*book_->active(), book_->now(), format), format);
    ASSERT_EQ(back.decisions.size(), 4U);
    EXPECT_EQ(back.mistakes, 0U);
    EXPECT_EQ(back.decisions[1].value, "2001:db8:9::/48");
    EXPECT_EQ(back.decisions[1].duration, span_s(3'600));
    EXPECT_EQ(back.decisions[3].kind, DecisionKind::kThrottle);
    EXPECT_EQ(back.decisions[3].value, "=cmd|x");
    EXPECT_EQ(back.decisions[3].reason, "with, \"quotes\" and lines");
    EXPECT_EQ(back.decisions[3].origin, "tocsin");
  }
  EXPECT_EQ(export_decisions(*book_->active(), book_->now(), ExchangeFormat::kPlain),
            "203.0.113.7\n2001:db8:9::/48\n198.51.100.0/24\n=cmd|x\n");
  clock_.advance(span_s(3'600));
  EXPECT_EQ(export_decisions(*book_->active(), book_->now(), ExchangeFormat::kPlain), "");
}

TEST_F(ExchangeTest, AnImportIsOneDeedAndGuarded) {
  admins_->seen("203.0.113.7", "alice");
  const Import import =
      read("203.0.113.7\n203.0.113.8\n10.0.0.1\n203.0.113.9\n", ExchangeFormat::kPlain);
  const auto outcomes = *book_->propose_all(import.decisions);
  EXPECT_EQ(outcomes[0]->kind, OutcomeKind::kRefused);
  EXPECT_EQ(outcomes[2]->kind, OutcomeKind::kRefused);
  EXPECT_EQ(book_->active()->size(), 2U);
  EXPECT_EQ(audit_.count("decisions_imported"), 1U);
  EXPECT_EQ(audit_.count("decision_taken"), 0U);
}

TEST(ListDuration, IsGoAndOurs) {
  EXPECT_EQ(parse_list_duration("3h59m52s"), span_s(14'392));
  EXPECT_EQ(parse_list_duration("1.5h"), span_s(5'400));
  EXPECT_EQ(parse_list_duration("30d"), span_s(30 * 86'400));
  EXPECT_EQ(parse_list_duration("-5s"), span_s(-5));
  for (const char* bad : {"", "-", "5", "h", "5x", "1e9h", "99999999999h", "5s5"}) {
    EXPECT_FALSE(parse_list_duration(bad)) << bad;
  }
}

}  // namespace
}  // namespace tocsin
