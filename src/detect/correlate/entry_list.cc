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
  if (!is_far()) {
    return {near_, size_};
  }
  const std::size_t at = big_->first + index;
  const Chunk& chunk = big_->chunks[at];
  const WindowEntry* const begin = index == 0 ? far_.head : chunk.entries.get() + chunk.begin;
  const WindowEntry* const end =
      at + 1 == big_->chunks.size() ? far_.tail : chunk.entries.get() + chunk.end;
  return {begin, end};
}

void EntryList::push_back(const WindowEntry& entry) {
  if (!is_far()) {
    if (size_ < kInlineMax) {
      near_[size_++] = entry;
      return;
    }
    grow_big();
  }
  if (far_.tail == far_.tail_end) {
    make_room_at_end();
  }
  *far_.tail++ = entry;
  far_.back_time = entry.time();
  ++size_;
}

void EntryList::insert(const WindowEntry& entry) {
  if (empty() || entry.time() >= back_time()) {
    push_back(entry);
    return;
  }
  if (!is_far() && size_ < kInlineMax) {
    const std::size_t place = place_for(run(0), entry.time());
    std::copy_backward(near_ + place, near_ + size_, near_ + size_ + 1);
    near_[place] = entry;
    ++size_;
    return;
  }
  if (!is_far()) {
    grow_big();
  }
  insert_far(entry);
}

void EntryList::insert_far(const WindowEntry& entry) {
  std::size_t at = run_for(entry.time());
  sync();
  Chunk* full = &big_->chunks[big_->first + at];
  if (full->end == full->capacity) {
    if (full->begin > 0) {
      move_down(*full);
    } else if (full->capacity < kChunkMax) {
      grow(*full);
    } else {
      split(at);
      look_up_ends();
      at = run_for(entry.time());
    }
  }
  Chunk& chunk = big_->chunks[big_->first + at];
  WindowEntry* const entries = chunk.entries.get();
  const std::size_t place =
      chunk.begin + place_for({entries + chunk.begin, chunk.end - chunk.begin}, entry.time());
  std::copy_backward(entries + place, entries + chunk.end, entries + chunk.end + 1);
  entries[place] = entry;
  ++chunk.end;
  ++size_;
  look_up_ends();
}

void EntryList::pop_front() {
  --size_;
  if (!is_far()) {
    std::copy(near_ + 1, near_ + 1 + size_, near_);
    return;
  }
  if (size_ == 0) {
    clear();
    return;
  }
  if (++far_.head == far_.head_end) {
    drop_first_chunk();
  }
  far_.front_time = far_.head->time();
}

void EntryList::drop_first_chunk() {
  sync();
  big_->chunks[big_->first] = Chunk();
  if (++big_->first > kGoneChunksMax && big_->first > big_->chunks.size() / 2) {
    big_->chunks.erase(big_->chunks.begin(),
                       big_->chunks.begin() + static_cast<std::ptrdiff_t>(big_->first));
    big_->first = 0;
  }
  look_up_ends();
}

void EntryList::pop_back() {
  --size_;
  if (!is_far()) {
    return;
  }
  if (size_ == 0) {
    clear();
    return;
  }
  sync();
  Chunk& chunk = big_->chunks.back();
  if (--chunk.end == chunk.begin) {
    big_->chunks.pop_back();
  }
  look_up_ends();
}

void EntryList::clear() {
  big_.reset();
  size_ = 0;
  bytes_ = 0;
}

// The chunks know where they begin and end.
void EntryList::sync() {
  Chunk& first = big_->chunks[big_->first];
  first.begin = static_cast<std::uint32_t>(far_.head - first.entries.get());
  Chunk& last = big_->chunks.back();
  last.end = static_cast<std::uint32_t>(far_.tail - last.entries.get());
}

// After a change of the chunks.
void EntryList::look_up_ends() {
  Chunk& first = big_->chunks[big_->first];
  Chunk& last = big_->chunks.back();
  const bool is_only = &first == &last;
  far_.head = first.entries.get() + first.begin;
  far_.head_end = is_only ? nullptr : first.entries.get() + first.end;
  far_.tail = last.entries.get() + last.end;
  far_.tail_end = last.entries.get() + last.capacity;
  far_.front_time = far_.head->time();
  far_.back_time = last.end > last.begin ? (far_.tail - 1)->time() : far_.back_time;
  const std::size_t kept = runs();  // all but the first are as large as they get
  bytes_ = static_cast<std::uint32_t>(
      sizeof(Big) + kAllocationBytes + big_->chunks.capacity() * sizeof(Chunk) +
      (first.capacity + (kept - 1) * kChunkMax) * sizeof(WindowEntry) + kept * kAllocationBytes);
}

void EntryList::grow_big() {
  auto big = std::make_unique<Big>();
  Chunk chunk;
  chunk.capacity = kFirstCapacity;
  chunk.entries = std::make_unique<WindowEntry[]>(chunk.capacity);
  std::copy(near_, near_ + size_, chunk.entries.get());
  chunk.end = size_;
  big->chunks.push_back(std::move(chunk));
  big_ = std::move(big);
  look_up_ends();
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
}

// The last chunk is full to its end.
void EntryList::make_room_at_end() {
  sync();
  Chunk& last = big_->chunks.back();
  if (last.end - last.begin <= last.capacity / 2) {
    move_down(last);
  } else if (last.capacity < kChunkMax) {
    grow(last);
  } else {
    Chunk chunk;
    chunk.entries = std::make_unique<WindowEntry[]>(kChunkMax);
    chunk.capacity = kChunkMax;
    big_->chunks.push_back(std::move(chunk));
  }
  look_up_ends();
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
  big_->chunks.insert(big_->chunks.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                      std::move(upper));
}

}  // namespace tocsin
