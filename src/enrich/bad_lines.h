// BadLines: which lines of a list could not be read, and why. Counts all, keeps the first few.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tocsin {

struct BadLine {
  std::size_t line;  // from 1
  std::string reason;
};

class BadLines {
 public:
  static constexpr std::size_t kKeptMax = 20;

  void add(std::size_t line, std::string reason) {
    ++count_;
    if (kept_.size() < kKeptMax) {
      kept_.push_back({line, std::move(reason)});
    }
  }
  std::size_t count() const { return count_; }
  const std::vector<BadLine>& kept() const { return kept_; }

 private:
  std::size_t count_ = 0;
  std::vector<BadLine> kept_;
};

}  // namespace tocsin
