// Sequencer<T>: several workers finish tickets in any order; one reader gets them in order.
//
// Bounded: issue() waits while `in_flight_max` tickets are out, so a slow reader stops the workers.
// Thread-safe. After close() issue() refuses; next() gives what is complete, in order, then
// nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/time.h"

namespace tocsin {

template <class T>
class Sequencer {
 public:
  explicit Sequencer(std::size_t in_flight_max) : in_flight_max_(in_flight_max) {}

  // The next ticket, or nothing when closed.
  std::optional<std::uint64_t> issue() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || issued_ - taken_ < in_flight_max_; });
    if (closed_) {
      return std::nullopt;
    }
    return issued_++;
  }

  void finish(std::uint64_t ticket, T result) {
    const std::scoped_lock lock(mutex_);
    done_.emplace(ticket, std::move(result));
    if (ticket == taken_) {
      ready_.notify_one();
    }
  }

  // Waits for the result of the oldest ticket. Nothing when closed and no ticket is out.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] {
      return (!done_.empty() && done_.begin()->first == taken_) || (closed_ && issued_ == taken_);
    });
    return take();
  }

  // The same, but nothing also after `limit`.
  std::optional<T> next_for(Span limit) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::microseconds(limit.value), [this] {
      return (!done_.empty() && done_.begin()->first == taken_) || (closed_ && issued_ == taken_);
    });
    return take();
  }

  // Closed, and every result was taken.
  bool is_over() const {
    const std::scoped_lock lock(mutex_);
    return closed_ && issued_ == taken_;
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    room_.notify_all();
    ready_.notify_all();
  }

 private:
  std::optional<T> take() {
    if (done_.empty() || done_.begin()->first != taken_) {
      return std::nullopt;
    }
    std::optional<T> result(std::move(done_.begin()->second));
    done_.erase(done_.begin());
    ++taken_;
    room_.notify_one();
    return result;
  }

  const std::size_t in_flight_max_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable ready_;
  std::map<std::uint64_t, T> done_;
  std::uint64_t issued_ = 0;
  std::uint64_t taken_ = 0;
  bool closed_ = false;
};

}  // namespace tocsin
