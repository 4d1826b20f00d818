#include "detect/baseline/series_detector.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/baseline/test_stream.h"

namespace tocsin {
namespace {

constexpr std::size_t kSamples = 4'000;

// A day's wave with noise, a value every five minutes.
double wave(std::size_t i, Rng& rng) {
  return 50 + 30 * std::sin(static_cast<double>(i) * 2 * 3.14159265 / 288) + 3 * rng.unit();
}
Micros time_of(std::size_t i) {
  return Micros(kMonday.value + static_cast<std::int64_t>(i) * 300 * kMicrosPerSecond);
}

struct Best {
  std::size_t at = 0;
  double score = 0;
};
// The highest score behind the warm-up when `change` makes its change to the wave.
template <class Change>
Best highest(Change change) {
  SeriesDetector detector(600);
  Rng rng(3);
  Best best;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double score = detector.add(time_of(i), change(i, wave(i, rng)));
    if (i > 600 && score > best.score) {
      best = {i, score};
    }
  }
  return best;
}

TEST(SeriesDetector, NoticesWhatIsUnlikeBefore) {
  const double ordinary = highest([](std::size_t, double value) { return value; }).score;
  EXPECT_LT(ordinary, 4.5);
  const Best spike = highest([](std::size_t i, double value) { return i == 3'000 ? 150 : value; });
  EXPECT_EQ(spike.at, 3'000U);
  EXPECT_GT(spike.score, 5);
  const Best missing_day = highest([](std::size_t i, double value) {
    return i >= 2'880 && i < 3'168 ? 50 + value / 50 : value;
  });
  EXPECT_GE(missing_day.at, 2'880U);
  EXPECT_LT(missing_day.at, 3'300U);
  EXPECT_GT(missing_day.score, 4.5);
  const Best shift =
      highest([](std::size_t i, double value) { return i >= 3'000 ? value + 60 : value; });
  EXPECT_GE(shift.at, 3'000U);
  EXPECT_LT(shift.at, 3'300U);
}

TEST(SeriesDetector, AfterAnAlarmOnlyWorseIsNews) {
  SeriesDetector detector(600);
  Rng rng(3);
  int alarms = 0;
  for (std::size_t i = 0; i < 2'100; ++i) {
    const double value = i >= 2'000 ? 150 + static_cast<double>(i % 2) : wave(i, rng);
    alarms += detector.add(time_of(i), value) >= 3.8 && i >= 2'000 ? 1 : 0;
  }
  EXPECT_GE(alarms, 1);
  EXPECT_LE(alarms, 3);
}

TEST(SeriesDetector, HostileNumbersAreNoValues) {
  SeriesDetector detector(10);
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(detector.add(time_of(0), value), 0);
  }
  EXPECT_EQ(detector.seen(), 0U);
  Rng rng(1);
  for (std::size_t i = 0; i < 500; ++i) {
    const double huge = std::ldexp(rng.unit() - 0.5, static_cast<int>(rng.below(900)));
    const double score = detector.add(Micros(static_cast<std::int64_t>(rng.next() >> 12U)), huge);
    EXPECT_TRUE(score >= 0 && score <= SeriesDetector::kScoreMax) << score;
  }
}

TEST(SeriesDetector, ComesBackFromBytesAsItWas) {
  SeriesDetector whole(600);
  Rng rng(5);
  Rng same(5);
  SeriesDetector broken(600);
  for (std::size_t i = 0; i < 3'000; ++i) {
    EXPECT_EQ(whole.add(time_of(i), wave(i, rng)), broken.add(time_of(i), wave(i, same)));
    if (i % 700 == 650) {
      std::string bytes;
      broken.save(bytes);
      ByteReader in(bytes);
      SeriesDetector fresh;
      fresh.load(in);
      ASSERT_TRUE(in.done());
      broken = std::move(fresh);
    }
  }
}

TEST(Series, AMonitorReportsWhatTheDetectorNotices) {
  TestStream stream("{model: series, group-by: [host.name], direction: both, noun: requests}");
  Rng rng(9);
  for (std::size_t i = 0; i < 1'500; ++i) {
    const auto count = static_cast<std::size_t>(wave(i, rng));
    stream.send(static_cast<double>(i) * 300, {{"host.name", text("web1")}}, count);
  }
  const std::size_t before = stream.findings.size();
  EXPECT_LE(before, 3U);
  stream.send(1'500 * 300, {{"host.name", text("web1")}}, 400);
  stream.send(1'502 * 300, {{"host.name", text("web1")}}, 50);
  ASSERT_GT(stream.findings.size(), before);
  EXPECT_EQ(stream.findings[before].baseline->observed, 400);
  EXPECT_NE(
      stream.findings[before].sentence.find("400 requests in 5m on host web1; expected is about"),
      std::string::npos)
      << stream.findings[before].sentence;
}

}  // namespace
}  // namespace tocsin
