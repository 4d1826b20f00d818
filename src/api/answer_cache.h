// AnswerCache: the same question of many is worked out once. What is fresh is given again; who asks
// while somebody works it out waits for that answer, without holding a thread.
//
// Bounded: `bytes_max` of answers and kEntriesMax of them, the oldest go first. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"

namespace tocsin {

class AnswerCache {
 public:
  static constexpr std::size_t kEntriesMax = 4'096;

  struct Answer {
    std::shared_ptr<const std::string> body;
    Span age{0};
  };
  using Waiter = std::function<void(const Result<Answer>&)>;
  enum class Turn : std::uint8_t {
    kKept,   // `kept` was filled
    kWaits,  // the waiter is called by another's settle()
    kWorks,  // the caller works it out and must call settle()
  };

  AnswerCache(std::size_t bytes_max, Clock& clock) : bytes_max_(bytes_max), clock_(clock) {}

  // `waiter` is asked for only when the turn is kWaits.
  Turn ask(const std::string& key, Span fresh, Answer& kept, const std::function<Waiter()>& waiter)
      EXCLUDES(mutex_);
  // Keeps a good answer, and calls everybody who waits for it, on this thread.
  void settle(const std::string& key, const Result<std::shared_ptr<const std::string>>& answer)
      EXCLUDES(mutex_);
  // True while somebody else waits for that answer.
  bool is_awaited(const std::string& key) EXCLUDES(mutex_);

 private:
  struct Entry {
    std::shared_ptr<const std::string> body;  // null: none yet
    Span made{0};                             // since boot
    bool working = false;
    std::vector<Waiter> waiters;
  };
  void make_room() REQUIRES(mutex_);

  const std::size_t bytes_max_;
  Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace tocsin
