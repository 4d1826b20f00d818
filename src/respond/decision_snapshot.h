// DecisionSnapshot: all decisions that enforcers shall apply, at one moment. Immutable: any thread.
//
// Look-ups cost one hash probe for each network size that is in use (docs/decisions.md has
// figures). The next snapshot shares nearly everything with the one before, so that taking a
// decision costs microseconds. Dry-run decisions are not here. Decisions end by themselves:
// look-ups compare with the book's time, whether or not the book has lifted them already.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "respond/packed_decision.h"
#include "respond/radix_map.h"

namespace tocsin {

struct DecisionIdKey {
  std::uint64_t operator()(const PackedDecision& decision) const { return decision.id(); }
};
struct DecisionTargetKey {
  std::uint64_t operator()(const PackedDecision& decision) const { return decision.target_hash(); }
};

class DecisionSnapshot {
 public:
  using Visit = std::function<void(const PackedDecision&)>;

  DecisionSnapshot() = default;
  explicit DecisionSnapshot(std::uint64_t hash_seed) : hash_seed_(hash_seed) {}

  // Every decision on the address itself or a network around it that holds at `now`. Pointers are
  // valid while the snapshot is held. Order: widest network first.
  void find(const IpAddress& address, Micros now, std::vector<const PackedDecision*>& out) const;
  // The same for one of the other scopes, by its canonical value ("alice", "DE", "AS64500").
  void find(ScopeKind scope, std::string_view value, Micros now,
            std::vector<const PackedDecision*>& out) const;
  // The strongest that holds: block, redirect, disable, challenge, throttle, custom; or null.
  const PackedDecision* strongest(const IpAddress& address, Micros now) const;
  const PackedDecision* strongest(ScopeKind scope, std::string_view value, Micros now) const;

  // The one on exactly this target with this kind (and word of kCustom), ended or not; or null.
  const PackedDecision* exact(const DecisionTarget& target, DecisionKind kind,
                              std::string_view custom) const;
  const PackedDecision* by_id(std::uint64_t id) const { return by_id_.find(id); }

  // In the order of ids, from the first above `after`.
  void for_each(const Visit& visit, std::uint64_t after = 0) const;
  // Those whose network overlaps: it lies within the decision's or around it.
  void overlapping(const IpNetwork& network, const Visit& visit) const;

  // Whether any decision has, or had, this scope.
  bool has_scope(ScopeKind scope) const;
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Number of the last change that is in here: for DecisionBook::changes_since().
  std::uint64_t cursor() const { return cursor_; }

  // For the book: the next snapshot.
  void insert(Ref<PackedDecision> decision);
  void erase(const PackedDecision& decision);
  // The highest id that was ever in here, ended or not.
  std::uint64_t highest_id() const { return highest_id_; }
  void set_cursor(std::uint64_t cursor) { cursor_ = cursor; }
  std::uint64_t hash_of(const DecisionTarget& target) const;

 private:
  // Decisions that are found by one hash: same scope, size of network, kind and custom word.
  struct Shape {
    ScopeKind scope;
    std::uint8_t prefix_bits;
    DecisionKind kind;
    std::string custom;
    RadixMap<PackedDecision, DecisionTargetKey> by_target;
    std::size_t size = 0;
  };

  const Shape* shape_of(ScopeKind scope, std::uint8_t prefix_bits, DecisionKind kind,
                        std::string_view custom) const;
  static const PackedDecision* probe(const Shape& shape, std::uint64_t hash, ScopeKind scope,
                                     std::string_view value, const IpNetwork& network);

  std::uint64_t hash_seed_ = 0;
  std::uint64_t cursor_ = 0;
  std::uint64_t highest_id_ = 0;
  std::size_t size_ = 0;
  RadixMap<PackedDecision, DecisionIdKey> by_id_;
  std::vector<Shape> shapes_;  // by scope, then widest network first
};

}  // namespace tocsin
