#include "detect/baseline/distinct.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tocsin {

void DistinctCount::add(std::uint64_t hash) {
  if (registers_ != nullptr) {
    add_to_registers(hash);
    return;
  }
  const auto at = std::ranges::lower_bound(exact_, hash);
  if (at != exact_.end() && *at == hash) {
    return;
  }
  if (exact_.size() < kExactMax) {
    exact_.insert(at, hash);
    return;
  }
  registers_ = std::make_unique<Registers>();
  for (const std::uint64_t each : exact_) {
    add_to_registers(each);
  }
  add_to_registers(hash);
  exact_.clear();
  exact_.shrink_to_fit();
}

void DistinctCount::add_to_registers(std::uint64_t hash) {
  const auto index = static_cast<std::size_t>(hash >> (64U - kIndexBits));
  const std::uint64_t rest = (hash << kIndexBits) | (std::uint64_t{1} << (kIndexBits - 1));
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  std::uint8_t& highest = (*registers_)[index];
  highest = std::max(highest, rank);
}

double DistinctCount::count() const {
  if (registers_ == nullptr) {
    return static_cast<double>(exact_.size());
  }
  constexpr auto kSize = static_cast<double>(std::size_t{1} << kIndexBits);
  constexpr double kAlpha = 0.7213 / (1 + 1.079 / kSize);
  double sum = 0;
  double zeros = 0;
  for (const std::uint8_t rank : *registers_) {
    sum += std::ldexp(1.0, -rank);
    zeros += rank == 0 ? 1 : 0;
  }
  const double raw = kAlpha * kSize * kSize / sum;
  // Linear counting while registers are empty.
  const double estimate = raw <= 2.5 * kSize && zeros > 0 ? kSize * std::log(kSize / zeros) : raw;
  return std::round(estimate);
}

void DistinctCount::clear() {
  exact_.clear();
  registers_.reset();
}

void DistinctCount::save(std::string& out) const {
  put_varint(out, exact_.size());
  for (const std::uint64_t hash : exact_) {
    put(out, hash);
  }
  out.push_back(registers_ == nullptr ? '\0' : '\1');
  if (registers_ != nullptr) {
    out.append(reinterpret_cast<const char*>(registers_->data()), registers_->size());
  }
}

void DistinctCount::load(ByteReader& in) {
  clear();
  const std::uint64_t size = in.varint();
  if (size > kExactMax) {
    in.fail();
    return;
  }
  for (std::uint64_t i = 0; i < size; ++i) {
    exact_.push_back(in.get<std::uint64_t>());
  }
  std::ranges::sort(exact_);
  if (in.get<std::uint8_t>() != 0) {
    registers_ = std::make_unique<Registers>();
    const std::string_view bytes = in.take(registers_->size());
    std::ranges::transform(bytes, registers_->begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
  }
}

}  // namespace tocsin
