// ShardThreads: runs the parts of one piece of work side by side and waits for all of them.
//
// run() belongs to one thread; it takes part in the work itself.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tocsin {

class ShardThreads {
 public:
  // `threads` in all, the caller's own included.
  explicit ShardThreads(std::size_t threads);
  ~ShardThreads();
  ShardThreads(const ShardThreads&) = delete;
  ShardThreads& operator=(const ShardThreads&) = delete;

  // work(0) … work(parts - 1), each once, in any order, on any of the threads.
  void run(std::size_t parts, const std::function<void(std::size_t)>& work);

 private:
  void help();
  // Works on parts until none is left; `lock` is held before and after.
  void take_parts(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable has_parts_;
  std::condition_variable is_done_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t parts_ = 0;
  std::size_t taken_ = 0;
  std::size_t done_ = 0;
  bool ends_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tocsin
