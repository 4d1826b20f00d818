// ValueCounts: how often each value stands in a window; `size()` is the distinct count, always
// exact. Values are 64-bit hashes with a secret seed. One thread.
#pragma once

#include <cstdint>
#include <vector>

namespace tocsin {

class ValueCounts {
 public:
  void add(std::uint64_t value);
  // `value` is there.
  void remove(std::uint64_t value);
  bool contains(std::uint64_t value) const;
  std::size_t size() const { return used_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t value = 0;
    std::uint32_t count = 0;  // 0: free
  };

  std::size_t home_of(std::uint64_t value) const;
  std::size_t find(std::uint64_t value) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most 3/4 used
  std::size_t used_ = 0;
};

}  // namespace tocsin
