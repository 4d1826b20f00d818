#include "decode/time_parse.h"

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace tocsin {
namespace {

TimeRules rules(std::string_view received = "2026-11-23T14:30:00Z", int offset_minutes = 0,
                std::optional<int> year = std::nullopt) {
  return {*parse_iso_time(received), span_s(offset_minutes * 60), year};
}

std::string parsed(std::string_view text, const TimeRules& with) {
  const auto time = parse_time(text, with);
  return time ? iso_time(*time) : "none";
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(ParseTime, ReadsEveryKindOfStamp) {
  static constexpr auto kCases = std::to_array<Case>({
      {"2026-11-23T14:00:00.123Z", "2026-11-23T14:00:00.123000Z"},
      {"2026-11-23T14:00:00,123Z", "2026-11-23T14:00:00.123000Z"},
      {"2026-11-23 14:00:00,123", "2026-11-23T14:00:00.123000Z"},
      {"2026-11-23T14:00:00.123456789+01:00", "2026-11-23T13:00:00.123456Z"},
      {"2026-11-23T14:00:00-0730", "2026-11-23T21:30:00.000000Z"},
      {"2026-11-23T14:00:00+01", "2026-11-23T13:00:00.000000Z"},
      {"2026-11-23 14:00:00 +0100", "2026-11-23T13:00:00.000000Z"},
      {"2026-11-23 14:00:00 UTC", "2026-11-23T14:00:00.000000Z"},
      {"2026-11-23T14:00Z", "2026-11-23T14:00:00.000000Z"},
      {"2026/11/23 14:00:00", "2026-11-23T14:00:00.000000Z"},
      {"2026-11-23", "2026-11-23T00:00:00.000000Z"},
      {"2026-11-23T23:59:60Z", "2026-11-23T23:59:59.000000Z"},
      {"Nov 23 13:06:56", "2026-11-23T13:06:56.000000Z"},
      {"Nov  3 13:06:56", "2026-11-03T13:06:56.000000Z"},
      {"nov 3 13:06:56.5", "2026-11-03T13:06:56.500000Z"},
      {"Nov 23 2019 13:06:56", "2019-11-23T13:06:56.000000Z"},
      {"17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03.000000Z"},
      {"17/May/2015:10:05:03 -0230", "2015-05-17T12:35:03.000000Z"},
      {"Mon Nov 23 14:00:00.123456 2026", "2026-11-23T14:00:00.123456Z"},
      {"Mon, 23 Nov 2026 14:00:00 +0100", "2026-11-23T13:00:00.000000Z"},
      {"Mon, 23 Nov 2026 14:00:00 GMT", "2026-11-23T14:00:00.000000Z"},
      {"1795442400", "2026-11-23T14:00:00.000000Z"},
      {"1795442400.5", "2026-11-23T14:00:00.500000Z"},
      {"1795442400123", "2026-11-23T14:00:00.123000Z"},
      {"1795442400123456", "2026-11-23T14:00:00.123456Z"},
      {"1795442400123456789", "2026-11-23T14:00:00.123456Z"},
      {" 2026-11-23T14:00:00Z ", "2026-11-23T14:00:00.000000Z"},
  });
  for (const Case& one : kCases) {
    EXPECT_EQ(parsed(one.text, rules()), one.expected) << one.text;
  }
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const std::string_view text :
       {"", "now", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23T25:00:00Z",
        "2026-11-23T14:00:00Zx", "2026-11-23T", "Nov 31 00:00:00", "Nov 23 24:00:00",
        "17/Mai/2015:10:05:03 +0000", "12345", "-1795442400", "nan", "inf", "1e300",
        "99999999999999999999999", "2026-11-23T14:00:00+99:00", "0x6540"}) {
    EXPECT_EQ(parsed(text, rules()), "none") << text;
  }
}

TEST(ParseTime, AbsurdYearsAreReadButNotPlausible) {
  EXPECT_FALSE(plausible(*parse_time("0001-01-01T00:00:00Z", rules())));
  EXPECT_FALSE(plausible(*parse_time("9999-12-31T23:59:59Z", rules())));
  EXPECT_TRUE(plausible(*parse_time("1990-01-01T00:00:00Z", rules())));
  EXPECT_FALSE(plausible(*parse_time("2100-01-01T00:00:00Z", rules())));
}

TEST(ParseTime, YearIsTheLatestThatIsNotAhead) {
  EXPECT_EQ(parsed("Dec 31 23:59:59", rules()), "2025-12-31T23:59:59.000000Z");
  EXPECT_EQ(parsed("Nov 24 14:00:00", rules()), "2026-11-24T14:00:00.000000Z");
  EXPECT_EQ(parsed("Nov 25 14:00:00", rules()), "2025-11-25T14:00:00.000000Z");
  EXPECT_EQ(parsed("Jan  1 00:00:30", rules("2026-12-31T23:59:50Z")),
            "2027-01-01T00:00:30.000000Z");
  EXPECT_EQ(parsed("Dec 31 23:59:50", rules("2027-01-01T00:00:10Z")),
            "2026-12-31T23:59:50.000000Z");
  EXPECT_EQ(parsed("Feb 29 12:00:00", rules("2026-03-01T00:00:00Z")),
            "2024-02-29T12:00:00.000000Z");
}

TEST(ParseTime, AssumedYearWins) {
  EXPECT_EQ(parsed("Dec 31 23:59:59", rules("2026-11-23T14:30:00Z", 0, 2017)),
            "2017-12-31T23:59:59.000000Z");
  EXPECT_EQ(parsed("Feb 29 23:59:59", rules("2026-11-23T14:30:00Z", 0, 2017)), "none");
}

TEST(ParseTime, SourceOffsetHoldsOnlyForTimesWithoutZone) {
  const TimeRules berlin = rules("2026-11-23T14:30:00Z", 60);
  EXPECT_EQ(parsed("2026-11-23 14:00:00", berlin), "2026-11-23T13:00:00.000000Z");
  EXPECT_EQ(parsed("Nov 23 14:00:00", berlin), "2026-11-23T13:00:00.000000Z");
  EXPECT_EQ(parsed("2026-11-23T14:00:00Z", berlin), "2026-11-23T14:00:00.000000Z");
}

TEST(TakeTime, SaysHowFarTheTimeGoes) {
  Micros time;
  EXPECT_EQ(take_iso_time("2026-11-23T14:00:00.123Z - text", rules(), time), 24U);
  EXPECT_EQ(take_syslog_time("Nov 23 14:00:00 host", rules(), time), 15U);
  EXPECT_EQ(take_apache_time("17/May/2015:10:05:03 +0000] \"", rules(), time), 26U);
  EXPECT_EQ(take_iso_time("2026-11-23 text", rules(), time), 0U);
}

}  // namespace
}  // namespace tocsin
