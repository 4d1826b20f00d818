// Merkle trees as in RFC 6962 §2.1: hashes, paths and their checks. Pure.
//
// A tree over n leaves splits at the largest power of two below n. Leaves and nodes are hashed with
// different prefixes, so that a node can never be passed off as a leaf.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

namespace tocsin::journal {

Sha256Digest leaf_hash(std::string_view data);  // SHA-256(0x00 ‖ data)
Sha256Digest node_hash(const Sha256Digest& left,
                       const Sha256Digest& right);  // SHA-256(0x01 ‖ l ‖ r)

// Root of a whole tree; the root of no leaves is SHA-256 of nothing. Destroys `leaves`.
Sha256Digest tree_root(std::vector<Sha256Digest> leaves);

// A whole small tree with all its nodes, for many paths.
class TreeLevels {
 public:
  explicit TreeLevels(std::vector<Sha256Digest> leaves);  // at least one
  const Sha256Digest& root() const { return levels_.back().front(); }
  const Sha256Digest& leaf(std::uint64_t index) const { return levels_.front()[index]; }
  std::uint64_t size() const { return levels_.front().size(); }
  std::vector<Sha256Digest> inclusion_path(std::uint64_t index) const;  // index < size()

 private:
  std::vector<std::vector<Sha256Digest>> levels_;
};

// Gives the root of the leaves [begin, end).
using RangeRoot = std::function<Result<Sha256Digest>(std::uint64_t begin, std::uint64_t end)>;
// Over leaves that are all at hand.
RangeRoot range_root_of(std::span<const Sha256Digest> leaves);

// index < size.
Result<std::vector<Sha256Digest>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                                 const RangeRoot& root_of);
// 0 < old_size <= new_size.
Result<std::vector<Sha256Digest>> consistency_path(std::uint64_t old_size, std::uint64_t new_size,
                                                   const RangeRoot& root_of);

// The root that a path leads to (RFC 9162 §2.1.3.2); nothing when its length is wrong.
std::optional<Sha256Digest> root_of_inclusion(const Sha256Digest& leaf, std::uint64_t index,
                                              std::uint64_t size,
                                              std::span<const Sha256Digest> path);
// RFC 9162 §2.1.4.2.
bool consistent(std::uint64_t old_size, const Sha256Digest& old_root, std::uint64_t new_size,
                const Sha256Digest& new_root, std::span<const Sha256Digest> path);

// The fewest whole subtrees that cover the leaves [begin, end): enough to go on growing a tree
// without its leaves. At most two for each level.
class CompactRange {
 public:
  struct Node {
    std::uint64_t begin = 0;
    std::uint32_t level = 0;  // covers 2^level leaves
    Sha256Digest hash{};

    std::uint64_t end() const { return begin + (std::uint64_t{1} << level); }
    bool operator==(const Node&) const = default;
  };

  explicit CompactRange(std::uint64_t begin = 0) : begin_(begin), end_(begin) {}

  void append_leaf(const Sha256Digest& leaf) { append(Node{end_, 0, leaf}); }
  // node.begin == end().
  void append(const Node& node);
  // False when `nodes` do not continue this range (they come from a file).
  [[nodiscard]] bool append_all(std::span<const Node> nodes);

  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  // Only for ranges that begin at 0.
  Sha256Digest root() const;

 private:
  std::uint64_t begin_;
  std::uint64_t end_;
  std::vector<Node> nodes_;
};

}  // namespace tocsin::journal
