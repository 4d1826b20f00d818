// POST /api/v1/rules/backtest: what a rule would have found in the stored events.
//
// One at a time: it reads a lot. As NDJSON the answer tells how far it is, line by line.
#pragma once

#include <atomic>

#include "api/call.h"
#include "api/cancel_watch.h"
#include "api/services.h"
#include "backtest/backtest.h"

namespace tocsin {

struct BacktestServices {
  RuleDesk& rules;
  EventStore& events;
  Journal& journal;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  std::function<DecodeRecords()> make_decode;
};

class BacktestResource {
 public:
  static constexpr Span kSinceDefault = span_s(30LL * 86'400);

  BacktestResource(BacktestServices of, CancelWatch& watch, Clock& clock)
      : of_(std::move(of)), watch_(watch), clock_(clock) {}

  void take(Call call);

  // Findings of one rule in force, for others who look back; in the request from, until and
  // on_finding count. kExhausted while another backtest is under way, kNotFound.
  Result<BacktestReport> look_back(std::string_view rule, BacktestRequest request,
                                   const Cancel& cancel);

 private:
  class Place;
  struct Wanted {
    BacktestRequest request;
    std::vector<std::string> titles;
    bool lines = false;
  };

  Result<Wanted> read(const HttpRequest& request);
  Status choose_in_force(std::string_view rule, Wanted& wanted);
  Status choose_trial(std::string_view text, Wanted& wanted);
  Result<BacktestReport> run(const Wanted& wanted, const Cancel& cancel,
                             const std::function<Status(const BacktestProgress&)>& on_progress);
  void send_document(Call call, const Wanted& wanted, Place& place);
  void send_lines(Call call, const Wanted& wanted, Place& place);

  const BacktestServices of_;
  CancelWatch& watch_;
  Clock& clock_;
  std::atomic<bool> busy_{false};
};

}  // namespace tocsin
