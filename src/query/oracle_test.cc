// The query engine against a naive evaluation, over random events and random queries.
//
// The oracle knows the language's meaning from docs/query.md, not from match_sql.cc: events are
// maps of lists, a filter is a function, stats are loops.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/ip.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/time_text.h"
#include "query/query_fixture.h"

namespace tocsin {
namespace {

struct Event {
  std::int64_t seq = 0;
  Micros time;
  std::string dataset;
  std::map<std::string, std::vector<std::string>> fields;  // every value as text
};

using Filter = std::function<bool(const Event&)>;

struct RandomFilter {
  std::string text;
  Filter holds;
};

const std::vector<std::string>& values_of(const Event& event, const std::string& field) {
  static const std::vector<std::string> kNone;
  const auto found = event.fields.find(field);
  return found == event.fields.end() ? kNone : found->second;
}

Filter any_value(std::string field, std::function<bool(const std::string&)> test) {
  return [field = std::move(field), test = std::move(test)](const Event& event) {
    return std::ranges::any_of(values_of(event, field), test);
  };
}

bool is_word_byte(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_';
}

bool has_word(std::string_view text, std::string_view word) {
  const std::string lower = to_lower(text);
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word_byte(lower[at - 1]);
    const std::size_t end = at + word.size();
    if (begins && (end == lower.size() || !is_word_byte(lower[end]))) {
      return true;
    }
  }
  return false;
}

class OracleTest : public QueryTest {
 protected:
  const std::vector<std::string> users_ = {"alice", "Alice", "bob", "carol", "al_ce", "b%b"};
  const std::vector<std::string> words_ = {"failed", "login", "FAILED", "from", "x9", "logins"};
  const std::vector<std::string> addresses_ = {"10.0.0.1", "10.0.1.2", "10.200.0.3", "192.0.2.7",
                                               "2001:db8::1"};

  const std::string& pick(const std::vector<std::string>& from) {
    return from[rng_.below(from.size())];
  }

  TestEvent random_event(Event& known, std::vector<std::string>& keep) {
    TestEvent event;
    known.dataset = event.dataset = rng_.chance(0.5) ? "a.log" : "b.log";
    known.time = event.time = at(static_cast<std::int64_t>(rng_.below(500)));
    const auto add = [&](const std::string& field, const std::string& text, Value value) {
      event.fields.emplace_back(field, value);
      known.fields[field].push_back(text);
    };
    const auto add_text = [&](const std::string& field, std::string text) {
      keep.push_back(std::move(text));
      add(field, keep.back(), Value::text(keep.back()));
    };
    if (rng_.chance(0.8)) {
      add_text("user.name", pick(users_));
    }
    if (rng_.chance(0.3)) {
      add_text("tags", "t" + std::to_string(rng_.below(3)));
      if (rng_.chance(0.5)) {
        add_text("tags", "t" + std::to_string(3 + rng_.below(3)));
      }
    }
    if (rng_.chance(0.7)) {
      add_text("source.ip", pick(addresses_));
    }
    if (rng_.chance(0.7)) {
      const auto code = static_cast<std::int64_t>(200 + 100 * rng_.below(4));
      add("http.response.status_code", std::to_string(code), Value::integer(code));
    }
    if (rng_.chance(0.02)) {
      add_text("source.port", "none");  // does not fit its column
    } else if (rng_.chance(0.4)) {
      const auto port = static_cast<std::int64_t>(rng_.below(5));
      add("source.port", std::to_string(port), Value::integer(port));
    }
    if (rng_.chance(0.6)) {
      std::string message = pick(words_);
      for (std::uint64_t i = rng_.below(4); i > 0; --i) {
        message += (rng_.chance(0.5) ? " " : "-") + pick(words_);
      }
      add_text("message", message);
    }
    if (rng_.chance(0.3)) {
      add_text("app.size", std::to_string(rng_.below(20)));
    }
    return event;
  }

  RandomFilter leaf() {
    switch (rng_.below(12)) {
      case 0: {
        const std::string user = pick(users_);
        return {"user.name:\"" + user + "\"",
                any_value("user.name", [user](const std::string& v) { return v == user; })};
      }
      case 1: {
        const std::string start = pick(users_).substr(0, 2);
        return {"user.name:" + start + "*", any_value("user.name", [start](const std::string& v) {
                  return to_lower(v).starts_with(to_lower(start));
                })};
      }
      case 2: {
        const std::string tag = "t" + std::to_string(rng_.below(6));
        return {"tags:" + tag, any_value("tags", [tag](const std::string& v) { return v == tag; })};
      }
      case 3: {
        const char* network = rng_.chance(0.5) ? "10.0.0.0/16" : "10.0.0.0/9";
        return {std::string("source.ip:") + network,
                any_value("source.ip", [network](const std::string& v) {
                  return parse_network(network)->contains(*parse_ip(v));
                })};
      }
      case 4: {
        const auto code = static_cast<std::int64_t>(200 + 50 * rng_.below(8));
        const bool less = rng_.chance(0.5);
        return {
            "http.response.status_code " + std::string(less ? "< " : ">= ") + std::to_string(code),
            any_value("http.response.status_code", [code, less](const std::string& v) {
              return less ? *parse_int(v) < code : *parse_int(v) >= code;
            })};
      }
      case 5: {
        const std::string port = rng_.chance(0.3) ? "none" : std::to_string(rng_.below(5));
        return {"source.port:" + port,
                any_value("source.port", [port](const std::string& v) { return v == port; })};
      }
      case 6: {
        const std::string word = to_lower(pick(words_));
        return {"message:" + word,
                any_value("message", [word](const std::string& v) { return has_word(v, word); })};
      }
      case 7: {
        const std::string word = to_lower(pick(words_));
        return {word, [word](const Event& event) {
                  return std::ranges::any_of(event.fields, [&word](const auto& field) {
                    return field.first != "http.response.status_code" &&
                           std::ranges::any_of(field.second, [&word](const std::string& v) {
                             return has_word(v, word);
                           });
                  });
                }};
      }
      case 8: {
        const auto size = static_cast<std::int64_t>(rng_.below(20));
        return {
            "app.size > " + std::to_string(size),
            any_value("app.size", [size](const std::string& v) { return *parse_int(v) > size; })};
      }
      case 9: {
        const std::string field = rng_.chance(0.5) ? "user.name" : "source.port";
        return {field + ":*",
                [field](const Event& event) { return !values_of(event, field).empty(); }};
      }
      case 10: {
        const std::string dataset = rng_.chance(0.5) ? "a.log" : "b.log";
        return {"event.dataset:" + dataset,
                [dataset](const Event& event) { return event.dataset == dataset; }};
      }
      default: {
        const Micros time = at(static_cast<std::int64_t>(rng_.below(500)));
        return {"@timestamp >= \"" + iso_time(time) + "\"",
                [time](const Event& event) { return event.time >= time; }};
      }
    }
  }

  RandomFilter filter(int depth) {
    if (depth == 0 || rng_.chance(0.3)) {
      return leaf();
    }
    RandomFilter left = filter(depth - 1);
    if (rng_.chance(0.25)) {
      return {"not (" + left.text + ")",
              [holds = left.holds](const Event& event) { return !holds(event); }};
    }
    RandomFilter right = filter(depth - 1);
    const bool both = rng_.chance(0.5);
    return {"(" + left.text + (both ? " and " : " or ") + right.text + ")",
            [a = left.holds, b = right.holds, both](const Event& event) {
              return both ? a(event) && b(event) : a(event) || b(event);
            }};
  }

  void fill() {
    constexpr int kBatches = 8;
    constexpr std::uint64_t kEvents = 60;
    for (int i = 0; i < kBatches; ++i) {
      std::vector<TestEvent> batch;
      std::vector<std::string> keep;
      keep.reserve(kEvents * 16);
      for (std::uint64_t k = 0; k < kEvents; ++k) {
        Event known;
        known.seq = static_cast<std::int64_t>(next_ + k);
        batch.push_back(random_event(known, keep));
        events_.push_back(std::move(known));
      }
      add(batch, i % 3 == 2 ? Where::kSealed : Where::kHot);
    }
  }

  std::vector<const Event*> matching(const Filter& holds) const {
    std::vector<const Event*> found;
    for (const Event& event : events_) {
      if (holds(event)) {
        found.push_back(&event);
      }
    }
    std::ranges::sort(found, [](const Event* a, const Event* b) {
      return std::pair(a->time, a->seq) > std::pair(b->time, b->seq);
    });
    return found;
  }

  Rng rng_{20'261'123};
  std::vector<Event> events_;
};

TEST_F(OracleTest, RandomFiltersFindTheSameEventsInTheSameOrder) {
  fill();
  QueryRequest request;
  int with_results = 0;
  for (int i = 0; i < 150; ++i) {
    const RandomFilter random = filter(3);
    request.rows_max = 1 + rng_.below(600);
    std::vector<std::int64_t> expected;
    for (const Event* event : matching(random.holds)) {
      if (expected.size() < request.rows_max) {
        expected.push_back(event->seq);
      }
    }
    with_results += expected.empty() ? 0 : 1;
    EXPECT_EQ(seqs(random.text + " | fields _seq", request), expected) << random.text;
  }
  EXPECT_GT(with_results, 75) << "the random filters must be worth asking";
}

TEST_F(OracleTest, RandomStatsCountTheSame) {
  fill();
  for (int i = 0; i < 40; ++i) {
    const RandomFilter random = filter(2);
    std::map<std::string, std::int64_t> counts;
    std::map<std::string, std::set<std::string>> users;
    std::map<std::string, std::int64_t> sums;
    for (const Event* event : matching(random.holds)) {
      for (const std::string& tag : values_of(*event, "tags")) {
        ++counts[tag];
        for (const std::string& user : values_of(*event, "user.name")) {
          users[tag].insert(user);
        }
        for (const std::string& code : values_of(*event, "http.response.status_code")) {
          sums[tag] += *parse_int(code);
        }
      }
    }
    std::vector<std::string> expected;
    for (const auto& [tag, count] : counts) {
      const bool any = sums.contains(tag);
      expected.push_back(fmt::format("\"{}\"|{}|{}|{}", tag, count, users[tag].size(),
                                     any ? fmt::format("{}", sums[tag]) : "null"));
    }
    EXPECT_EQ(
        rows(random.text + " | stats count, dc(user.name), sum(http.response.status_code) by tags"),
        expected)
        << random.text;
  }
}

}  // namespace
}  // namespace tocsin
