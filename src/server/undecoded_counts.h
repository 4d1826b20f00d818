// UndecodedCounts: how many records of each source no format recognised. Thread-safe; workers add
// once a batch. Bounded: past kSourcesMax sources the rest is counted under "other".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"

namespace tocsin {

class UndecodedCounts {
 public:
  static constexpr std::size_t kSourcesMax = 4'096;

  void add(std::string_view source, std::uint64_t records) EXCLUDES(mutex_);
  std::uint64_t of(std::string_view source) const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> counts_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
