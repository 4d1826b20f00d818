// TokenFilter: which tokens a segment can hold. A false "yes" costs a look, a false "no" never
// happens. Byte format: docs/formats/index.md.
//
// A split-block Bloom filter (Putze, Sanders, Singler 2007; the blocks of the Parquet standard)
// of 16 bits a token: about one false "yes" in 1,000. A file holds one or several filters: merging
// segments puts theirs one behind the other, and a token is there when any of them has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace tocsin {

// The distinct tokens of a segment while it is being written. One thread.
class TokenSet {
 public:
  explicit TokenSet(std::size_t tokens_max = std::size_t{1} << 22U);

  void add(std::uint64_t token) {
    std::size_t at = token & mask_;
    while (slots_[at] != 0) {
      if (slots_[at] == token) {
        return;
      }
      at = (at + 1) & mask_;
    }
    insert(at, token);
  }

  std::size_t size() const { return size_; }
  // The filter's bytes, ready for a file. Past tokens_max everything "may be there".
  std::string filter() const;

 private:
  void insert(std::size_t at, std::uint64_t token);

  std::size_t tokens_max_;
  std::vector<std::uint64_t> slots_;
  std::size_t mask_;
  std::size_t size_ = 0;
  bool too_many_ = false;
};

// Reads bytes at an offset of a filter file.
using FilterRead = std::function<Result<std::size_t>(std::uint64_t, std::span<char>)>;

// True when one of the file's filters has all tokens, or when it cannot be read as a filter.
bool filter_may_hold(const FilterRead& read, std::uint64_t file_bytes,
                     std::span<const std::uint64_t> tokens);

}  // namespace tocsin
