#include "detect/baseline/numeric_key.h"

#include <algorithm>
#include <bit>

namespace tocsin {

using sigma::Measure;

std::int64_t get_bucket(ByteReader& in) {
  constexpr std::int64_t kBucketMax = 1LL << 56U;
  const auto bucket = in.get<std::int64_t>();
  if (bucket != kNoBucket && (bucket > kBucketMax || bucket < -kBucketMax)) {
    in.fail();
    return kNoBucket;
  }
  return bucket;
}

double OpenBucket::value(Measure measure) const {
  switch (measure) {
    case Measure::kCount:
      return static_cast<double>(events);
    case Measure::kDistinct:
      return distinct.count();
    case Measure::kSum:
      return total;
    case Measure::kRatio:
      return events == 0 ? 0 : total / static_cast<double>(events);
  }
  return 0;
}

void OpenBucket::save(std::string& out) const {
  put(out, index);
  put(out, events);
  put_double(out, total);
  distinct.save(out);
  const std::vector<Seq> newest = seqs.list();
  put_varint(out, newest.size());
  for (const Seq seq : newest) {
    put_varint(out, seq.value);
  }
}

void OpenBucket::load(ByteReader& in) {
  index = get_bucket(in);
  events = in.get<std::uint64_t>();
  total = get_double(in);
  distinct.load(in);
  const std::uint64_t newest = in.varint();
  for (std::uint64_t i = 0; i < newest && in.ok(); ++i) {
    seqs.add(Seq(in.varint()));
  }
}

void ValueHistory::add(std::int64_t bucket, double value, double between) {
  if (last_ == kNoBucket || bucket <= last_ || bucket - last_ > static_cast<std::int64_t>(kMax)) {
    values_.clear();
    begin_ = 0;
  } else {
    for (std::int64_t empty = last_ + 1; empty < bucket; ++empty) {
      push(between);
    }
  }
  push(value);
  last_ = bucket;
}

void ValueHistory::push(double value) {
  if (values_.size() < kMax) {
    values_.push_back(static_cast<float>(value));
    return;
  }
  values_[begin_] = static_cast<float>(value);
  begin_ = (begin_ + 1) % kMax;
}

void ValueHistory::save(std::string& out) const {
  put(out, last_);
  put_varint(out, values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    put(out, std::bit_cast<std::uint32_t>(values_[(begin_ + i) % values_.size()]));
  }
}

void ValueHistory::load(ByteReader& in) {
  last_ = get_bucket(in);
  const std::uint64_t size = in.varint();
  if (size > kMax) {
    in.fail();
    return;
  }
  values_.clear();
  begin_ = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    values_.push_back(std::bit_cast<float>(in.get<std::uint32_t>()));
  }
}

void NumericKey::save(std::string& out) const {
  level.save(out);
  out.push_back(profile == nullptr ? '\0' : '\1');
  if (profile != nullptr) {
    profile->save(out);
  }
  out.push_back(series == nullptr ? '\0' : '\1');
  if (series != nullptr) {
    series->save(out);
  }
  current.save(out);
  before.save(out);
  put(out, closed);
  put(out, std::bit_cast<std::uint64_t>(alarm_at));
  put(out, reported);
  put_double(out, reported_value);
  put(out, outside);
  history.save(out);
}

void NumericKey::load(ByteReader& in) {
  level.load(in);
  if (in.get<std::uint8_t>() != 0) {
    profile = std::make_unique<SeasonalProfile>();
    profile->load(in);
  }
  if (in.get<std::uint8_t>() != 0) {
    series = std::make_unique<SeriesDetector>();
    series->load(in);
  }
  current.load(in);
  before.load(in);
  closed = get_bucket(in);
  alarm_at = std::bit_cast<double>(in.get<std::uint64_t>());  // may be infinite
  reported = get_bucket(in);
  reported_value = get_double(in);
  outside = in.get<std::uint32_t>();
  history.load(in);
}

}  // namespace tocsin
