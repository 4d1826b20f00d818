// ListedTexts: short texts (domains, URLs, bytes of hashes, user agents), each with the number of
// its detail. Immutable once filled; a look-up is one hash and usually one probe. The texts lie in
// one pool: 100,000 hashes of 32 bytes take about 6 MiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class ListedTexts {
 public:
  static constexpr std::uint64_t kPoolBytesMax = 1ULL << 30U;
  static constexpr std::uint32_t kNone = UINT32_MAX;

  explicit ListedTexts(std::uint64_t seed = 0) : seed_(seed) {}

  // The entry of the text, put in with `detail` when it was not there; kNone when the pool is full.
  std::uint32_t put(std::string_view text, std::uint32_t detail);
  // The entry, or kNone.
  std::uint32_t find(std::string_view text) const;

  std::uint32_t detail(std::uint32_t entry) const { return entries_[entry].detail; }
  void set_detail(std::uint32_t entry, std::uint32_t detail) { entries_[entry].detail = detail; }
  std::string_view text(std::uint32_t entry) const {
    return std::string_view(pool_).substr(entries_[entry].offset, entries_[entry].size);
  }
  std::size_t size() const { return entries_.size(); }
  std::size_t memory_bytes() const;
  void shrink_to_fit();

 private:
  struct Entry {
    std::uint32_t offset;
    std::uint32_t size;
    std::uint32_t detail;
  };
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = kNone;
  };

  // Two bits of one word stand for each text: most that are not here are told by that alone.
  static std::uint64_t filter_bits(std::uint64_t hash) {
    return (1ULL << (hash >> 58U)) | (1ULL << (hash >> 52U & 63U));
  }
  std::uint64_t& filter_word(std::uint64_t hash) {
    return filter_[hash >> 20U & (filter_.size() - 1)];
  }

  // Where the text is, or the free slot where it belongs.
  std::size_t slot_for(std::string_view text, std::uint64_t hash) const;
  void grow();

  std::uint64_t seed_;
  std::string pool_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> filter_;
  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
};

}  // namespace tocsin
