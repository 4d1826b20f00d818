// WorkPool: threads for requests that may wait. Bounded; full means "busy", said at once.
// Thread-safe. stop() lets what is waiting run to its end: cancel it before.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "flow/bounded_queue.h"

namespace tocsin {

class WorkPool {
 public:
  using Work = std::move_only_function<void()>;

  WorkPool(std::size_t threads, std::size_t waiting_max) : queue_(waiting_max) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] {
        while (std::optional<Work> work = queue_.pop()) {
          (*work)();
        }
      });
    }
  }
  ~WorkPool() { stop(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // False when full or stopped; then `work` is as it was.
  [[nodiscard]] bool try_run(Work& work) { return queue_.try_push(work); }
  std::size_t waiting() const { return queue_.size(); }
  void stop() {
    queue_.close();
    threads_.clear();
  }

 private:
  BoundedQueue<Work> queue_;
  std::vector<std::jthread> threads_;
};

}  // namespace tocsin
