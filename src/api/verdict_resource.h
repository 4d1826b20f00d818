// /api/v1/verdict: may this request go on? For proxies (auth_request and its kin) and applications.
//
// Answers from memory on the I/O thread: the strongest decision that stands on the address, its
// network, owner and country, the user, the session or the API key; then the rate limits. Who asks
// is an enforcer: what was refused is counted in its receipts. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/services.h"
#include "api/verdict_ask.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "respond/decision_book.h"
#include "respond/rate_limiter.h"
#include "respond/receipt_book.h"

namespace tocsin {

enum class VerdictWord : std::uint8_t {
  kAllow,
  kBlock,
  kThrottle,
  kChallenge,
  kRedirect,
  kDisable,
  kCustom
};
std::string_view verdict_word(VerdictWord word);

// What shall happen to one request.
struct RequestVerdict {
  VerdictWord word = VerdictWord::kAllow;
  std::string custom;
  std::uint64_t decision = 0;  // 0: a rate limit, or nothing
  std::string limit;           // the rate limit's name
  std::string reason;
  std::string origin;  // of the decision, or "rate_limit"
  std::string location;
  Span retry_after;  // of kThrottle
  Micros until;      // of decisions; the wall clock's
};

class VerdictResource {
 public:
  struct Parts {
    DecisionBook& book;
    RateLimiter& limits;
    ReceiptBook& receipts;
    AddressFacts& facts;
    Clock& clock;
    Metrics& metrics;
    std::string challenge_url;
  };
  explicit VerdictResource(const Parts& parts);

  // As JSON, always 200.
  Result<HttpResponse> tell(const Call& call);
  // As a status: 204 allow, 403 block, 429 throttle, 401 or 302 challenge, 302 redirect; with
  // statuses=nginx only 204, 401 and 403, which is all that nginx's auth_request takes.
  Result<HttpResponse> check(const Call& call);
  // How requests were answered, for limits whose cost depends on it.
  Result<HttpResponse> settle(const Call& call);

  RequestVerdict judge(const VerdictAsk& ask);

 private:
  struct Caller {
    Span told;  // when the receipt book heard of it last
    std::map<std::string, std::uint64_t, std::less<>> refused;  // by origin
  };
  void hear(const Call& call, const RequestVerdict& verdict) EXCLUDES(mutex_);
  RequestVerdict of_decision(const PackedDecision& decision, const VerdictAsk& ask);
  const PackedDecision* strongest(const DecisionSnapshot& snapshot, const VerdictAsk& ask,
                                  Micros now);

  const Parts of_;
  std::vector<Counter*> counters_;  // by word
  Mutex mutex_;
  std::map<std::string, Caller, std::less<>> callers_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
