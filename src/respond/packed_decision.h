// PackedDecision: a decision in one small piece of memory, shared by snapshots, and Ref, the
// counted pointer to it. What many decisions have in common is a DecisionContext, kept once.
//
// Immutable, so any thread may read one that it has a Ref to or that a snapshot in its hands holds.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "model/decision.h"

namespace tocsin {

// Counted pointer to an immutable object that counts itself: T has retain() and release().
template <class T>
class Ref {
 public:
  Ref() = default;
  // Takes over one count.
  static Ref adopt(const T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  static Ref share(const T* object) {
    object->retain();
    return adopt(object);
  }
  Ref(const Ref& other) : object_(other.object_) {
    if (object_ != nullptr) {
      object_->retain();
    }
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) {
      object_->release();
    }
  }

  const T* get() const { return object_; }
  const T& operator*() const { return *object_; }
  const T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  const T* leak() { return std::exchange(object_, nullptr); }

 private:
  const T* object_ = nullptr;
};

struct DecisionContext {
  std::string custom, rule_id, rule_version, rule_title, playbook, decided_by, origin, redirect_to;
  std::string reason;  // when many share it; else empty
  std::optional<ThrottleRate> rate;
  std::uint64_t uuid_seed = 0;
  bool operator==(const DecisionContext&) const = default;
};

class PackedDecision {
 public:
  // `target_hash` is DecisionSnapshot::hash_of().
  static Ref<PackedDecision> make(const Decision& decision,
                                  std::shared_ptr<const DecisionContext> context,
                                  std::uint64_t target_hash);

  std::uint64_t id() const { return id_; }
  DecisionKind kind() const { return kind_; }
  ScopeKind scope() const { return scope_; }
  Micros created() const { return created_; }
  Micros until() const { return until_; }
  IpNetwork network() const { return {base_, prefix_bits_}; }
  std::uint32_t strike() const { return strike_; }
  bool dry_run() const { return dry_run_; }
  const DecisionContext& context() const { return *context_; }
  std::string_view reason() const;
  std::string_view alert_id() const;
  std::string value() const;  // canonical text
  std::string uuid() const;   // version 4, the same whenever asked
  Decision full() const;

  bool same_target(ScopeKind scope, std::string_view value, const IpNetwork& network) const;
  std::uint64_t target_hash() const { return target_hash_; }
  std::size_t bytes() const;  // of memory, its share of the allocator's included

  void retain() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void release() const;

 private:
  PackedDecision(const Decision& decision, std::shared_ptr<const DecisionContext> context,
                 std::uint64_t target_hash);
  ~PackedDecision() = default;
  std::string_view text(std::size_t from, std::size_t size) const;

  mutable std::atomic<std::uint32_t> refs_{1};
  std::uint32_t strike_;
  std::uint64_t id_;
  std::uint64_t target_hash_;
  Micros created_;
  Micros until_;
  IpAddress base_;
  std::shared_ptr<const DecisionContext> context_;
  std::uint16_t value_size_ = 0;  // 0 for addresses and networks
  std::uint16_t reason_size_ = 0;
  std::uint16_t alert_size_ = 0;
  std::uint8_t prefix_bits_;
  DecisionKind kind_;
  ScopeKind scope_;
  bool dry_run_;
};

std::string decision_uuid(std::uint64_t seed, std::uint64_t id);

}  // namespace tocsin
