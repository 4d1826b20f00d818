// EnforceLoop: asks the feed for news, lets the enforcer carry them out, sends receipts.
//
// When the server cannot be reached, what stands goes on and ends at its time; when the enforcer
// cannot carry a change out, the change stays and is tried again, and no receipt is sent for it.
// Waits grow to `retry_max` with jitter. run() until the stop token; step() is one round, for
// tests. One thread.
#pragma once

#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/rng.h"
#include "enforce/enforcer.h"
#include "obs/log.h"

namespace tocsin {

struct EnforceOptions {
  Span wait = span_s(20);  // for news, in one question
  Span tend_every = span_s(1);
  Span receipt_every = span_s(15);  // when there is nothing new
  Span retry_min = span_ms(250);
  Span retry_max = span_s(30);
  std::size_t decisions_max = 1'000'000;
};

class EnforceLoop {
 public:
  EnforceLoop(FeedSource& feed, Enforcer& enforcer, const EnforceOptions& options, Clock& clock,
              Rng& rng, Log& log);

  void run(const std::stop_token& stop);
  // The first receipt, after which the server knows this enforcer. kDenied is final.
  Status begin();
  // One question and what follows from it. Without an answer, what stands is still tended.
  Status step();
  // The last receipt. `clean`: also takes back everything that was enforced.
  enum class AtEnd : unsigned char { kLeave, kWithdraw };
  void finish(AtEnd at_end);

  const StandingDecisions& standing() const { return standing_; }

 private:
  Span wait_for_news() const;
  bool take(FeedBatch batch, Span now);
  Status carry_out(Span now);
  Status send_receipt(Span now);
  Status tend(Span now);
  Span next_retry();
  void remember(StandingChange change);

  FeedSource& feed_;
  Enforcer& enforcer_;
  const EnforceOptions options_;
  Clock& clock_;
  Rng& rng_;
  Log& log_;
  StandingDecisions standing_;
  StandingChange waiting_;  // not carried out yet
  std::vector<FailedDecision> failed_;
  std::vector<EnforcedCount> counts_;  // not told yet
  std::string cursor_;
  std::uint64_t told_through_ = 0;     // by the feed
  std::uint64_t applied_through_ = 0;  // by the enforcer
  std::uint64_t receipted_through_ = 0;
  Span next_receipt_;
  Span next_tend_;
  unsigned failures_ = 0;
  bool restored_ = false;
};

}  // namespace tocsin
