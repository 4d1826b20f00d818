#include "demo/player.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "testing/fake_clock.h"

namespace tocsin {
namespace {

DayOptions quiet_hour() {
  DayOptions options;
  options.start = *parse_iso_time("2026-11-22T14:00:00Z");
  options.end = options.start + span_s(3'600);
  options.sessions_per_hour = 60;
  options.people.customers = 20;
  options.people.offices = 1;
  options.people.staff_per_office = 3;
  options.attack_plan = AttackPlan::kNone;
  return options;
}

class RememberingSender final : public LineSender {
 public:
  Status send(Channel channel, std::string_view lines) override {
    if (calls_before_failure == 0) {
      return Error(ErrorCode::kUnavailable, "connection refused");
    }
    --calls_before_failure;
    EXPECT_TRUE(lines.ends_with('\n'));
    lines_seen += static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
    channels.push_back(channel);
    return {};
  }

  std::uint64_t lines_seen = 0;
  std::vector<Channel> channels;
  std::int64_t calls_before_failure = -1;
};

std::uint64_t lines_of(const DayOptions& options) {
  Day day(options);
  std::uint64_t lines = 0;
  for (; day.next_time(); ++lines) {
    day.take();
  }
  return lines;
}

TEST(Player, HistoryIsSentWholeWithOneBatchAChannelAndSlice) {
  Day day(quiet_hour());
  RememberingSender sender;
  std::uint64_t told = 0;
  const auto played = play_history(day, sender, [&](const Played& so_far) {
    told = so_far.lines;
    return true;
  });
  ASSERT_TRUE(played.has_value());
  EXPECT_EQ(played->lines, lines_of(quiet_hour()));
  EXPECT_EQ(sender.lines_seen, played->lines);
  EXPECT_EQ(told, played->lines);
  EXPECT_LE(sender.channels.size(), 4U * 30U);
}

TEST(Player, HistoryStopsWhenAsked) {
  Day day(quiet_hour());
  RememberingSender sender;
  const auto played = play_history(day, sender, [](const Played&) { return false; });
  ASSERT_TRUE(played.has_value());
  EXPECT_LE(sender.channels.size(), 4U);
}

TEST(Player, ErrorOfTheSenderEndsIt) {
  Day day(quiet_hour());
  RememberingSender sender;
  sender.calls_before_failure = 5;
  const auto played = play_history(day, sender, {});
  ASSERT_FALSE(played.has_value());
  EXPECT_EQ(played.error().text(), "connection refused");
}

TEST(Player, LiveSendsNoLineBeforeItsTime) {
  const DayOptions options = quiet_hour();
  Day day(options);
  RememberingSender sender;
  FakeClock clock(options.start);
  const auto pause = [&](Span span) { clock.advance(span); };
  const auto played = play_live(day, sender, clock, pause, [&](const Played& so_far) {
    EXPECT_LE(so_far.until, clock.now());
    return clock.now() < options.start + span_s(1'800);
  });
  ASSERT_TRUE(played.has_value());
  EXPECT_GT(sender.lines_seen, 0U);
  EXPECT_LT(sender.lines_seen, lines_of(options));
}

TEST(Player, LiveEndsWithTheDay) {
  const DayOptions options = quiet_hour();
  Day day(options);
  RememberingSender sender;
  FakeClock clock(options.start);
  const auto pause = [&](Span) { clock.advance(span_s(60)); };
  const auto played = play_live(day, sender, clock, pause, [](const Played&) { return true; });
  ASSERT_TRUE(played.has_value());
  EXPECT_EQ(sender.lines_seen, lines_of(options));
}

}  // namespace
}  // namespace tocsin
