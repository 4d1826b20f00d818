#include "server/undecoded_counts.h"

namespace tocsin {

void UndecodedCounts::add(std::string_view source, std::uint64_t records) {
  MutexLock lock(mutex_);
  auto found = counts_.find(source);
  if (found == counts_.end()) {
    const std::string name(counts_.size() < kSourcesMax ? source : "other");
    found = counts_.try_emplace(name, 0).first;
  }
  found->second += records;
}

std::uint64_t UndecodedCounts::of(std::string_view source) const {
  MutexLock lock(mutex_);
  const auto found = counts_.find(source);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace tocsin
