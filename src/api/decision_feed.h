// DecisionFeed: GET /api/v1/decisions/feed, the decisions for our own enforcers, by long poll.
//
// Without a cursor, or with one that is too old, the answer is a page of everything in force; with
// one it is what began and ended since, at once when there is something, else when there is or
// `wait` is over. The cursor is opaque text. One thread answers those who wait; it is woken by the
// book, so that news is on its way within a millisecond. Bounded: kWaitingMax held requests (more
// are answered at once, empty). Thread-safe.
#pragma once

#include <list>
#include <string>
#include <thread>

#include "api/call.h"
#include "base/json_writer.h"
#include "base/mutex.h"
#include "respond/decision_book.h"
#include "respond/receipt_book.h"

namespace tocsin {

class DecisionFeed {
 public:
  static constexpr std::size_t kPageMax = 50'000;
  static constexpr std::size_t kWaitingMax = 256;
  static constexpr Span kWaitMax = span_s(60);

  // `run_id` tells this run of the server from others: cursors do not outlive it. Constructed
  // before the first proposal: it listens to the book.
  DecisionFeed(DecisionBook& book, ReceiptBook& receipts, Clock& clock, std::uint64_t run_id);
  ~DecisionFeed() { stop(); }
  DecisionFeed(const DecisionFeed&) = delete;
  DecisionFeed& operator=(const DecisionFeed&) = delete;

  void take(Call call) EXCLUDES(mutex_);
  void stop() EXCLUDES(mutex_);

 private:
  struct Cursor {
    std::uint64_t change = 0;
    std::uint64_t after = 0;  // of a listing that has more pages: ids up to here were told
    bool listing = true;
  };
  struct Waiting {
    Call call;
    std::string enforcer;
    Cursor cursor;
    Span until;  // since boot
  };
  Cursor parse_cursor(std::string_view text) const;
  std::string cursor_text(const Cursor& cursor) const;
  // Nothing: there is no news.
  std::optional<std::string> news(const Cursor& cursor, std::uint64_t& through);
  std::string listing_page(const Cursor& cursor, std::uint64_t& through);
  std::optional<std::string> changes(const Cursor& cursor, std::uint64_t& through);
  std::string nothing(const Cursor& cursor);
  static Sighting sighting_of(const Call& call, const std::string& enforcer);
  void answer(Call& call, const std::string& enforcer, std::string body, std::uint64_t through);
  void run(const std::stop_token& stop);
  std::list<Waiting> take_due(bool all) REQUIRES(mutex_);

  DecisionBook& book_;
  ReceiptBook& receipts_;
  Clock& clock_;
  const std::uint64_t run_id_;
  // Shared with the listener, which the book may call after this has gone.
  struct Bell {
    Mutex mutex;
    Condition rung;
    std::uint64_t rings GUARDED_BY(mutex) = 0;
  };
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  Mutex mutex_;
  std::list<Waiting> waiting_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

// One decision as enforcers read it; `left` is what remains.
void write_feed_decision(JsonWriter& json, const PackedDecision& decision, Span left, Micros until);

}  // namespace tocsin
