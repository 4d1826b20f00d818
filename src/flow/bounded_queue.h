// BoundedQueue<T>: hands batches from threads to threads by moving them.
//
// Bounded by count: push() waits, try_push() refuses (the caller counts or answers 429). close()
// lets the consumers drain what is there; after that pop() gives nothing. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "base/time.h"

namespace tocsin {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t items_max) : items_max_(items_max) {}

  // Waits for room. False (and the item is dropped) when the queue is closed.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return closed_ || items_.size() < items_max_; });
    if (closed_) {
      return false;
    }
    items_.push_back(std::move(item));
    has_item_.notify_one();
    return true;
  }

  // Moves from `item` only when it returns true.
  bool try_push(T& item) {
    const std::scoped_lock lock(mutex_);
    if (closed_ || items_.size() >= items_max_) {
      return false;
    }
    items_.push_back(std::move(item));
    has_item_.notify_one();
    return true;
  }

  // Waits for an item; nothing when the queue is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    has_item_.wait(lock, [this] { return closed_ || !items_.empty(); });
    return take();
  }

  // The same, but nothing also after `limit`.
  std::optional<T> pop_for(Span limit) {
    std::unique_lock lock(mutex_);
    has_item_.wait_for(lock, std::chrono::microseconds(limit.value),
                       [this] { return closed_ || !items_.empty(); });
    return take();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    has_item_.notify_all();
    has_room_.notify_all();
  }

  bool closed() const {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }

  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }

 private:
  std::optional<T> take() {
    if (items_.empty()) {
      return std::nullopt;
    }
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    has_room_.notify_one();
    return item;
  }

  const std::size_t items_max_;
  mutable std::mutex mutex_;
  std::condition_variable has_item_;
  std::condition_variable has_room_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace tocsin
