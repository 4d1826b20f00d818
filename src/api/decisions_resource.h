// /api/v1/decisions…: listing, taking, lifting, simulating; lists in and out; approvals, arming and
// the breaker. Each deed is in the audit (respond/audit.h) under the key's name.
#pragma once

#include <vector>

#include "alert/alert_store.h"
#include "api/backtest_resource.h"
#include "api/call.h"
#include "api/cancel_watch.h"
#include "api/parameters.h"
#include "api/router.h"
#include "api/services.h"
#include "index/event_store.h"
#include "respond/decision_book.h"
#include "respond/playbook/playbook_engine.h"
#include "respond/preview.h"

namespace tocsin {

// Borrowed; outlives the resource.
struct DecisionServices {
  DecisionBook& book;
  Guards& guards;
  AuditSink& audit;
};

class DecisionsResource {
 public:
  struct Base {
    AlertStore& alerts;
    EventStore& events;
    RuleDesk& rules;
    BacktestResource& backtests;
    CancelWatch& watch;
    Clock& clock;
    PlaybookEngine& playbooks;
  };
  DecisionsResource(const DecisionServices& of, const Base& base) : of_(of), base_(base) {}

  // "/api/v1/decisions/{id}" is last: literals win when they come first.
  std::vector<Route> routes();

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> get(const Call& call);
  Result<HttpResponse> add(const Call& call);
  Result<HttpResponse> remove(const Call& call);
  Result<HttpResponse> lift(const Call& call);
  Result<HttpResponse> simulate(const Call& call);

  Result<HttpResponse> export_all(const Call& call);
  Result<HttpResponse> import_list(const Call& call);

  Result<HttpResponse> approvals(const Call& call);
  Result<HttpResponse> answer_approval(const Call& call);
  Result<HttpResponse> armed(const Call& call);
  Result<HttpResponse> arm(const Call& call);
  Result<HttpResponse> breaker(const Call& call);
  Result<HttpResponse> set_breaker(const Call& call);

 private:
  Result<HttpResponse> preview_rule(const Call& call, const Parameters& given,
                                    const NewDecision& pattern);
  Result<PreviewReport> preview(const std::string& rule, const PreviewWish& wish, bool from_alerts,
                                const Cancel& cancel);
  // Of a rule in force; kNotFound.
  Result<RuleInfo> rule_in_force(const std::string& id) const;
  HttpResponse breaker_state() const;

  const DecisionServices of_;
  const Base base_;
};

}  // namespace tocsin
