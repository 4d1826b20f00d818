// NumericKey: what a level or seasonal monitor knows of one key: open buckets, what is usual, the
// last values. A value (movable).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/little_endian.h"
#include "detect/baseline/distinct.h"
#include "detect/baseline/seasonal.h"
#include "detect/baseline/series_detector.h"
#include "detect/baseline/usual_level.h"
#include "detect/baseline/words.h"

namespace tocsin {

inline constexpr std::int64_t kNoBucket = std::numeric_limits<std::int64_t>::min();

// A bucket's number, as saved; one that no calendar has fails the reader.
std::int64_t get_bucket(ByteReader& in);

// A bucket that still takes events.
struct OpenBucket {
  std::int64_t index = kNoBucket;
  std::uint64_t events = 0;
  double total = 0;  // the sum, or the events that are the part
  DistinctCount distinct;
  NewestSeqs seqs;

  bool is_open() const { return index != kNoBucket; }
  double value(sigma::Measure measure) const;
  void save(std::string& out) const;
  void load(ByteReader& in);
};

// Values of the last buckets, one after the other; not a number: nothing was measured.
class ValueHistory {
 public:
  static constexpr std::size_t kMax = 48;

  void add(std::int64_t bucket, double value, double between);
  // visit(bucket, value), oldest first; without those where nothing was measured.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const float value = values_[(begin_ + i) % values_.size()];
      if (value == value) {
        visit(last_ - static_cast<std::int64_t>(values_.size() - 1 - i),
              static_cast<double>(value));
      }
    }
  }
  void save(std::string& out) const;
  void load(ByteReader& in);

 private:
  void push(double value);

  std::vector<float> values_;  // a ring when it is full
  std::size_t begin_ = 0;
  std::int64_t last_ = kNoBucket;
};

struct NumericKey {
  UsualLevel level;
  std::unique_ptr<SeasonalProfile> profile;
  std::unique_ptr<SeriesDetector> series;  // of the model series, which needs nothing of the above
  OpenBucket current;
  OpenBucket before;                // late events still count
  std::int64_t closed = kNoBucket;  // every bucket up to this one is learned
  double alarm_at = std::numeric_limits<double>::infinity();  // of the current bucket
  std::int64_t reported = kNoBucket;                          // the bucket reported last
  double reported_value = 0;
  std::uint32_t outside = 0;  // unusual buckets in a row
  ValueHistory history;

  void save(std::string& out) const;
  void load(ByteReader& in);
};

}  // namespace tocsin
