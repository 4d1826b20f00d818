// What an enforcer hears from the server: decisions that begin and end, in order
// (docs/enforcement.md).
//
// A FeedSource is asked again and again with the cursor that it gave last; it may wait for news. A
// receipt tells the server what was applied. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/decision.h"
#include "model/receipt.h"

namespace tocsin {

struct EnforcedDecision {
  std::uint64_t id = 0;
  DecisionKind kind = DecisionKind::kBlock;
  std::string custom;  // word of kCustom
  ScopeKind scope = ScopeKind::kAddress;
  std::string value;
  IpNetwork network;  // of addresses and networks
  Micros until;       // the server's clock; for people
  Span left;          // how long it still lasts, when the server answered
  std::string reason;
  std::string rule;
  std::string origin;
  std::optional<ThrottleRate> rate;
  std::string redirect_to;
};

struct FeedBatch {
  static constexpr std::size_t kDecisionsMax = 200'000;

  // A page of everything that is in force. Whatever is on none of the pages up to the one without
  // `more` has ended.
  bool full = false;
  bool first_page = false;
  bool more = false;  // ask again at once
  std::vector<EnforcedDecision> added;
  std::vector<std::uint64_t> removed;  // ids; may hold some that were never added
  std::string cursor;
  std::uint64_t through = 0;  // with this batch every decision up to this id was told
};

// kInvalid for anything that is not an answer of the feed.
Result<FeedBatch> parse_feed(std::string_view json);

struct EnforcerReceipt {
  std::uint64_t through = 0;
  std::vector<FailedDecision> failed;
  std::vector<EnforcedCount> counts;
  std::uint64_t standing = 0;  // decisions that it applies now
  bool leaving = false;        // silence from here on is meant
};

class FeedSource {
 public:
  virtual ~FeedSource() = default;
  // Waits up to `wait` for news; then an empty batch. kCancelled when asked to stop.
  virtual Result<FeedBatch> fetch(const std::string& cursor, Span wait) = 0;
  virtual Status report(const EnforcerReceipt& receipt) = 0;
};

}  // namespace tocsin
