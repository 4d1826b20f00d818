#include "base/time_text.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace tocsin {
namespace {

TEST(TimeText, WritesMicrosecondsInUtc) {
  EXPECT_EQ(iso_time(Micros(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(iso_time(Micros(1'795'442'400'123'456)), "2026-11-23T14:00:00.123456Z");
  EXPECT_EQ(iso_time(Micros(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(TimeText, ClampsTimesThatCannotBeWritten) {
  EXPECT_EQ(iso_time(Micros(INT64_MAX)).substr(0, 10), "9999-12-31");
  EXPECT_EQ(iso_time(Micros(INT64_MIN)).substr(0, 10), "0001-01-01");
}

TEST(TimeText, ReadsWhatIsoAllows) {
  const struct {
    const char* text;
    const char* same_as;
  } kCases[] = {
      {"2026-11-23", "2026-11-23T00:00:00.000000Z"},
      {"2026-11-23T14:00:00Z", "2026-11-23T14:00:00.000000Z"},
      {"2026-11-23 14:00:00,123", "2026-11-23T14:00:00.123000Z"},
      {"2026-11-23T14:00:00.123456789Z", "2026-11-23T14:00:00.123456Z"},
      {"2026-11-23T15:30:00+01:30", "2026-11-23T14:00:00.000000Z"},
      {"2026-11-23T09:00:00-0500", "2026-11-23T14:00:00.000000Z"},
      {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z"},
      {"2024-02-29", "2024-02-29T00:00:00.000000Z"},
  };
  for (const auto& c : kCases) {
    const auto time = parse_iso_time(c.text);
    ASSERT_TRUE(time.has_value()) << c.text;
    EXPECT_EQ(iso_time(*time), c.same_as) << c.text;
  }
}

TEST(TimeText, RefusesWhatIsNotATime) {
  for (const char* text : {"", "2026", "2026-13-01", "2026-02-30", "2025-02-29",
                           "2026-11-23T25:00:00", "2026-11-23T14:00:00.", "2026-11-23T14:00:00Zx",
                           "2026-11-23X14:00:00", "0000-01-01", "2026-11-23T14:00:00+99:00"}) {
    EXPECT_FALSE(parse_iso_time(text).has_value()) << text;
  }
}

TEST(TimeText, RoundTripsAnyMicrosecond) {
  Rng rng(7);
  for (int i = 0; i < 20'000; ++i) {
    const Micros time(static_cast<std::int64_t>(rng.below(250'000'000'000'000'000ULL)) -
                      60'000'000'000'000'000LL);
    const auto back = parse_iso_time(iso_time(time));
    ASSERT_TRUE(back.has_value()) << iso_time(time);
    EXPECT_EQ(*back, time);
  }
}

TEST(TimeText, ReadsSpansWithAUnitOnly) {
  EXPECT_EQ(parse_span("5m"), span_s(300));
  EXPECT_EQ(parse_span("500ms"), span_ms(500));
  EXPECT_EQ(parse_span("2w"), span_s(14 * 86'400));
  for (const char* text : {"", "5", "m", "-5m", "5 m", "5y", "99999999999d"}) {
    EXPECT_FALSE(parse_span(text).has_value()) << text;
  }
}

TEST(TimeText, WritesSpansWithTheirTwoLargestUnits) {
  EXPECT_EQ(span_text(span_ms(250)), "0.25s");
  EXPECT_EQ(span_text(span_s(200)), "3m 20s");
  EXPECT_EQ(span_text(span_s(2 * 86'400 + 3'600 + 5)), "2d 1h");
}

}  // namespace
}  // namespace tocsin
