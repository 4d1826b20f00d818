// Arena: bytes that live exactly as long as the batch that owns the arena. No destructors run.
// One thread at a time; views into it stay valid until clear() or destruction.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tocsin {

class Arena {
 public:
  explicit Arena(std::size_t chunk_bytes = 64 * 1024) : chunk_bytes_(chunk_bytes) {}

  char* allocate(std::size_t size) {
    if (size > left_) [[unlikely]] {
      grow(size);
    }
    char* at = next_;
    next_ += size;
    left_ -= size;
    return at;
  }

  std::string_view copy(std::string_view bytes) {
    if (bytes.empty()) {
      return {"", 0};
    }
    char* at = allocate(bytes.size());
    std::memcpy(at, bytes.data(), bytes.size());
    return {at, bytes.size()};
  }

  // Forgets everything and keeps the first chunk for reuse.
  void clear() {
    if (chunks_.size() > 1) {
      chunks_.resize(1);
    }
    used_bytes_ = chunks_.empty() ? 0 : chunks_[0].size;
    next_ = chunks_.empty() ? nullptr : chunks_[0].bytes.get();
    left_ = used_bytes_;
  }

  std::size_t allocated_bytes() const { return used_bytes_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void grow(std::size_t size) {
    const std::size_t want = size > chunk_bytes_ ? size : chunk_bytes_;
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(want), want});
    used_bytes_ += want;
    next_ = chunks_.back().bytes.get();
    left_ = want;
  }

  std::vector<Chunk> chunks_;
  std::size_t chunk_bytes_;
  std::size_t used_bytes_ = 0;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace tocsin
