#include "detect/match/value_cache.h"

#include <algorithm>
#include <cstring>

namespace tocsin::match {
namespace {

constexpr std::size_t round_up(std::size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

}  // namespace

std::uint64_t ValueCache::hash_of(std::uint32_t group, ValueKind kind, std::uint64_t of_bytes) {
  const std::uint64_t asked = std::uint64_t{group} << 8U | static_cast<std::uint64_t>(kind);
  const std::uint64_t mixed = (of_bytes ^ (asked * 0x9E3779B97F4A7C15ULL)) * 0xD6E8FEB86659FD93ULL;
  return mixed ^ mixed >> 32U;
}

std::string_view ValueCache::key_bytes(const Value& value, std::array<char, 8>& room) {
  if (value.is_text()) {
    return value.as_text();
  }
  const std::int64_t bits = value.as_int();
  std::memcpy(room.data(), &bits, room.size());
  return {room.data(), room.size()};
}

std::optional<std::span<const AtomId>> ValueCache::find(const Key& key) const {
  if (sets_.empty()) {
    return std::nullopt;
  }
  const std::uint64_t tag = key.hash >> kPositionBits;
  for (const std::uint64_t way : sets_[key.hash % kSets]) {
    if (way == 0 || way >> kPositionBits != tag) {
      continue;
    }
    const std::uint64_t position = (way & ((std::uint64_t{1} << kPositionBits) - 1)) - 1;
    if (!is_alive(position)) {
      continue;
    }
    const char* const bytes = at(position);
    Entry entry;
    std::memcpy(&entry, bytes, sizeof entry);
    if (entry.group != key.group || entry.kind != key.kind || entry.size != key.bytes.size()) {
      continue;
    }
    const char* const atoms = bytes + sizeof entry;
    if (entry.size == 0 ||
        std::memcmp(atoms + entry.atoms * sizeof(AtomId), key.bytes.data(), entry.size) == 0) {
      return std::span(reinterpret_cast<const AtomId*>(atoms), entry.atoms);
    }
  }
  return std::nullopt;
}

void ValueCache::remember(const Key& key, std::span<const AtomId> atoms) {
  if (key.bytes.size() > kValueBytesMax || atoms.size() > kAtomsMax) {
    return;
  }
  if (sets_.empty()) {
    sets_.resize(kSets);
    ring_ = std::make_unique_for_overwrite<char[]>(kRingBytes);
  }
  const std::size_t atom_bytes = atoms.size() * sizeof(AtomId);
  const std::size_t needed = round_up(sizeof(Entry) + atom_bytes + key.bytes.size());
  if (const std::size_t left = kRingBytes - written_ % kRingBytes; left < needed) {
    written_ += left;
  }
  const std::uint64_t position = written_;
  written_ += needed;
  char* out = &ring_[position % kRingBytes];
  const Entry entry{key.group, static_cast<std::uint32_t>(key.bytes.size()),
                    static_cast<std::uint32_t>(atoms.size()), key.kind};
  std::memcpy(out, &entry, sizeof entry);
  if (!atoms.empty()) {
    std::memcpy(out + sizeof entry, atoms.data(), atom_bytes);
  }
  if (!key.bytes.empty()) {
    std::memcpy(out + sizeof entry + atom_bytes, key.bytes.data(), key.bytes.size());
  }
  // The oldest way, or an empty one, makes room.
  constexpr std::uint64_t kPosition = (std::uint64_t{1} << kPositionBits) - 1;
  Set& set = sets_[key.hash % kSets];
  auto& way = *std::ranges::min_element(set, {}, [](std::uint64_t one) { return one & kPosition; });
  way = key.hash >> kPositionBits << kPositionBits | ((position + 1) & kPosition);
}

}  // namespace tocsin::match
