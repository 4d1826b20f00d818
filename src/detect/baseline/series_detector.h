// SeriesDetector: notices what is unusual in one numeric series of any kind: the model `series`.
//
// Each value is looked at in five ways: how far it is from the values just before, how far the
// level has moved, how much the series moves at all, and how far it is from this time of other days
// and of other weeks. Each of these is made a surprise by its own history (tail_history.h); a new
// extreme is a surprise of its own. The score is the greatest, with a part of the others. After an
// alarm the series must become clearly worse to score again for a while (a fifth of the warm-up).
//
// Streaming: a score depends on this value and those before only. Bounded: about 170 KB a series,
// so not for many keys. Measured with the Numenta Anomaly Benchmark (docs/performance.md), by the
// same code and the same constants. A value (movable). One thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "base/little_endian.h"
#include "base/time.h"
#include "detect/baseline/tail_history.h"

namespace tocsin {

class SeriesDetector {
 public:
  static constexpr double kScoreMax = 20;

  // `warm_up`: so many values before a score means something.
  explicit SeriesDetector(std::uint32_t warm_up = 288) : warm_up_(warm_up) {}

  // The score: about -log10 of the probability; 0 for nothing new. Not a number scores 0 and is not
  // learned.
  double add(Micros time, double value);

  // What the next value is expected to be, and how far from it the values usually are.
  double expected() const { return fast_; }
  double spread() const { return deviation_; }
  std::uint64_t seen() const { return seen_; }

  void save(std::string& out) const;
  void load(ByteReader& in);

 private:
  enum View : std::size_t { kStep, kShift, kActivity, kDay, kWeek, kViews };
  static constexpr int kDaySlots = 96;
  static constexpr int kWeekSlots = 168;

  // What a slot of the day, or of the week, usually holds.
  struct Slot {
    double mean = 0;
    std::uint32_t seen = 0;
    std::int64_t period = -1;  // the day or week seen last
  };
  // How far the series lately is from its slots, and usually.
  struct Distance {
    double recent = 0;
    double usual = 0;
    double seen = 0;
    bool is_known = false;  // for this value
    double view = 0;

    void look(double difference, double floor);
    bool is_mature(double times) const;
  };

  std::array<double, kViews> look(Micros time, double value, double floor);
  void look_at_day(Micros time, double value, double floor);
  void look_at_week(Micros time, double value, double floor);
  double score(const std::array<double, kViews>& views, double value);
  void learn(double value);
  double without_repeats(double score);

  std::uint32_t warm_up_;
  std::uint64_t seen_ = 0;
  double previous_ = 0;
  double fast_ = 0;       // the values just before
  double middle_ = 0;     // the level
  double slow_ = 0;       // the level before
  double deviation_ = 0;  // of a value from fast_
  double moves_ = 0;      // from value to value, lately
  double moves_slow_ = 0;
  double lowest_ = 0;
  double highest_ = 0;
  std::array<Slot, kDaySlots> day_slots_{};
  std::array<Slot, kWeekSlots> week_slots_{};
  Distance day_;
  Distance week_;
  std::array<TailHistory, kViews> tails_;
  std::deque<std::pair<std::uint64_t, double>> peaks_;  // falling scores of the last while
};

}  // namespace tocsin
