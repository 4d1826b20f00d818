#include "demo/day.h"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "demo/attacks.h"

namespace tocsin {
namespace {

constexpr Span kDay = span_s(86'400);

DayOptions small_day(std::uint64_t seed, AttackPlan plan = AttackPlan::kEachOnce) {
  DayOptions options;
  options.seed = seed;
  options.start = *parse_iso_time("2026-11-22T14:00:00Z");
  options.end = options.start + kDay;
  options.sessions_per_hour = 300;
  options.attack_plan = plan;
  return options;
}

std::string all_text(Day& day) {
  std::string text;
  while (day.next_time()) {
    const DemoLine line = day.take();
    text.append(channel_info(line.channel).source).append(" ").append(line.text).append("\n");
  }
  return text;
}

TEST(Day, SameSeedGivesTheSameBytes) {
  Day one(small_day(7));
  Day two(small_day(7));
  EXPECT_EQ(all_text(one), all_text(two));
  EXPECT_EQ(manifest_json(one.manifest()), manifest_json(two.manifest()));
}

TEST(Day, AnotherSeedGivesAnotherDay) {
  Day one(small_day(7));
  Day two(small_day(8));
  EXPECT_NE(all_text(one), all_text(two));
}

TEST(Day, LinesComeInOrderOfTimeAndWithinTheDay) {
  const DayOptions options = small_day(1);
  Day day(options);
  Micros last = options.start;
  std::size_t lines = 0;
  while (const auto time = day.next_time()) {
    const DemoLine line = day.take();
    ASSERT_EQ(line.time, *time);
    ASSERT_GE(line.time, last);
    ASSERT_LT(line.time, options.end);
    last = line.time;
    ++lines;
  }
  EXPECT_GT(lines, 50'000U);
}

TEST(Day, EveryChannelSpeaks) {
  Day day(small_day(1, AttackPlan::kNone));
  std::map<Channel, std::size_t> lines;
  while (day.next_time()) {
    const DemoLine line = day.take();
    ++lines[line.channel];
    ASSERT_EQ(line.text.find('\n'), std::string::npos) << line.text;
  }
  EXPECT_EQ(lines.size(), kChannels.size());
  for (const auto& [channel, count] : lines) {
    EXPECT_GT(count, 500U) << channel_info(channel).source;
  }
}

TEST(Day, NightIsQuieterThanEvening) {
  Day day(small_day(3, AttackPlan::kNone));
  std::map<int, std::size_t> by_hour;
  while (day.next_time()) {
    ++by_hour[civil_from_micros(day.take().time).hour];
  }
  EXPECT_GT(by_hour[19], 3 * by_hour[3]);
}

TEST(Day, EachAttackIsPlayedAndKnowsWhatMustBeNoticed) {
  Day day(small_day(5));
  std::set<std::string> played;
  std::map<std::string, std::string> wanted;  // a value of a key → its attack
  for (const ExpectedAlert& alert : day.manifest().expected) {
    played.insert(alert.attack);
    if (alert.field == "source.ip") {
      wanted.emplace(alert.value, alert.attack);
    }
  }
  for (const Attack& attack : attacks()) {
    EXPECT_TRUE(played.contains(std::string(attack.name))) << attack.name;
  }
  const std::string text = all_text(day);
  for (const auto& [address, attack] : wanted) {
    EXPECT_NE(text.find(address), std::string::npos) << attack << " by " << address;
  }
}

TEST(Day, AttackersAndVictimsAreNobodyInnocent) {
  Day day(small_day(5));
  const auto& innocent_addresses = day.manifest().innocent_addresses;
  const auto& innocent_users = day.manifest().innocent_users;
  const std::set<std::string> addresses(innocent_addresses.begin(), innocent_addresses.end());
  const std::set<std::string> users(innocent_users.begin(), innocent_users.end());
  EXPECT_GT(addresses.size(), 1'500U);
  for (const ExpectedAlert& alert : day.manifest().expected) {
    EXPECT_FALSE(addresses.contains(alert.value)) << alert.attack;
    EXPECT_FALSE(users.contains(alert.value)) << alert.attack;
  }
}

TEST(Day, AttackThatWouldNotEndInTimeIsNotPromised) {
  DayOptions options = small_day(5);
  options.end = options.start + span_s(3'600);
  const Day day(options);
  EXPECT_FALSE(day.manifest().expected.empty());
  for (const ExpectedAlert& alert : day.manifest().expected) {
    EXPECT_NE(alert.attack, "slow guessing");
  }
}

TEST(Day, NowAndThenAnAttackComesWithOtherAddressesThanTheHistoryHad) {
  Day history(small_day(5));
  DayOptions options = small_day(5, AttackPlan::kNowAndThen);
  options.start = options.end;
  options.end = options.start + span_s(3'600);
  Day live(options);
  all_text(live);
  EXPECT_GT(live.manifest().expected.size(), 10U);
  std::set<std::string> before;
  for (const ExpectedAlert& alert : history.manifest().expected) {
    before.insert(alert.value);
  }
  for (const ExpectedAlert& alert : live.manifest().expected) {
    if (alert.field == "source.ip") {
      EXPECT_FALSE(before.contains(alert.value)) << alert.attack << " " << alert.value;
    }
  }
}

// The busiest window of one kind of deed for each address.
class BusiestWindow {
 public:
  explicit BusiestWindow(Span window) : window_(window) {}

  void add(const std::string& key, Micros time) {
    std::deque<Micros>& times = times_[key];
    times.push_back(time);
    while (times.front() + window_ < time) {
      times.pop_front();
    }
    busiest_ = std::max(busiest_, times.size());
  }
  std::size_t busiest() const { return busiest_; }

 private:
  const Span window_;
  std::map<std::string, std::deque<Micros>> times_;
  std::size_t busiest_ = 0;
};

std::string first_word(const std::string& text) {
  return text.substr(0, text.find(' '));
}

// The numbers are the thresholds of the shipped rules, with a margin: an ordinary day must stay
// clear of them, not just below.
TEST(Day, InnocentPeopleStayClearOfTheThresholds) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    DayOptions options = small_day(seed, AttackPlan::kNone);
    options.sessions_per_hour = 700;
    Day day(options);
    BusiestWindow refused_log_ins(span_s(300));
    BusiestWindow requests(span_s(60));
    BusiestWindow missing(span_s(300));
    BusiestWindow api_reads(span_s(300));
    BusiestWindow resets(span_s(600));
    BusiestWindow broken(span_s(60));
    while (day.next_time()) {
      const DemoLine line = day.take();
      if (line.channel != Channel::kWebAccess) {
        continue;
      }
      const std::string address = first_word(line.text);
      const auto has = [&](std::string_view part) {
        return line.text.find(part) != std::string::npos;
      };
      requests.add(address, line.time);
      if (has("\" 401 ")) {
        refused_log_ins.add(address, line.time);
      }
      if (has("\" 404 ")) {
        missing.add(address, line.time);
      }
      if (has("GET /api/")) {
        api_reads.add(address, line.time);
      }
      if (has("-password HTTP")) {
        resets.add(address, line.time);
      }
      if (has("\" 50")) {
        broken.add("all", line.time);
      }
    }
    EXPECT_LE(2 * refused_log_ins.busiest(), 8U);  // in two logs each; rule: 10 in 5 m
    EXPECT_LE(requests.busiest(), 300U);           // rule: 1,000 in 1 m
    EXPECT_LE(missing.busiest(), 10U);             // rule: 15 paths in 5 m
    EXPECT_LE(api_reads.busiest(), 100U);          // rule: 150 paths in 5 m
    EXPECT_LE(2 * resets.busiest(), 8U);           // rule: 10 in 10 m
    EXPECT_LE(broken.busiest(), 20U);              // rule: 50 in 1 m
  }
}

}  // namespace
}  // namespace tocsin
