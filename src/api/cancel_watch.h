// CancelWatch: stops searches whose client has gone. One thread looks at those under way a few
// times a second. Thread-safe.
#pragma once

#include <functional>
#include <list>
#include <thread>

#include "base/mutex.h"
#include "index/store_query.h"

namespace tocsin {

class CancelWatch {
 public:
  CancelWatch();
  ~CancelWatch() { stop(); }
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;

  // While the Watched lives, `gone` is asked; true stops the search. Both outlive the Watched.
  class Watched {
   public:
    Watched(CancelWatch& watch, Cancel& cancel, std::function<bool()> gone);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    friend class CancelWatch;
    CancelWatch& watch_;
    Cancel& cancel_;
    const std::function<bool()> gone_;
    std::list<Watched*>::iterator place_;
  };

  // Stops everything under way and whatever comes later.
  void cancel_all() EXCLUDES(mutex_);
  void stop();

 private:
  void run(const std::stop_token& stop);

  Mutex mutex_;
  Condition changed_;
  std::list<Watched*> watched_ GUARDED_BY(mutex_);
  bool all_cancelled_ GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

}  // namespace tocsin
