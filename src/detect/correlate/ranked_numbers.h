// RankedNumbers: numbers that come and go, and which of them is the k-th smallest: O(log n) each.
//
// A treap (Seidel, Aragon 1996) in one array. NaN is not a number here. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"

namespace tocsin {

class RankedNumbers {
 public:
  void add(double number);
  // One that equals it; false when there is none.
  bool remove(double number);
  std::size_t size() const { return size_of(root_); }
  // rank < size(); 0 is the smallest.
  double at_rank(std::size_t rank) const;
  // Linear interpolation between the two nearest ranks; 0 of nothing.
  double percentile(double percent) const;
  std::size_t bytes() const { return nodes_.capacity() * sizeof(Node); }

 private:
  static constexpr std::uint32_t kNone = 0;  // nodes_[0] stands for no node

  struct Node {
    double number = 0;
    std::uint32_t left = kNone;
    std::uint32_t right = kNone;
    std::uint32_t size = 0;
    std::uint32_t priority = 0;
  };

  std::uint32_t size_of(std::uint32_t node) const { return node == kNone ? 0 : nodes_[node].size; }
  void update(std::uint32_t node);
  // Those below `number` (with `equals`: not above) and the others.
  void split(std::uint32_t node, double number, bool equals, std::uint32_t& low,
             std::uint32_t& high);
  std::uint32_t merge(std::uint32_t low, std::uint32_t high);

  std::vector<Node> nodes_;
  std::uint32_t root_ = kNone;
  std::uint32_t free_ = kNone;  // chained by `left`
  Rng rng_{0x5EED};             // balance only: order of arrival does not choose the priorities
};

}  // namespace tocsin
