#include "detect/correlate/group_table.h"

#include <bit>
#include <utility>

namespace tocsin {
namespace {

constexpr std::size_t kIndexMin = 64;
constexpr std::size_t kCacheLine = 64;
// Its cells of the index, its timer, its place in the list of free slots.
constexpr std::size_t kBesideBytes = 40;
// Classes from here on remember events in memory of their own.
constexpr std::size_t kFirstBigClass = 2;

}  // namespace

std::size_t GroupTable::home_of(std::uint32_t tag) const {
  return tag & (index_.size() - 1);
}

Group* GroupTable::find(const GroupName& name) {
  if (index_.empty()) {
    return nullptr;
  }
  const std::uint32_t tag = tag_of(name.hash);
  for (std::size_t at = home_of(tag); index_[at].slot != kNone;
       at = (at + 1) & (index_.size() - 1)) {
    if (index_[at].tag != tag) {
      continue;
    }
    Group& group = slot(index_[at].slot);
    if (group.hash == name.hash && group.correlation == name.correlation &&
        group.lane == name.lane && group.key.view() == name.key) {
      return &group;
    }
  }
  return nullptr;
}

void GroupTable::prefetch_cell(std::uint64_t hash) const {
  if (!index_.empty()) {
    __builtin_prefetch(&index_[home_of(tag_of(hash))]);
  }
}

void GroupTable::prefetch_group(std::uint64_t hash) {
  if (index_.empty()) {
    return;
  }
  const Cell& cell = index_[home_of(tag_of(hash))];
  if (cell.slot != kNone) {
    const auto* const group = reinterpret_cast<const char*>(&slot(cell.slot));
    for (std::size_t line = 0; line < sizeof(Group); line += kCacheLine) {
      __builtin_prefetch(group + line, 1);
    }
  }
}

Group& GroupTable::add(const GroupName& name, WindowKind kind) {
  if (free_.empty()) {
    const auto first = static_cast<std::uint32_t>(blocks_.size() * kBlock);
    blocks_.push_back(std::make_unique<std::array<Group, kBlock>>());
    for (std::uint32_t i = kBlock; i-- > 0;) {
      free_.push_back(first + i);
    }
  }
  Group& group = slot(free_.back());
  group.slot = free_.back();
  free_.pop_back();
  group.is_used = true;
  group.hash = name.hash;
  group.key = GroupKey(name.key);
  group.correlation = name.correlation;
  group.lane = name.lane;
  group.window = Window(kind);
  ++size_;
  group_bytes_ += base_bytes(group);
  if (4 * size_ > 3 * index_.size()) {
    std::vector<Cell> before =
        std::exchange(index_, std::vector<Cell>(std::max(kIndexMin, 2 * index_.size())));
    for (const Cell& cell : before) {
      if (cell.slot != kNone) {
        index_add(cell.tag, cell.slot);
      }
    }
  }
  index_add(tag_of(group.hash), group.slot);
  link(group, 0);
  return group;
}

void GroupTable::index_add(std::uint32_t tag, std::uint32_t slot) {
  std::size_t at = home_of(tag);
  while (index_[at].slot != kNone) {
    at = (at + 1) & (index_.size() - 1);
  }
  index_[at] = {tag, slot};
}

void GroupTable::index_remove(const Group& group) {
  const std::size_t mask = index_.size() - 1;
  std::size_t hole = home_of(tag_of(group.hash));
  while (index_[hole].slot != group.slot) {
    hole = (hole + 1) & mask;
  }
  index_[hole] = {};
  for (std::size_t at = (hole + 1) & mask; index_[at].slot != kNone; at = (at + 1) & mask) {
    if (((at - home_of(index_[at].tag)) & mask) >= ((at - hole) & mask)) {
      index_[hole] = std::exchange(index_[at], Cell{});
      hole = at;
    }
  }
}

std::size_t GroupTable::base_bytes(const Group& group) {
  return sizeof(Group) + kBesideBytes + group.key.bytes();
}

std::size_t GroupTable::class_of(const Group& group) {
  const std::size_t size = group.window.size();
  const std::size_t width = size < 2 ? 0 : static_cast<std::size_t>(std::bit_width(size - 1));
  if (group.in_episode()) {
    return kClasses - kOpenClasses + std::min(width / 4, kOpenClasses - 1);
  }
  return std::min(width, kClasses - kOpenClasses - 1);
}

void GroupTable::touched(Group& group) {
  const std::size_t episode = group.episode == nullptr ? 0 : sizeof(Episode);
  const std::size_t bytes = group.window.bytes() + episode;
  window_bytes_ += bytes - group.window_bytes;
  group.window_bytes = static_cast<std::uint32_t>(bytes);
  const std::size_t size_class = class_of(group);
  if (group.size_class != size_class) {
    unlink(group);
    link(group, size_class);
  }
}

void GroupTable::erase(Group& group) {
  unlink(group);
  index_remove(group);
  group_bytes_ -= base_bytes(group);
  window_bytes_ -= group.window_bytes;
  --size_;
  free_.push_back(group.slot);
  const std::uint32_t generation = group.generation + 1;
  group = Group();
  group.generation = generation;
}

Group* GroupTable::victim(const Group& spared) {
  const bool too_many = group_bytes_ > bytes_max_ / 2;
  if (!too_many && window_bytes_ <= bytes_max_ / 2) {
    return nullptr;
  }
  for (std::size_t c = too_many ? 0 : kFirstBigClass; c < kClasses; ++c) {
    for (std::uint32_t at = classes_[c].coldest; at != kNone; at = classes_[c].coldest) {
      Group& group = slot(at);
      if (at != spared.slot && group.touched <= group.linked) {
        return &group;
      }
      if (at == classes_[c].warmest) {
        break;
      }
      unlink(group);
      link(group, c);
    }
  }
  return nullptr;
}

Group* GroupTable::at(const Timer& timer) {
  Group& group = slot(timer.slot);
  return group.is_used && group.generation == timer.generation ? &group : nullptr;
}

void GroupTable::link(Group& group, std::size_t size_class) {
  ClassList& list = classes_[size_class];
  group.size_class = static_cast<std::uint8_t>(size_class);
  group.linked = group.touched;
  group.colder = list.warmest;
  group.warmer = kNone;
  (list.warmest == kNone ? list.coldest : slot(list.warmest).warmer) = group.slot;
  list.warmest = group.slot;
}

void GroupTable::unlink(Group& group) {
  ClassList& list = classes_[group.size_class];
  (group.colder == kNone ? list.coldest : slot(group.colder).warmer) = group.warmer;
  (group.warmer == kNone ? list.warmest : slot(group.warmer).colder) = group.colder;
}

}  // namespace tocsin
