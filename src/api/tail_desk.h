// TailDesk: /api/v1/events/tail, the live tails. One thread looks a few times a second what became
// searchable, asks each tail's query for it, and sends the rows as server-sent events.
//
// Honest: when more came in than is shown, the client is told "S of N". Bounded: tails_max tails;
// a client that does not read is cut by its stream. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <thread>

#include "api/call.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "index/event_store.h"
#include "query/query.h"

namespace tocsin {

class TailDesk {
 public:
  static constexpr std::uint64_t kRowsPerLook = 200;

  TailDesk(EventStore& events, Clock& clock, std::size_t tails_max);
  ~TailDesk() { stop(); }
  TailDesk(const TailDesk&) = delete;
  TailDesk& operator=(const TailDesk&) = delete;

  void take(Call call) EXCLUDES(mutex_);
  void stop();

  // One round over all tails; what the thread does. For tests.
  void look() EXCLUDES(mutex_);

 private:
  struct Tail {
    std::string query;
    std::string request_id;
    std::shared_ptr<EventStream> stream;
    Seq next;   // the first record that was not looked at
    Span said;  // since boot, when something was sent last
    unsigned failures = 0;
  };
  void run(const std::stop_token& stop);
  void serve(Tail& tail, Seq end);
  Status send_rows(Tail& tail, Seq end);

  EventStore& events_;
  Clock& clock_;
  const std::size_t tails_max_;
  Cancel cancel_;
  Mutex mutex_;
  Condition changed_;
  std::list<Tail> waiting_ GUARDED_BY(mutex_);  // new ones, until the next look
  std::size_t count_ GUARDED_BY(mutex_) = 0;    // of all
  Mutex look_mutex_;
  std::list<Tail> tails_ GUARDED_BY(look_mutex_);
  std::jthread thread_;
};

}  // namespace tocsin
