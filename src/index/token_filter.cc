#include "index/token_filter.h"

#include <array>
#include <bit>
#include <cstring>

namespace tocsin {
namespace {

// File := Filter+ ; Filter := magic "TKF1" | u32 blocks (little endian) | blocks × 32 bytes.
// blocks = 0 means "anything may be there".
constexpr std::string_view kMagic = "TKF1";
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kBlockBytes = 32;
constexpr std::size_t kBitsPerToken = 16;

using Block = std::array<std::uint32_t, 8>;
static_assert(sizeof(Block) == kBlockBytes);
static_assert(std::endian::native == std::endian::little);

constexpr std::array<std::uint32_t, 8> kSalts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU,
                                                 0xa2b7289dU, 0x705495c7U, 0x2df1424bU,
                                                 0x9efc4947U, 0x5c6bfb31U};

Block mask_of(std::uint64_t token) {
  Block mask{};
  const auto key = static_cast<std::uint32_t>(token);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask[i] = 1U << ((key * kSalts[i]) >> 27U);
  }
  return mask;
}

std::uint32_t block_of(std::uint64_t token, std::uint32_t blocks) {
  return static_cast<std::uint32_t>(((token >> 32U) * blocks) >> 32U);
}

bool one_filter_holds(const FilterRead& read, std::uint64_t at, std::uint32_t blocks,
                      std::span<const std::uint64_t> tokens) {
  for (const std::uint64_t token : tokens) {
    Block block{};
    const std::uint64_t offset = at + std::uint64_t{block_of(token, blocks)} * kBlockBytes;
    std::array<char, kBlockBytes> bytes{};
    const auto got = read(offset, bytes);
    if (!got || *got != kBlockBytes) {
      return true;
    }
    std::memcpy(block.data(), bytes.data(), kBlockBytes);
    const Block mask = mask_of(token);
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if ((block[i] & mask[i]) == 0) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

TokenSet::TokenSet(std::size_t tokens_max)
    : tokens_max_(tokens_max), slots_(std::size_t{1} << 12U), mask_(slots_.size() - 1) {}

void TokenSet::insert(std::size_t at, std::uint64_t token) {
  if (token == 0 || too_many_) {  // 0 marks an empty slot; nobody asks for it in practice
    too_many_ = too_many_ || token == 0;
    return;
  }
  if (size_ >= tokens_max_) {
    too_many_ = true;
    return;
  }
  slots_[at] = token;
  if (++size_ * 2 <= slots_.size()) {
    return;
  }
  std::vector<std::uint64_t> old(slots_.size() * 2);
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const std::uint64_t kept : old) {
    if (kept == 0) {
      continue;
    }
    std::size_t slot = kept & mask_;
    while (slots_[slot] != 0) {
      slot = (slot + 1) & mask_;
    }
    slots_[slot] = kept;
  }
}

std::string TokenSet::filter() const {
  const std::size_t bits = size_ * kBitsPerToken;
  const auto blocks = too_many_ ? 0U : static_cast<std::uint32_t>(bits / (kBlockBytes * 8) + 1);
  std::vector<Block> table(blocks);
  if (!too_many_) {
    for (const std::uint64_t token : slots_) {
      if (token == 0) {
        continue;
      }
      Block& block = table[block_of(token, blocks)];
      const Block mask = mask_of(token);
      for (std::size_t i = 0; i < mask.size(); ++i) {
        block[i] |= mask[i];
      }
    }
  }
  std::string out(kMagic);
  out.resize(kHeaderBytes + table.size() * kBlockBytes);
  std::memcpy(out.data() + kMagic.size(), &blocks, sizeof(blocks));
  if (!table.empty()) {
    std::memcpy(out.data() + kHeaderBytes, table.data(), table.size() * kBlockBytes);
  }
  return out;
}

bool filter_may_hold(const FilterRead& read, std::uint64_t file_bytes,
                     std::span<const std::uint64_t> tokens) {
  std::uint64_t at = 0;
  while (at < file_bytes) {
    std::array<char, kHeaderBytes> header{};
    const auto got = read(at, header);
    if (!got || *got != kHeaderBytes || std::string_view(header.data(), 4) != kMagic) {
      return true;
    }
    std::uint32_t blocks = 0;
    std::memcpy(&blocks, header.data() + 4, sizeof(blocks));
    at += kHeaderBytes;
    if (blocks == 0 || one_filter_holds(read, at, blocks, tokens)) {
      return true;
    }
    at += std::uint64_t{blocks} * kBlockBytes;
  }
  return file_bytes == 0;
}

}  // namespace tocsin
