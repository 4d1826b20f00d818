// GroupKey: the bytes of a group's key; short ones (an address, a name) need no memory of their
// own. A value that moves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin {

class GroupKey {
 public:
  GroupKey() = default;
  explicit GroupKey(std::string_view bytes) : size_(static_cast<std::uint32_t>(bytes.size())) {
    if (size_ > kInlineMax) {
      far_ = std::make_unique<char[]>(size_);
    }
    std::ranges::copy(bytes, far_ == nullptr ? near_ : far_.get());
  }

  std::string_view view() const { return {far_ == nullptr ? near_ : far_.get(), size_}; }
  // Memory besides the object itself.
  std::size_t bytes() const { return far_ == nullptr ? 0 : size_ + std::size_t{16}; }

 private:
  static constexpr std::uint32_t kInlineMax = 28;

  std::unique_ptr<char[]> far_;
  std::uint32_t size_ = 0;
  char near_[kInlineMax] = {};
};

}  // namespace tocsin
