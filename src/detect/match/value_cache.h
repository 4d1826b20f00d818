// ValueCache: which atoms a value of one field passed, remembered for values seen lately.
//
// Log values repeat (methods, hosts, agents, images): a repeated value costs one look-up instead of
// a scan. Bounded: kSlots values of at most kValueBytesMax bytes; a new value takes its slot from
// the old one. Where values hardly repeat the cache stands aside for a while. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "detect/match/text_tests.h"
#include "model/value.h"

namespace tocsin::match {

class ValueCache {
 public:
  static constexpr std::size_t kSlots = 512;
  static constexpr std::size_t kValueBytesMax = 512;

  // Vectors of atoms, or null pointer when the value is not known. `key` from key_of().
  const std::vector<AtomId>* find(ValueKind kind, std::string_view key) {
    if (resting_ > 0) {
      --resting_;
      return nullptr;
    }
    if (slots_.empty() || key.size() > kValueBytesMax) {
      return nullptr;
    }
    ++asked_;
    const Slot& slot = slots_[hash64(key, seed_) % kSlots];
    const bool found = slot.used && slot.kind == kind && slot.key == key;
    hits_ += found ? 1 : 0;
    if (asked_ == kWatchedFor) {
      resting_ = hits_ < kWorthHits ? kRest : 0;
      asked_ = 0;
      hits_ = 0;
    }
    return found ? &slot.atoms : nullptr;
  }

  void remember(ValueKind kind, std::string_view key, std::span<const AtomId> atoms) {
    if (resting_ > 0 || key.size() > kValueBytesMax) {
      return;
    }
    if (slots_.empty()) {
      slots_.resize(kSlots);
    }
    Slot& slot = slots_[hash64(key, seed_) % kSlots];
    slot.used = true;
    slot.kind = kind;
    slot.key = key;
    slot.atoms.assign(atoms.begin(), atoms.end());
  }

  // Texts stand for themselves; other kinds, whose text would have to be made, by their bits.
  static std::string_view key_of(const Value& value, std::array<char, 8>& room) {
    if (value.is_text()) {
      return value.as_text();
    }
    const std::int64_t bits = value.as_int();
    for (std::size_t i = 0; i < 8; ++i) {
      room[i] = static_cast<char>(static_cast<std::uint64_t>(bits) >> (8 * i));
    }
    return {room.data(), room.size()};
  }

 private:
  static constexpr std::uint32_t kWatchedFor = 4'096;
  static constexpr std::uint32_t kWorthHits = kWatchedFor / 4;
  static constexpr std::uint32_t kRest = 64 * 1024;

  struct Slot {
    bool used = false;
    ValueKind kind = ValueKind::kNull;
    std::string key;
    std::vector<AtomId> atoms;
  };

  std::vector<Slot> slots_;
  std::uint64_t seed_ = 0x746F6373696EULL;
  std::uint32_t asked_ = 0;
  std::uint32_t hits_ = 0;
  std::uint32_t resting_ = 0;
};

}  // namespace tocsin::match
