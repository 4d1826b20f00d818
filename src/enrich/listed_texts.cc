#include "enrich/listed_texts.h"

#include "base/hash.h"

namespace tocsin {
namespace {

constexpr std::size_t kFirstSlots = 16;
constexpr std::size_t kSlotsPerWord = 8;  // of the filter: 16 bits and more for each text

std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32U);
}

}  // namespace

std::size_t ListedTexts::slot_for(std::string_view text, std::uint64_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].entry != kNone) {
    if (slots_[at].tag == tag_of(hash) && this->text(slots_[at].entry) == text) {
      return at;
    }
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void ListedTexts::grow() {
  std::vector<Slot> old(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  old.swap(slots_);
  filter_.assign(slots_.size() / kSlotsPerWord, 0);
  for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) {
    const std::uint64_t hash = hash64(text(entry), seed_);
    slots_[slot_for(text(entry), hash)] = {tag_of(hash), entry};
    filter_word(hash) |= filter_bits(hash);
  }
}

std::uint32_t ListedTexts::put(std::string_view text, std::uint32_t detail) {
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    grow();
  }
  const std::uint64_t hash = hash64(text, seed_);
  Slot& slot = slots_[slot_for(text, hash)];
  if (slot.entry != kNone) {
    return slot.entry;
  }
  if (pool_.size() + text.size() > kPoolBytesMax) {
    return kNone;
  }
  slot = {tag_of(hash), static_cast<std::uint32_t>(entries_.size())};
  entries_.push_back(
      {static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(text.size()), detail});
  pool_ += text;
  filter_word(hash) |= filter_bits(hash);
  return slot.entry;
}

std::uint32_t ListedTexts::find(std::string_view text) const {
  if (slots_.empty()) {
    return kNone;
  }
  const std::uint64_t hash = hash64(text, seed_);
  const std::uint64_t bits = filter_bits(hash);
  const std::uint64_t word = filter_[hash >> 20U & (filter_.size() - 1)];
  return (word & bits) == bits ? slots_[slot_for(text, hash)].entry : kNone;
}

std::size_t ListedTexts::memory_bytes() const {
  return pool_.capacity() + entries_.capacity() * sizeof(Entry) + slots_.size() * sizeof(Slot) +
         filter_.size() * sizeof(std::uint64_t);
}

void ListedTexts::shrink_to_fit() {
  pool_.shrink_to_fit();
  entries_.shrink_to_fit();
}

}  // namespace tocsin
