// ValueCache: which atoms a value passed, remembered for values seen lately, of all fields
// together.
//
// Log values repeat (hosts, images, users, registry keys): a repeated value costs one look-up
// instead of a scan. A ring of bytes holds the values, the newest over the oldest, and a table of
// four-way sets finds them: kRingBytes + kSets × 32 bytes in all, whatever is sent. Values are
// compared in full, so a made-up hash collision costs only time. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "detect/match/text_tests.h"
#include "model/value.h"

namespace tocsin::match {

class ValueCache {
 public:
  static constexpr std::size_t kRingBytes = std::size_t{8} << 20U;
  static constexpr std::size_t kSets = std::size_t{1} << 15U;
  static constexpr std::size_t kValueBytesMax = 1'024;
  static constexpr std::size_t kAtomsMax = 1'024;

  // A value as one group of tests is asked about it. `bytes` of key_bytes().
  struct Key {
    std::uint32_t group = 0;
    ValueKind kind = ValueKind::kNull;
    std::string_view bytes;
    std::uint64_t hash = 0;
  };

  static std::uint64_t hash_of(std::uint32_t group, ValueKind kind, std::uint64_t of_bytes);
  // Texts stand for themselves; other kinds, whose text would have to be made, by their bits.
  static std::string_view key_bytes(const Value& value, std::array<char, 8>& room);

  // Brings the set of a key that is asked for soon closer.
  void expect(const Key& key) const {
    if (!sets_.empty()) {
      __builtin_prefetch(&sets_[key.hash % kSets]);
    }
  }
  // Valid until the next remember(); nothing when the value is not known.
  std::optional<std::span<const AtomId>> find(const Key& key) const;
  void remember(const Key& key, std::span<const AtomId> atoms);

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr unsigned kPositionBits = 48;

  // Before the atoms and the value's bytes in the ring.
  struct Entry {
    std::uint32_t group;
    std::uint32_t size;
    std::uint32_t atoms;
    ValueKind kind;
  };
  // Top 16 bits of the hash, then where the entry begins, counted from the first byte ever
  // written, plus one. Zero: empty.
  using Set = std::array<std::uint64_t, kWays>;

  bool is_alive(std::uint64_t position) const { return position + kRingBytes >= written_; }
  const char* at(std::uint64_t position) const { return &ring_[position % kRingBytes]; }

  std::vector<Set> sets_;
  std::unique_ptr<char[]> ring_;
  std::uint64_t written_ = 0;
};

}  // namespace tocsin::match
