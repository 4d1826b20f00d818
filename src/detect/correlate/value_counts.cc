#include "detect/correlate/value_counts.h"

#include <utility>

namespace tocsin {
namespace {

constexpr std::size_t kSlotsMin = 16;

}  // namespace

// Values may be small numbers (inputs): spread them.
std::size_t ValueCounts::home_of(std::uint64_t value) const {
  return (value * 0x9E3779B97F4A7C15ULL >> 32U) & (slots_.size() - 1);
}

// Its slot, or the free one where it would stand.
std::size_t ValueCounts::find(std::uint64_t value) const {
  std::size_t at = home_of(value);
  while (slots_[at].count != 0 && slots_[at].value != value) {
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void ValueCounts::add(std::uint64_t value) {
  if (4 * (used_ + 1) > 3 * slots_.size()) {
    grow();
  }
  Slot& slot = slots_[find(value)];
  if (slot.count == 0) {
    slot.value = value;
    ++used_;
  }
  ++slot.count;
}

void ValueCounts::remove(std::uint64_t value) {
  std::size_t hole = find(value);
  if (slots_[hole].count == 0 || --slots_[hole].count > 0) {
    return;
  }
  --used_;
  // Those behind move up where their way leads over the hole.
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = (hole + 1) & mask; slots_[at].count != 0; at = (at + 1) & mask) {
    if (((at - home_of(slots_[at].value)) & mask) >= ((at - hole) & mask)) {
      slots_[hole] = slots_[at];
      slots_[at].count = 0;
      hole = at;
    }
  }
}

bool ValueCounts::contains(std::uint64_t value) const {
  return !slots_.empty() && slots_[find(value)].count != 0;
}

void ValueCounts::grow() {
  std::vector<Slot> before =
      std::exchange(slots_, std::vector<Slot>(slots_.empty() ? kSlotsMin : 2 * slots_.size()));
  for (const Slot& slot : before) {
    if (slot.count != 0) {
      slots_[find(slot.value)] = slot;
    }
  }
}

}  // namespace tocsin
