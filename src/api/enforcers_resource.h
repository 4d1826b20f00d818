// /api/v1/enforcers: who enforces; receipts from enforcers, and who took a decision when.
#pragma once

#include "alert/alert_store.h"
#include "api/call.h"
#include "base/clock.h"
#include "journal/journal.h"
#include "respond/decision_book.h"
#include "respond/receipt_book.h"

namespace tocsin {

class EnforcersResource {
 public:
  struct Parts {
    DecisionBook& book;
    ReceiptBook& receipts;
    AlertStore& alerts;
    Journal& journal;
    Clock& clock;
  };
  explicit EnforcersResource(const Parts& of) : of_(of) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> take_receipt(const Call& call);
  Result<HttpResponse> forget(const Call& call);
  Result<HttpResponse> of_decision(const Call& call);

 private:
  // When the record that proved the attack was received; nothing when it cannot be told.
  std::optional<Micros> proven(const Decision& decision);

  const Parts of_;
};

}  // namespace tocsin
