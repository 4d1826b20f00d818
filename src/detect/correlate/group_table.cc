#include "detect/correlate/group_table.h"

#include <algorithm>
#include <bit>

namespace tocsin {

Group* GroupTable::find(std::string_view key) {
  const auto found = groups_.find(key);
  return found == groups_.end() ? nullptr : found->second.get();
}

Group& GroupTable::find_or_add(std::string_view key, std::uint32_t correlation) {
  if (Group* group = find(key)) {
    return *group;
  }
  if (groups_.size() >= groups_max_) {
    evict_one(nullptr);
  }
  auto fresh = std::make_unique<Group>();
  Group& group = *fresh;
  group.key = key;
  group.correlation = correlation;
  by_size_[0].push_back(&group);
  group.place = std::prev(by_size_[0].end());
  groups_.emplace(group.key, std::move(fresh));
  return group;
}

void GroupTable::touched(Group& group) {
  entries_ += group.window.size();
  entries_ -= group.counted_entries;
  group.counted_entries = group.window.size();
  const auto width = static_cast<std::size_t>(std::bit_width(group.counted_entries));
  const std::size_t size_class = std::min(width, kClasses - 1);
  std::list<Group*>& list = by_size_[size_class];
  list.splice(list.end(), by_size_[group.size_class], group.place);
  group.size_class = static_cast<std::uint8_t>(size_class);
  while (entries_ > entries_max_ && evict_one(&group)) {
  }
}

void GroupTable::erase(Group& group) {
  entries_ -= group.counted_entries;
  by_size_[group.size_class].erase(group.place);
  groups_.erase(groups_.find(group.key));
}

bool GroupTable::evict_one(const Group* spared) {
  for (std::list<Group*>& list : by_size_) {
    for (Group* group : list) {
      if (group != spared) {
        erase(*group);
        ++evicted_;
        return true;
      }
    }
  }
  return false;
}

}  // namespace tocsin
