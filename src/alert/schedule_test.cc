#include "alert/schedule.h"

#include <chrono>
#include <ctime>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace tocsin {
namespace {

Micros at(std::string_view iso) {
  const auto time = parse_iso_time(iso);
  EXPECT_TRUE(time) << iso;
  return time.value_or(Micros());
}

class ScheduleTest : public ::testing::Test {
 protected:
  Schedule schedule(std::string_view text) {
    auto parsed = Schedule::parse(text, files_);
    EXPECT_TRUE(parsed) << parsed.error().full_text();
    return parsed ? *parsed : Schedule();
  }
  bool has_zones() { return files_.info("/usr/share/zoneinfo/Europe/Berlin").has_value(); }

  PosixFileSystem files_;
};

TEST_F(ScheduleTest, CoversSpansOfTheWeek) {
  const struct {
    const char* schedule;
    const char* time;  // 2026-11-23 is a Monday
    bool covered;
  } kCases[] = {
      {"mon-fri 08:00-18:00 UTC", "2026-11-23T08:00:00Z", true},
      {"mon-fri 08:00-18:00 UTC", "2026-11-23T07:59:59Z", false},
      {"mon-fri 08:00-18:00 UTC", "2026-11-23T17:59:59Z", true},
      {"mon-fri 08:00-18:00 UTC", "2026-11-23T18:00:00Z", false},
      {"mon-fri 08:00-18:00 UTC", "2026-11-22T12:00:00Z", false},
      {"daily 22:00-07:00 UTC", "2026-11-23T23:00:00Z", true},
      {"daily 22:00-07:00 UTC", "2026-11-23T06:59:00Z", true},
      {"daily 22:00-07:00 UTC", "2026-11-23T07:00:00Z", false},
      {"sun 22:00-07:00 UTC", "2026-11-23T06:00:00Z", true},
      {"mon 22:00-07:00 UTC", "2026-11-23T06:00:00Z", false},
      {"fri-mon 00:00-24:00 UTC", "2026-11-22T12:00:00Z", true},
      {"fri-mon 00:00-24:00 UTC", "2026-11-24T00:00:00Z", false},
      {"Tue,SUN 00:00-24:00 UTC", "2026-11-24T12:00:00Z", true},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(schedule(one.schedule).covers(at(one.time)), one.covered)
        << one.schedule << " " << one.time;
  }
  EXPECT_FALSE(Schedule().covers(at("2026-11-23T08:00:00Z")));
}

TEST_F(ScheduleTest, TellsWhenItIsOver) {
  EXPECT_EQ(schedule("daily 22:00-07:00 UTC").free_after(at("2026-11-23T23:30:12Z")),
            at("2026-11-24T07:00:00Z"));
  EXPECT_EQ(schedule("daily 22:00-07:00 UTC").free_after(at("2026-11-23T12:00:00Z")),
            at("2026-11-23T12:00:00Z"));
  EXPECT_EQ(schedule("sat-sun 00:00-24:00 UTC").free_after(at("2026-11-21T01:00:00Z")),
            at("2026-11-23T00:00:00Z"));
  EXPECT_EQ(schedule("daily 00:00-24:00 UTC").free_after(at("2026-11-21T01:00:00Z")), std::nullopt);
}

TEST_F(ScheduleTest, FollowsSummerTimeOfTheZone) {
  if (!has_zones()) {
    GTEST_SKIP() << "skipped: no tzdata";
  }
  const Schedule office = schedule("mon-fri 08:00-18:00 Europe/Berlin");
  EXPECT_TRUE(office.covers(at("2026-07-06T06:30:00Z"))) << "08:30 in summer";
  EXPECT_FALSE(office.covers(at("2026-11-23T06:30:00Z"))) << "07:30 in winter";
  EXPECT_TRUE(office.covers(at("2090-07-07T06:30:00Z"))) << "behind the table, by the rule";
  EXPECT_FALSE(office.covers(at("2090-01-06T06:30:00Z")));
}

TEST_F(ScheduleTest, RefusesWhatItDoesNotUnderstand) {
  const struct {
    const char* text;
    const char* part;
  } kCases[] = {
      {"", "no schedule"},
      {"daily 08:00-18:00", "no schedule"},
      {"daily  08:00-18:00 UTC", "no schedule"},
      {"mon-xyz 08:00-18:00 UTC", "\"mon-xyz\""},
      {"mon, 08:00-18:00 UTC", "\"mon,\""},
      {"daily 8:00-18:00 UTC", "\"8:00-18:00\""},
      {"daily 08:00-24:01 UTC", "no time span"},
      {"daily 08:00-08:00 UTC", "no time span"},
      {"daily 08:00 UTC", "no time span"},
      {"daily 24:00-08:00 UTC", "no time span"},
      {"daily 08:60-18:00 UTC", "no time span"},
      {"daily 08:00-18:00 Europe/Atlantis", "there is no time zone"},
      {"daily 08:00-18:00 ../../etc/passwd", "no name of a time zone"},
      {"daily 08:00-18:00 /etc/localtime", "no name of a time zone"},
  };
  for (const auto& one : kCases) {
    const auto parsed = Schedule::parse(one.text, files_);
    ASSERT_FALSE(parsed) << one.text;
    EXPECT_NE(parsed.error().full_text().find(one.part), std::string::npos)
        << parsed.error().full_text();
  }
}

TEST(TimeZoneTest, AgreesWithTheSystemsOwnReading) {
  PosixFileSystem files;
  Rng rng(7);
  for (const char* name :
       {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
        "Asia/Kolkata", "Africa/Casablanca", "Asia/Tehran"}) {
    const auto zone = TimeZone::load(files, name);
    if (!zone) {
      GTEST_SKIP() << "skipped: no tzdata";
    }
    ASSERT_EQ(::setenv("TZ", name, 1), 0);
    ::tzset();
    for (int i = 0; i < 2'000; ++i) {
      const std::int64_t second = 946'684'800 + static_cast<std::int64_t>(rng.below(3'000'000'000));
      const std::time_t moment = second;
      std::tm broken{};
      ASSERT_NE(::localtime_r(&moment, &broken), nullptr);
      ASSERT_EQ(zone->offset_seconds(Micros(second * kMicrosPerSecond)), broken.tm_gmtoff)
          << name << " " << iso_time(Micros(second * kMicrosPerSecond));
    }
  }
  ASSERT_EQ(::setenv("TZ", "UTC", 1), 0);
  ::tzset();
}

TEST(TimeZoneTest, RefusesDamage) {
  PosixFileSystem files;
  const auto bytes = read_file(files, "/usr/share/zoneinfo/Europe/Berlin", TimeZone::kFileBytesMax);
  if (!bytes) {
    GTEST_SKIP() << "skipped: no tzdata";
  }
  ASSERT_TRUE(TimeZone::parse(*bytes));
  for (std::size_t size = 0; size < bytes->size(); size += 7) {
    EXPECT_FALSE(TimeZone::parse(std::string_view(*bytes).substr(0, size))) << size;
  }
  std::string huge = *bytes;
  huge[33] = '\x7f';
  EXPECT_FALSE(TimeZone::parse(huge));
  EXPECT_FALSE(TimeZone::parse("TZif"));
}

}  // namespace
}  // namespace tocsin
