#include "journal/merkle.h"

#include <bit>

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace tocsin::journal {
namespace {

// RFC 6962 §2.1 word for word.
Sha256Digest slow_root(std::span<const Sha256Digest> leaves) {
  if (leaves.empty()) {
    return sha256({});
  }
  if (leaves.size() == 1) {
    return leaves.front();
  }
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  return node_hash(slow_root(leaves.first(split)), slow_root(leaves.subspan(split)));
}

std::vector<Sha256Digest> leaves_of(std::size_t count) {
  std::vector<Sha256Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(leaf_hash(std::to_string(i)));
  }
  return leaves;
}

std::string hex(const Sha256Digest& digest) {
  return hex_encode(digest_view(digest));
}

// The test vectors of the certificate-transparency project.
TEST(Merkle, KnownRoots) {
  static constexpr std::array<std::string_view, 8> kInputs = {"",
                                                              "00",
                                                              "10",
                                                              "2021",
                                                              "3031",
                                                              "40414243",
                                                              "5051525354555657",
                                                              "606162636465666768696a6b6c6d6e6f"};
  static constexpr std::array<std::string_view, 8> kRoots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  std::vector<Sha256Digest> leaves;
  CompactRange range;
  EXPECT_EQ(hex(tree_root({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < kInputs.size(); ++i) {
    leaves.push_back(leaf_hash(*hex_decode(kInputs[i])));
    range.append_leaf(leaves.back());
    EXPECT_EQ(hex(tree_root(leaves)), kRoots[i]);
    EXPECT_EQ(hex(range.root()), kRoots[i]);
  }
}

TEST(Merkle, EveryWayToTheRootAgreesWithTheDefinition) {
  CompactRange growing;
  for (std::size_t size = 1; size <= 130; ++size) {
    const std::vector<Sha256Digest> leaves = leaves_of(size);
    growing.append_leaf(leaves.back());
    const Sha256Digest root = slow_root(leaves);
    EXPECT_EQ(tree_root(leaves), root);
    EXPECT_EQ(TreeLevels(leaves).root(), root);
    EXPECT_EQ(growing.root(), root);
  }
}

TEST(Merkle, InclusionPathsLeadToTheRootAndNoOtherLeafDoes) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::vector<Sha256Digest> leaves = leaves_of(size);
    const TreeLevels levels(leaves);
    for (std::size_t i = 0; i < size; ++i) {
      const auto path = inclusion_path(i, size, range_root_of(leaves));
      ASSERT_TRUE(path);
      EXPECT_EQ(levels.inclusion_path(i), *path);
      EXPECT_EQ(root_of_inclusion(leaves[i], i, size, *path), levels.root());
      EXPECT_NE(root_of_inclusion(leaf_hash("other"), i, size, *path), levels.root());
      if (i + 1 < size) {
        EXPECT_NE(root_of_inclusion(leaves[i], i + 1, size, *path), levels.root());
      }
      std::vector<Sha256Digest> longer = *path;
      longer.push_back(leaves[i]);
      EXPECT_EQ(root_of_inclusion(leaves[i], i, size, longer), std::nullopt);
    }
    EXPECT_EQ(root_of_inclusion(leaves[0], size, size, {}), std::nullopt);
  }
}

TEST(Merkle, ConsistencyHoldsForEveryPairOfSizesAndBreaksWithAnyChange) {
  for (std::size_t size = 1; size <= 34; ++size) {
    const std::vector<Sha256Digest> leaves = leaves_of(size);
    const Sha256Digest root = tree_root(leaves);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      const Sha256Digest old_root = slow_root(std::span(leaves).first(old_size));
      const auto path = consistency_path(old_size, size, range_root_of(leaves));
      ASSERT_TRUE(path);
      EXPECT_TRUE(consistent(old_size, old_root, size, root, *path));
      EXPECT_FALSE(consistent(old_size, leaf_hash("x"), size, root, *path));
      EXPECT_FALSE(consistent(old_size, old_root, size, leaf_hash("x"), *path));
      if (!path->empty()) {
        std::vector<Sha256Digest> changed = *path;
        changed.back()[0] ^= 1U;
        EXPECT_FALSE(consistent(old_size, old_root, size, root, changed));
        changed.pop_back();
        EXPECT_FALSE(consistent(old_size, old_root, size, root, changed));
      }
    }
  }
  EXPECT_FALSE(consistent(0, sha256({}), 1, leaf_hash("x"), {}));
  EXPECT_FALSE(consistent(2, leaf_hash("x"), 1, leaf_hash("x"), {}));
}

TEST(Merkle, RangesJoinToTheSameTreeWhereverTheyWereCut) {
  const std::vector<Sha256Digest> leaves = leaves_of(61);
  const Sha256Digest root = tree_root(leaves);
  for (std::size_t cut = 0; cut <= leaves.size(); ++cut) {
    CompactRange left;
    CompactRange right(cut);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      (i < cut ? left : right).append_leaf(leaves[i]);
    }
    ASSERT_TRUE(left.append_all(right.nodes()));
    EXPECT_EQ(left.root(), root);
  }
}

TEST(Merkle, NodesThatDoNotContinueARangeAreRefused) {
  CompactRange range;
  range.append_leaf(leaf_hash("0"));
  const std::vector<CompactRange::Node> gap{{2, 0, {}}};
  const std::vector<CompactRange::Node> unaligned{{1, 1, {}}};
  const std::vector<CompactRange::Node> absurd{{1, 63, {}}};
  EXPECT_FALSE(range.append_all(gap));
  EXPECT_FALSE(range.append_all(unaligned));
  EXPECT_FALSE(range.append_all(absurd));
}

}  // namespace
}  // namespace tocsin::journal
