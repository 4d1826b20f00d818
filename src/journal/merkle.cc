#include "journal/merkle.h"

#include <bit>
#include <cstring>

#include "base/check.h"

namespace tocsin::journal {
namespace {

// The largest power of two below n; n > 1.
std::uint64_t split_of(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

Status add_inclusion(std::uint64_t index, std::uint64_t begin, std::uint64_t end,
                     const RangeRoot& root_of, std::vector<Sha256Digest>& path) {
  if (end - begin == 1) {
    return {};
  }
  const std::uint64_t middle = begin + split_of(end - begin);
  const bool left = index < middle;
  TRY(left ? add_inclusion(index, begin, middle, root_of, path)
           : add_inclusion(index, middle, end, root_of, path));
  TRY_ASSIGN(const Sha256Digest sibling, left ? root_of(middle, end) : root_of(begin, middle));
  path.push_back(sibling);
  return {};
}

// RFC 6962 §2.1.2, SUBPROOF(old, D[begin:end], whole).
Status add_consistency(std::uint64_t old_end, std::uint64_t begin, std::uint64_t end, bool whole,
                       const RangeRoot& root_of, std::vector<Sha256Digest>& path) {
  if (old_end == end) {
    if (!whole) {
      TRY_ASSIGN(const Sha256Digest root, root_of(begin, end));
      path.push_back(root);
    }
    return {};
  }
  const std::uint64_t middle = begin + split_of(end - begin);
  const bool left = old_end <= middle;
  TRY(left ? add_consistency(old_end, begin, middle, whole, root_of, path)
           : add_consistency(old_end, middle, end, false, root_of, path));
  TRY_ASSIGN(const Sha256Digest other, left ? root_of(middle, end) : root_of(begin, middle));
  path.push_back(other);
  return {};
}

}  // namespace

Sha256Digest leaf_hash(std::string_view data) {
  return sha256(std::string_view("\0", 1), data);
}

Sha256Digest node_hash(const Sha256Digest& left, const Sha256Digest& right) {
  char bytes[65];
  bytes[0] = 1;
  std::memcpy(bytes + 1, left.data(), 32);
  std::memcpy(bytes + 33, right.data(), 32);
  return sha256(std::string_view(bytes, sizeof(bytes)));
}

// Level by level; an odd node at the end rises unchanged. That is the same tree as RFC 6962's.
Sha256Digest tree_root(std::vector<Sha256Digest> leaves) {
  if (leaves.empty()) {
    return sha256({});
  }
  while (leaves.size() > 1) {
    const std::size_t pairs = leaves.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) {
      leaves[i] = node_hash(leaves[2 * i], leaves[2 * i + 1]);
    }
    if (leaves.size() % 2 == 1) {
      leaves[pairs] = leaves.back();
    }
    leaves.resize(pairs + leaves.size() % 2);
  }
  return leaves.front();
}

TreeLevels::TreeLevels(std::vector<Sha256Digest> leaves) {
  CHECK(!leaves.empty());
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    const std::vector<Sha256Digest>& below = levels_.back();
    std::vector<Sha256Digest> level;
    level.reserve((below.size() + 1) / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
      level.push_back(node_hash(below[i], below[i + 1]));
    }
    if (below.size() % 2 == 1) {
      level.push_back(below.back());
    }
    levels_.push_back(std::move(level));
  }
}

std::vector<Sha256Digest> TreeLevels::inclusion_path(std::uint64_t index) const {
  CHECK(index < size());
  std::vector<Sha256Digest> path;
  for (const std::vector<Sha256Digest>& level : levels_) {
    const std::uint64_t sibling = index ^ 1U;
    if (sibling < level.size()) {
      path.push_back(level[sibling]);
    }
    index /= 2;
  }
  return path;
}

RangeRoot range_root_of(std::span<const Sha256Digest> leaves) {
  return [leaves](std::uint64_t begin, std::uint64_t end) -> Result<Sha256Digest> {
    const auto part = leaves.subspan(begin, end - begin);
    return tree_root(std::vector<Sha256Digest>(part.begin(), part.end()));
  };
}

Result<std::vector<Sha256Digest>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                                 const RangeRoot& root_of) {
  CHECK(index < size);
  std::vector<Sha256Digest> path;
  TRY(add_inclusion(index, 0, size, root_of, path));
  return path;
}

Result<std::vector<Sha256Digest>> consistency_path(std::uint64_t old_size, std::uint64_t new_size,
                                                   const RangeRoot& root_of) {
  CHECK(old_size > 0 && old_size <= new_size);
  std::vector<Sha256Digest> path;
  TRY(add_consistency(old_size, 0, new_size, true, root_of, path));
  return path;
}

std::optional<Sha256Digest> root_of_inclusion(const Sha256Digest& leaf, std::uint64_t index,
                                              std::uint64_t size,
                                              std::span<const Sha256Digest> path) {
  if (index >= size) {
    return std::nullopt;
  }
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Sha256Digest root = leaf;
  for (const Sha256Digest& sibling : path) {
    if (last == 0) {
      return std::nullopt;
    }
    if (node % 2 == 1 || node == last) {
      root = node_hash(sibling, root);
      while (node % 2 == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      root = node_hash(root, sibling);
    }
    node >>= 1U;
    last >>= 1U;
  }
  return last == 0 ? std::optional(root) : std::nullopt;
}

bool consistent(std::uint64_t old_size, const Sha256Digest& old_root, std::uint64_t new_size,
                const Sha256Digest& new_root, std::span<const Sha256Digest> path) {
  if (old_size == 0 || old_size > new_size) {
    return false;
  }
  if (old_size == new_size) {
    return path.empty() && old_root == new_root;
  }
  std::vector<Sha256Digest> full;
  if (std::has_single_bit(old_size)) {
    full.push_back(old_root);
  }
  full.insert(full.end(), path.begin(), path.end());
  if (full.empty()) {
    return false;
  }
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while (node % 2 == 1) {
    node >>= 1U;
    last >>= 1U;
  }
  Sha256Digest old_made = full.front();
  Sha256Digest new_made = full.front();
  for (const Sha256Digest& hash : std::span(full).subspan(1)) {
    if (last == 0) {
      return false;
    }
    if (node % 2 == 1 || node == last) {
      old_made = node_hash(hash, old_made);
      new_made = node_hash(hash, new_made);
      while (node % 2 == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      new_made = node_hash(new_made, hash);
    }
    node >>= 1U;
    last >>= 1U;
  }
  return last == 0 && old_made == old_root && new_made == new_root;
}

void CompactRange::append(const Node& node) {
  CHECK(node.begin == end_);
  nodes_.push_back(node);
  end_ = node.end();
  while (nodes_.size() >= 2) {
    const Node& right = nodes_.back();
    Node& left = nodes_[nodes_.size() - 2];
    if (left.level != right.level || left.begin % (std::uint64_t{2} << left.level) != 0) {
      return;
    }
    left.hash = node_hash(left.hash, right.hash);
    ++left.level;
    nodes_.pop_back();
  }
}

bool CompactRange::append_all(std::span<const Node> nodes) {
  for (const Node& node : nodes) {
    if (node.level > 62 || node.begin != end_ ||
        node.begin % (std::uint64_t{1} << node.level) != 0) {
      return false;
    }
    append(node);
  }
  return true;
}

Sha256Digest CompactRange::root() const {
  CHECK(begin_ == 0);
  if (nodes_.empty()) {
    return sha256({});
  }
  Sha256Digest root = nodes_.back().hash;
  for (std::size_t i = nodes_.size() - 1; i-- > 0;) {
    root = node_hash(nodes_[i].hash, root);
  }
  return root;
}

}  // namespace tocsin::journal
