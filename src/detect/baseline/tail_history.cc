#include "detect/baseline/tail_history.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tocsin {
namespace {

constexpr std::size_t kValuesNeeded = 30;
constexpr double kTailBegins = 0.95;

}  // namespace

void TailHistory::add(double value) {
  if (!std::isfinite(value)) {
    return;
  }
  if (sorted_.size() >= kValuesMax) {
    std::size_t kept = 0;
    for (std::size_t i = 1; i < sorted_.size(); i += 2) {  // the highest stays
      sorted_[kept++] = sorted_[i];
    }
    sorted_.resize(kept);
  }
  const auto narrow = static_cast<float>(value);
  sorted_.insert(std::ranges::upper_bound(sorted_, narrow), narrow);
}

double TailHistory::surprise(double value) const {
  const auto size = static_cast<double>(sorted_.size());
  if (sorted_.size() < kValuesNeeded) {
    return 0;
  }
  const auto begin = static_cast<std::ptrdiff_t>(kTailBegins * size);
  const double threshold = sorted_[static_cast<std::size_t>(begin)];
  if (value <= threshold) {
    const auto above = sorted_.end() - std::ranges::lower_bound(sorted_, static_cast<float>(value));
    return -std::log10((static_cast<double>(above) + 1) / (size + 1));
  }
  const double in_tail = size - static_cast<double>(begin);
  const double sum = std::accumulate(sorted_.begin() + begin, sorted_.end(), 0.0);
  const double excess = sum / in_tail - threshold;
  const double scale = std::max(excess, 1e-3 + 0.02 * std::abs(threshold));
  return -std::log10(in_tail / size) + (value - threshold) / scale * std::numbers::log10e;
}

void TailHistory::save(std::string& out) const {
  put_varint(out, sorted_.size());
  for (const float value : sorted_) {
    put(out, std::bit_cast<std::uint32_t>(value));
  }
}

void TailHistory::load(ByteReader& in) {
  const std::uint64_t size = in.varint();
  if (size > kValuesMax) {
    in.fail();
    return;
  }
  sorted_.clear();
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
    const auto value = std::bit_cast<float>(in.get<std::uint32_t>());
    if (!std::isfinite(value)) {
      in.fail();
      return;
    }
    sorted_.push_back(value);
  }
  std::ranges::sort(sorted_);
}

}  // namespace tocsin
