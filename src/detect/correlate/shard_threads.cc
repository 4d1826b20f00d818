#include "detect/correlate/shard_threads.h"

namespace tocsin {

ShardThreads::ShardThreads(std::size_t threads) {
  for (std::size_t i = 1; i < threads; ++i) {
    threads_.emplace_back([this] { help(); });
  }
}

ShardThreads::~ShardThreads() {
  const std::scoped_lock lock(mutex_);
  ends_ = true;
  has_parts_.notify_all();
}

void ShardThreads::run(std::size_t parts, const std::function<void(std::size_t)>& work) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  parts_ = parts;
  taken_ = 0;
  done_ = 0;
  has_parts_.notify_all();
  take_parts(lock);
  is_done_.wait(lock, [this] { return done_ == parts_; });
  work_ = nullptr;
}

void ShardThreads::help() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    take_parts(lock);
    has_parts_.wait(lock, [this] { return ends_ || (work_ != nullptr && taken_ < parts_); });
  }
}

void ShardThreads::take_parts(std::unique_lock<std::mutex>& lock) {
  while (work_ != nullptr && taken_ < parts_) {
    const std::size_t part = taken_++;
    const auto& work = *work_;
    lock.unlock();
    work(part);
    lock.lock();
    if (++done_ == parts_) {
      is_done_.notify_one();
    }
  }
}

}  // namespace tocsin
