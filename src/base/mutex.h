// Mutex and MutexLock that clang's -Wthread-safety understands.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define TOCSIN_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define TOCSIN_THREAD_ATTRIBUTE(x)
#endif
#define GUARDED_BY(x) TOCSIN_THREAD_ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) TOCSIN_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) TOCSIN_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace tocsin {

class TOCSIN_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() TOCSIN_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() TOCSIN_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class TOCSIN_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) TOCSIN_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() TOCSIN_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits with a Mutex held (condition_variable_any releases and takes it again).
using Condition = std::condition_variable_any;

}  // namespace tocsin
