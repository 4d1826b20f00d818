// Published<T>: an immutable table that one thread replaces and many read.
//
// A reader takes one snapshot for a whole batch and keeps it; the old table lives until its last
// reader lets go. A mutex-guarded pointer, because std::atomic<std::shared_ptr> reports a race
// under TSan with GCC 12.
#pragma once

#include <memory>
#include <utility>

#include "base/mutex.h"

namespace tocsin {

template <class T>
class Published {
 public:
  Published() : current_(std::make_shared<const T>()) {}
  explicit Published(std::shared_ptr<const T> first) : current_(std::move(first)) {}

  std::shared_ptr<const T> get() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return current_;
  }

  void publish(std::shared_ptr<const T> next) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    current_.swap(next);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const T> current_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
