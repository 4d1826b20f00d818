// EnforcementDesk: what a running server keeps for its enforcers: receipts, rate limits, where
// addresses are; and tells by the audit when an enforcer falls silent or a decision is not taken.
// Thread-safe as its parts are; look() on one thread.
#pragma once

#include <memory>
#include <string>

#include "api/enforcement.h"
#include "base/published.h"
#include "enrich/tables.h"
#include "respond/audit.h"
#include "respond/rate_limiter.h"
#include "respond/receipt_book.h"

namespace tocsin {

class EnforcementDesk {
 public:
  struct Parts {
    const EnforcementSettings& settings;
    StateDb& db;
    const Published<EnrichTables>& tables;
    Clock& clock;
    Metrics& metrics;
    Log& log;
    std::uint64_t secret_seed;  // of the rate limits' table
  };
  static Result<std::unique_ptr<EnforcementDesk>> open(const Parts& parts);

  // With a secret of its own for the tokens of CrowdSec's watchers.
  EnforcementServices services(DecisionBook& book);
  // About once a second: keeps receipts, and tells what lapses.
  void look(DecisionBook& book, AuditSink& audit);
  Status flush() { return receipts_->flush(); }

 private:
  explicit EnforcementDesk(const Parts& parts);

  const Parts parts_;
  std::unique_ptr<ReceiptBook> receipts_;
  RateLimiter limits_;
  std::unique_ptr<AddressFacts> facts_;
};

}  // namespace tocsin
