#include "detect/correlate/ranked_numbers.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

void RankedNumbers::update(std::uint32_t node) {
  nodes_[node].size = 1 + size_of(nodes_[node].left) + size_of(nodes_[node].right);
}

void RankedNumbers::split(std::uint32_t node, double number, bool equals, std::uint32_t& low,
                          std::uint32_t& high) {
  if (node == kNone) {
    low = kNone;
    high = kNone;
    return;
  }
  const bool is_low = nodes_[node].number < number || (equals && nodes_[node].number <= number);
  std::uint32_t part = kNone;
  if (is_low) {
    split(nodes_[node].right, number, equals, part, high);
    nodes_[node].right = part;
    low = node;
  } else {
    split(nodes_[node].left, number, equals, low, part);
    nodes_[node].left = part;
    high = node;
  }
  update(node);
}

std::uint32_t RankedNumbers::merge(std::uint32_t low, std::uint32_t high) {
  if (low == kNone || high == kNone) {
    return low == kNone ? high : low;
  }
  if (nodes_[low].priority > nodes_[high].priority) {
    nodes_[low].right = merge(nodes_[low].right, high);
    update(low);
    return low;
  }
  nodes_[high].left = merge(low, nodes_[high].left);
  update(high);
  return high;
}

void RankedNumbers::add(double number) {
  if (nodes_.empty()) {
    nodes_.emplace_back();
  }
  std::uint32_t node = free_;
  if (node == kNone) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[node].left;
  }
  nodes_[node] = {number, kNone, kNone, 1, static_cast<std::uint32_t>(rng_.next())};
  std::uint32_t low = kNone;
  std::uint32_t high = kNone;
  split(root_, number, true, low, high);
  root_ = merge(merge(low, node), high);
}

bool RankedNumbers::remove(double number) {
  std::uint32_t low = kNone;
  std::uint32_t equal = kNone;
  std::uint32_t high = kNone;
  split(root_, number, false, low, high);
  split(high, number, true, equal, high);
  const std::uint32_t gone = equal;
  if (gone != kNone) {
    equal = merge(nodes_[gone].left, nodes_[gone].right);
    nodes_[gone].left = free_;
    free_ = gone;
  }
  root_ = merge(merge(low, equal), high);
  return gone != kNone;
}

double RankedNumbers::at_rank(std::size_t rank) const {
  std::uint32_t node = root_;
  while (true) {
    const std::size_t below = size_of(nodes_[node].left);
    if (rank == below) {
      return nodes_[node].number;
    }
    if (rank < below) {
      node = nodes_[node].left;
    } else {
      rank -= below + 1;
      node = nodes_[node].right;
    }
  }
}

double RankedNumbers::percentile(double percent) const {
  if (size() == 0) {
    return 0;
  }
  const double rank = percent / 100 * static_cast<double>(size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double low = at_rank(below);
  const double high = at_rank(std::min(below + 1, size() - 1));
  return low + (rank - std::floor(rank)) * (high - low);
}

}  // namespace tocsin
