// Enforcement: everything that the API answers to enforcers, built together: the feed, receipts,
// verdicts, and CrowdSec's wire. Construct it before the first decision is proposed.
#pragma once

#include <string>
#include <vector>

#include "api/decision_feed.h"
#include "api/enforcers_resource.h"
#include "api/lapi/lapi_resource.h"
#include "api/router.h"
#include "api/verdict_resource.h"

namespace tocsin {

// Borrowed; outlives the Enforcement.
struct EnforcementServices {
  DecisionBook& book;
  ReceiptBook& receipts;
  RateLimiter& limits;
  AddressFacts& facts;
  std::string challenge_url;
  std::string secret;  // 32 random bytes
};

class Enforcement {
 public:
  struct Base {
    KeyStore& keys;
    AlertStore& alerts;
    Journal& journal;
    Metrics& metrics;
    Clock& clock;
  };
  Enforcement(const EnforcementServices& of, const Base& base);

  std::vector<Route> routes();
  // CrowdSec's, below /v1/; described by CrowdSec, not by our OpenAPI document.
  std::vector<Route> lapi_routes();

  // Before the body of one of lapi_routes() without a scope is read.
  std::optional<HttpResponse> refuse_watcher(const HttpRequest& head) const;

  void drop_stale() { lapi_.drop_stale(); }
  // Answers whoever waits.
  void stop() { feed_.stop(); }

 private:
  DecisionFeed feed_;
  EnforcersResource enforcers_;
  VerdictResource verdicts_;
  LapiResource lapi_;
};

}  // namespace tocsin
