// BodyBudget: how many bytes of request bodies the server may hold at once, over all connections.
//
// A BodyLease is a share of it, given back when the lease is destroyed (on any thread, also after
// the server is gone). Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace tocsin {

class BodyBudget {
 public:
  explicit BodyBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  bool try_take(std::uint64_t bytes) {
    const std::uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes > bytes_max_) {
      used_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
    return true;
  }
  void give_back(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> used_{0};
};

// Movable, not copyable. An empty lease holds nothing.
class BodyLease {
 public:
  BodyLease() = default;
  explicit BodyLease(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  BodyLease(BodyLease&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyLease& operator=(BodyLease&& other) noexcept {
    release();
    budget_ = std::move(other.budget_);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }
  BodyLease(const BodyLease&) = delete;
  BodyLease& operator=(const BodyLease&) = delete;
  ~BodyLease() { release(); }

  // Makes the lease hold at least `bytes`. False when the budget has no room (nothing changes).
  [[nodiscard]] bool grow_to(std::uint64_t bytes) {
    if (bytes <= bytes_) {
      return true;
    }
    if (budget_ == nullptr || !budget_->try_take(bytes - bytes_)) {
      return false;
    }
    bytes_ = bytes;
    return true;
  }

  void release() {
    if (budget_ != nullptr && bytes_ != 0) {
      budget_->give_back(bytes_);
    }
    bytes_ = 0;
  }

 private:
  std::shared_ptr<BodyBudget> budget_;
  std::uint64_t bytes_ = 0;
};

}  // namespace tocsin
