// Housekeeping: the slow chores of a running server, on one thread: retention of the journal, last
// use of keys, repair of damaged index segments, gauges for /metrics.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/time.h"

namespace tocsin {

// One chore; it says by itself what went wrong, and comes again at its next time.
struct Chore {
  std::string name;
  Span every;
  std::function<void()> work;
};

class Housekeeping {
 public:
  Housekeeping(std::vector<Chore> chores, Clock& clock);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  void stop();

 private:
  void run(const std::stop_token& stop);

  struct Planned {
    Chore chore;
    Span next;  // since boot
  };

  Clock& clock_;
  std::vector<Planned> planned_;
  std::jthread thread_;
};

}  // namespace tocsin
