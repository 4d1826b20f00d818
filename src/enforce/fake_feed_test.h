// Decisions as the feed gives them, and a feed that a test writes; for the tests of enforce/.
#pragma once

#include <deque>
#include <vector>

#include "base/fail.h"
#include "enforce/enforce_loop.h"

namespace tocsin {

inline EnforcedDecision block(std::uint64_t id, std::string_view target, Span left = span_s(3600)) {
  EnforcedDecision decision;
  decision.id = id;
  decision.left = left;
  const auto read = target_of_text(target);
  decision.scope = read->scope;
  decision.value = read->value;
  decision.network = read->network;
  return decision;
}

inline EnforcedDecision throttle(std::uint64_t id, std::string_view target, ThrottleRate rate) {
  EnforcedDecision decision = block(id, target);
  decision.kind = DecisionKind::kThrottle;
  decision.rate = rate;
  return decision;
}

inline FeedBatch news(std::vector<EnforcedDecision> added,
                      std::vector<std::uint64_t> removed = {}) {
  FeedBatch batch;
  for (const EnforcedDecision& decision : added) {
    batch.through = std::max(batch.through, decision.id);
  }
  batch.added = std::move(added);
  batch.removed = std::move(removed);
  batch.cursor = "c";
  return batch;
}

inline FeedBatch listing(std::vector<EnforcedDecision> added) {
  FeedBatch batch = news(std::move(added));
  batch.full = true;
  batch.first_page = true;
  return batch;
}

class FakeFeed final : public FeedSource {
 public:
  std::deque<Result<FeedBatch>> answers;
  std::vector<EnforcerReceipt> receipts;
  std::vector<Span> waits;
  bool receipts_fail = false;

  Result<FeedBatch> fetch(const std::string& cursor, Span wait) override {
    static_cast<void>(cursor);
    waits.push_back(wait);
    if (answers.empty()) {
      return Error(ErrorCode::kUnavailable, "nobody answers");
    }
    Result<FeedBatch> answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  Status report(const EnforcerReceipt& receipt) override {
    if (receipts_fail) {
      return Error(ErrorCode::kUnavailable, "nobody listens");
    }
    receipts.push_back(receipt);
    return {};
  }
};

}  // namespace tocsin
