// TimerWheel: which groups are due for a look, on the clock of reception, to the second. Adding and
// firing cost O(1). What lies beyond its horizon fires early: the owner looks and adds it again.
// One thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tocsin {

struct Timer {
  std::uint32_t slot;        // of the group
  std::uint32_t generation;  // of the slot: it may have been given to another group
};

class TimerWheel {
 public:
  TimerWheel() : seconds_(kSeconds) {}

  // Fires in the second after `due`, or later.
  void add(Micros due, Timer timer) {
    const std::int64_t wanted = due.value / kMicrosPerSecond + 1;
    const std::int64_t second = wanted <= now_             ? now_ + 1
                                : wanted - now_ < kSeconds ? wanted
                                                           : now_ + kSeconds - 1;
    seconds_[place(second)].push_back(timer);
    ++size_;
  }

  // fire(timer) for all that are due; it may add. Time does not go back.
  template <class Fire>
  void advance(Micros now, Fire fire) {
    const std::int64_t until = now.value / kMicrosPerSecond;
    if (until - now_ > kSeconds) {
      now_ = until - kSeconds;
    }
    while (now_ < until) {
      ++now_;
      std::vector<Timer> due = std::exchange(seconds_[place(now_)], {});
      size_ -= due.size();
      for (const Timer& timer : due) {
        fire(timer);
      }
    }
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::int64_t kSeconds = 4'096;  // the horizon

  static std::size_t place(std::int64_t second) {
    return static_cast<std::size_t>(second) & static_cast<std::size_t>(kSeconds - 1);
  }

  std::vector<std::vector<Timer>> seconds_;
  std::int64_t now_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tocsin
