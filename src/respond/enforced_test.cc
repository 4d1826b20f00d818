#include "respond/enforced.h"

#include <memory>

#include "model/ecs_fields.h"
#include "respond/book_rig_test.h"

namespace tocsin {
namespace {

class EnforcedTest : public BookRig {
 protected:
  struct Seen {
    std::string address = "203.0.113.7";
    std::int64_t status = 403;
    Span later = span_s(10);
    std::string user = {};
  };

  bool tagged(const Seen& seen) {
    auto records = std::make_shared<RecordBatch>();
    EXPECT_TRUE(records->add(records->add_origin({"test", "", ""}), clock_.now(), "x"));
    EventBatch events(records);
    events.begin_event(0).time = clock_.now() + seen.later;
    events.add_copy(fields::source_ip, seen.address);
    if (!seen.user.empty()) {
      events.add_copy(fields::user_name, seen.user);
    }
    events.add(fields::http_status, Value::integer(seen.status));
    const auto active = book_->active();
    const bool ours = EnforcedEvents(*active, book_->wall_offset()).tag_last(events);
    EXPECT_EQ(events.find(0, fields::tocsin_enforced) != nullptr, ours);
    return ours;
  }
  void decide(DecisionKind kind, const std::string& value, ScopeKind scope) {
    NewDecision wanted = by_person(value, scope);
    wanted.kind = kind;
    wanted.redirect_to = kind == DecisionKind::kRedirect ? "cdn.example.org" : "";
    ASSERT_EQ(propose(wanted).kind, OutcomeKind::kTaken);
  }
};

TEST_F(EnforcedTest, AnswersThatADecisionExplainsAreOurs) {
  EXPECT_FALSE(tagged({}));
  decide(DecisionKind::kBlock, "203.0.113.0/28", ScopeKind::kNetwork);
  EXPECT_TRUE(tagged({}));
  EXPECT_TRUE(tagged({.status = 444}));
  EXPECT_TRUE(tagged({.later = span_s(3'601)}));
  EXPECT_FALSE(tagged({.later = span_s(3'700)}));
  EXPECT_FALSE(tagged({.later = span_s(-10)}));  // before it: this is what proved the attack
  EXPECT_FALSE(tagged({.status = 200}));
  EXPECT_FALSE(tagged({.status = 404}));
  EXPECT_FALSE(tagged({.address = "203.0.113.16"}));
  ASSERT_TRUE(book_->lift({.all = true}, "cli", ""));
  EXPECT_FALSE(tagged({}));
}

// Somebody who is only throttled cannot hide his probing: the 403 that the application gives him is
// not ours.
TEST_F(EnforcedTest, AThrottleExplainsNothingButItsOwnAnswer) {
  decide(DecisionKind::kThrottle, "203.0.113.7", ScopeKind::kAddress);
  EXPECT_TRUE(tagged({.status = 429}));
  EXPECT_FALSE(tagged({.status = 403}));
  EXPECT_FALSE(tagged({.status = 401}));
}

TEST_F(EnforcedTest, UsersAndTheOtherKinds) {
  decide(DecisionKind::kDisable, "mallory", ScopeKind::kUser);
  EXPECT_TRUE(tagged({.status = 401, .user = "mallory"}));
  EXPECT_FALSE(tagged({.status = 401, .user = "alice"}));
  decide(DecisionKind::kChallenge, "203.0.113.9", ScopeKind::kAddress);
  EXPECT_TRUE(tagged({.address = "203.0.113.9", .status = 401}));
  decide(DecisionKind::kRedirect, "203.0.113.10", ScopeKind::kAddress);
  EXPECT_TRUE(tagged({.address = "203.0.113.10", .status = 302}));
}

TEST_F(EnforcedTest, ADryRunCausesNothing) {
  propose(by_rule("203.0.113.7"));  // not armed
  EXPECT_FALSE(tagged({}));
}

}  // namespace
}  // namespace tocsin
