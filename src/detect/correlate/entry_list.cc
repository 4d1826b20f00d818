#include "detect/correlate/entry_list.h"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

constexpr std::uint32_t kFirstCapacity = 4;
constexpr std::size_t kAllocationBytes = 16;  // what the allocator adds
constexpr std::size_t kGoneChunksMax = 16;

// Where in a run: behind all that are not newer.
std::size_t place_for(std::span<const WindowEntry> entries, Micros time) {
  const auto at = std::ranges::upper_bound(entries, time, {}, &WindowEntry::time);
  return static_cast<std::size_t>(at - entries.begin());
}

}  // namespace

std::span<const WindowEntry> EntryList::run(std::size_t index) const {
  if (big_ == nullptr) {
    return {inline_, size_};
  }
  const Chunk& chunk = big_->chunks[big_->first + index];
  return {chunk.entries.get() + chunk.begin, chunk.end - chunk.begin};
}

void EntryList::push_back(const WindowEntry& entry) {
  if (big_ == nullptr && size_ < kInlineMax) {
    inline_[size_++] = entry;
    return;
  }
  if (big_ == nullptr) {
    grow_big();
  }
  if (big_->chunks.back().end == big_->chunks.back().capacity) {
    make_room_at_end();
  }
  Chunk& last = big_->chunks.back();
  last.entries[last.end++] = entry;
  ++size_;
}

void EntryList::insert(const WindowEntry& entry) {
  if (empty() || entry.time() >= back().time()) {
    push_back(entry);
    return;
  }
  if (big_ == nullptr) {
    const std::size_t place = place_for(run(0), entry.time());
    if (size_ < kInlineMax) {
      std::copy_backward(inline_ + place, inline_ + size_, inline_ + size_ + 1);
      inline_[place] = entry;
      ++size_;
      return;
    }
    grow_big();
  }
  std::size_t at = run_for(entry.time());
  Chunk* full = &big_->chunks[big_->first + at];
  if (full->end == full->capacity) {
    if (full->begin > 0) {
      move_down(*full);
    } else if (full->capacity < kChunkMax) {
      grow(*full);
    } else {
      split(at);
      at = run_for(entry.time());
    }
  }
  Chunk& chunk = big_->chunks[big_->first + at];
  const std::size_t place = chunk.begin + place_for(run(at), entry.time());
  WindowEntry* const entries = chunk.entries.get();
  std::copy_backward(entries + place, entries + chunk.end, entries + chunk.end + 1);
  entries[place] = entry;
  ++chunk.end;
  ++size_;
}

void EntryList::pop_front() {
  --size_;
  if (big_ == nullptr) {
    std::copy(inline_ + 1, inline_ + 1 + size_, inline_);
    return;
  }
  if (size_ == 0) {
    clear();
    return;
  }
  Chunk& chunk = big_->chunks[big_->first];
  if (++chunk.begin < chunk.end) {
    return;
  }
  chunk.entries.reset();
  chunk.capacity = 0;
  if (++big_->first > kGoneChunksMax && big_->first > big_->chunks.size() / 2) {
    big_->chunks.erase(big_->chunks.begin(),
                       big_->chunks.begin() + static_cast<std::ptrdiff_t>(big_->first));
    big_->first = 0;
  }
  recount_bytes();
}

void EntryList::pop_back() {
  --size_;
  if (big_ == nullptr) {
    return;
  }
  if (size_ == 0) {
    clear();
    return;
  }
  Chunk& chunk = big_->chunks.back();
  if (--chunk.end == chunk.begin) {
    big_->chunks.pop_back();
    recount_bytes();
  }
}

void EntryList::clear() {
  big_.reset();
  size_ = 0;
  bytes_ = 0;
}

void EntryList::grow_big() {
  big_ = std::make_unique<Big>();
  append_chunk(kFirstCapacity);
  Chunk& chunk = big_->chunks[0];
  std::copy(inline_, inline_ + size_, chunk.entries.get());
  chunk.end = size_;
}

void EntryList::append_chunk(std::uint32_t capacity) {
  Chunk chunk;
  chunk.entries = std::make_unique<WindowEntry[]>(capacity);
  chunk.capacity = capacity;
  big_->chunks.push_back(std::move(chunk));
  recount_bytes();
}

void EntryList::move_down(Chunk& chunk) {
  std::copy(chunk.entries.get() + chunk.begin, chunk.entries.get() + chunk.end,
            chunk.entries.get());
  chunk.end -= chunk.begin;
  chunk.begin = 0;
}

void EntryList::grow(Chunk& chunk) {
  chunk.capacity *= 2;
  auto grown = std::make_unique<WindowEntry[]>(chunk.capacity);
  std::copy(chunk.entries.get() + chunk.begin, chunk.entries.get() + chunk.end, grown.get());
  chunk.entries = std::move(grown);
  chunk.end -= chunk.begin;
  chunk.begin = 0;
  recount_bytes();
}

// The last chunk is full to its end.
void EntryList::make_room_at_end() {
  Chunk& last = big_->chunks.back();
  if (last.end - last.begin <= last.capacity / 2) {
    move_down(last);
  } else if (last.capacity < kChunkMax) {
    grow(last);
  } else {
    append_chunk(kChunkMax);
  }
}

// The newest run that begins at or before `time`; entries of that time may begin in an earlier one,
// but nothing newer than them stands before it.
std::size_t EntryList::run_for(Micros time) const {
  std::size_t low = 0;
  std::size_t high = runs();
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    (run(middle).front().time() <= time ? low : high) = middle;
  }
  return low;
}

// A full chunk becomes two.
void EntryList::split(std::size_t at) {
  const std::size_t index = big_->first + at;
  Chunk& full = big_->chunks[index];
  Chunk upper;
  upper.entries = std::make_unique<WindowEntry[]>(kChunkMax);
  upper.capacity = kChunkMax;
  const std::uint32_t middle = full.begin + (full.end - full.begin) / 2;
  std::copy(full.entries.get() + middle, full.entries.get() + full.end, upper.entries.get());
  upper.end = full.end - middle;
  full.end = middle;
  if (full.begin == full.end) {  // it had one entry: all went up
    full = std::move(upper);
  } else {
    big_->chunks.insert(big_->chunks.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                        std::move(upper));
  }
  recount_bytes();
}

void EntryList::recount_bytes() {
  // All chunks but the first are as large as they get.
  const std::size_t kept = runs();
  const std::size_t first = big_->chunks[big_->first].capacity;
  bytes_ = static_cast<std::uint32_t>(
      sizeof(Big) + kAllocationBytes + big_->chunks.capacity() * sizeof(Chunk) +
      (first + (kept - 1) * kChunkMax) * sizeof(WindowEntry) + kept * kAllocationBytes);
}

}  // namespace tocsin
