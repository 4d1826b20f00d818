#include "enforce/enforce_loop.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <utility>

#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr unsigned kDoublingsMax = 16;
constexpr Span kAfterEnd = span_ms(20);
constexpr std::size_t kFailedTold = 1'000;  // in one receipt

void pause(const std::stop_token& stop, Span span) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, std::chrono::microseconds(span.value), [] { return false; });
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

EnforceLoop::EnforceLoop(FeedSource& feed, Enforcer& enforcer, const EnforceOptions& options,
                         Clock& clock, Rng& rng, Log& log)
    : feed_(feed),
      enforcer_(enforcer),
      options_(options),
      clock_(clock),
      rng_(rng),
      log_(log),
      standing_(
          [&enforcer](const EnforcedDecision& decision) {
            return enforcer.covers(decision.kind, decision.scope);
          },
          options.decisions_max) {}

void EnforceLoop::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Status done = step();
    if (done) {
      failures_ = 0;
      continue;
    }
    if (done.error().code() == ErrorCode::kCancelled) {
      return;
    }
    const Span wait = next_retry();
    if (done.error().code() != ErrorCode::kExhausted) {  // else it only waits for its turn
      log_.warning("{}; again in {}", done.error().full_text(), span_text(wait));
    }
    pause(stop, wait);
  }
}

Span EnforceLoop::next_retry() {
  const std::int64_t doubled = options_.retry_min.value << std::min(failures_, kDoublingsMax);
  ++failures_;
  const std::int64_t longest = std::min(doubled, options_.retry_max.value);
  return Span(longest / 2 +
              static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(longest / 2 + 1))));
}

Status EnforceLoop::begin() {
  return feed_.report({});
}

void EnforceLoop::remember(StandingChange change) {
  append(waiting_.removed, change.removed);
  append(waiting_.added, change.added);
  append(failed_, change.refused);
}

Span EnforceLoop::wait_for_news() const {
  if (!waiting_.empty() || !restored_) {
    return Span(0);
  }
  const std::optional<Span> end = standing_.next_end(clock_.since_boot());
  return end ? std::min(options_.wait, Span(end->value + kAfterEnd.value)) : options_.wait;
}

// Whether there is more of it to ask for before anything is carried out.
bool EnforceLoop::take(FeedBatch batch, Span now) {
  cursor_ = batch.cursor;
  const bool more = batch.more;
  if (!more) {
    told_through_ = std::max(told_through_, batch.through);
  }
  remember(standing_.take(std::move(batch), now));
  return more;
}

Status EnforceLoop::step() {
  Result<FeedBatch> batch = feed_.fetch(cursor_, wait_for_news());
  if (!batch && batch.error().code() == ErrorCode::kCancelled) {
    return std::move(batch).error();
  }
  const Span now = clock_.since_boot();
  remember(standing_.expire(now));
  const bool more = batch && take(std::move(*batch), now);
  if (!restored_ && (more || !batch)) {
    return batch ? Status() : Status(std::move(batch).error());  // nothing before a whole listing
  }
  TRY(carry_out(now));
  TRY(tend(now));
  if (!batch) {
    return std::move(batch).error();
  }
  if (!more && (applied_through_ > receipted_through_ || now >= next_receipt_)) {
    TRY(send_receipt(now));
  }
  return {};
}

Status EnforceLoop::carry_out(Span now) {
  if (!restored_) {
    TRY_ASSIGN(Enforcer::Applied applied, enforcer_.restore(standing_, now));
    append(failed_, applied.failed);
    restored_ = true;
    waiting_.added.clear();
  }
  if (!waiting_.empty()) {
    TRY_ASSIGN(Enforcer::Applied applied, enforcer_.apply(waiting_, standing_, now));
    waiting_ = {};
    append(failed_, applied.failed);
  }
  applied_through_ = told_through_;
  return {};
}

Status EnforceLoop::tend(Span now) {
  if (now < next_tend_) {
    return {};
  }
  next_tend_ = Span(now.value + options_.tend_every.value);
  TRY_ASSIGN(const bool lost, enforcer_.tend(now));
  if (lost) {
    log_.warning("somebody else changed what was enforced; restoring {} decisions",
                 standing_.size());
    restored_ = false;
    return carry_out(now);
  }
  return {};
}

Status EnforceLoop::send_receipt(Span now) {
  std::vector<EnforcedCount> fresh = enforcer_.take_counts();
  append(counts_, fresh);
  EnforcerReceipt receipt;
  receipt.through = applied_through_;
  receipt.standing = standing_.size();
  receipt.counts = counts_;
  const std::size_t told = std::min(failed_.size(), kFailedTold);
  const auto told_end = failed_.begin() + static_cast<std::ptrdiff_t>(told);
  receipt.failed.assign(failed_.begin(), told_end);
  TRY(feed_.report(receipt));
  receipted_through_ = receipt.through;
  failed_.erase(failed_.begin(), told_end);
  counts_.clear();
  next_receipt_ = Span(now.value + options_.receipt_every.value);
  return {};
}

void EnforceLoop::finish(AtEnd at_end) {
  if (at_end == AtEnd::kWithdraw) {
    if (const Status gone = enforcer_.withdraw(); !gone) {
      log_.error("cleaning up: {}", gone.error().full_text());
    }
  }
  EnforcerReceipt last;
  last.through = receipted_through_;
  last.counts = enforcer_.take_counts();
  last.standing = at_end == AtEnd::kWithdraw ? 0 : standing_.size();
  last.leaving = true;
  if (const Status told = feed_.report(last); !told) {
    log_.warning("the last receipt could not be sent: {}", told.error().full_text());
  }
}

}  // namespace tocsin
