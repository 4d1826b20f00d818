// The compiled matcher against the oracle: any rules, any events, the same hits.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/compiled_rules.h"
#include "detect/matcher.h"

namespace tocsin {
namespace {

struct Words {
  Rng& rng;

  std::string any(std::initializer_list<const char*> words) {
    return *(words.begin() + rng.below(words.size()));
  }
  std::string field() { return any({"alpha", "beta", "gamma.delta", "http.response.status_code"}); }
  // Values that meet each other often, with the shapes that have gone wrong elsewhere.
  std::string value() {
    return any(
        {"a",     "ab",     "abc",  "aabb",     "Admin",       "ADMIN", "x y",         "1",
         "10",    "0x10",   "4624", "4624.0",   "é",           "É",     "日本",        "10.1.2.3",
         "10.1.", "a\\\\b", "a*b",  "?",        "-c",          "/c",    "%27",         "",
         "true",  "abcabc", "cba",  "10.0.0.1", "2001:db8::1", "ß",     "aaaaaaaaaaaa"});
  }
};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') {
      out += c;
    }
  }
  return out + "'";
}

std::string random_item(Words& words) {
  Rng& rng = words.rng;
  const std::string field = words.field();
  switch (rng.below(13)) {
    case 0:
      return field + "|contains: " + quoted(words.value());
    case 1:
      return field + "|startswith: " + quoted(words.value());
    case 2:
      return field + "|endswith: " + quoted(words.value());
    case 3:
      return field + ": [" + quoted(words.value()) + ", " + quoted(words.value()) + "]";
    case 4:
      return field + "|contains|all: [" + quoted(words.value()) + ", " + quoted(words.value()) +
             "]";
    case 5:
      return field + ": " + quoted(words.any({"a*", "*b", "a?c", "*", "?", "*a*b*", "x*y"}));
    case 6:
      return field + "|re: " +
             quoted(words.any({"a+b", "^a", "b$", "[0-9]{2,}", "(?:ab)+c", "^.$", "^..$",
                               "(?i)admin", "a.b", "\\d+\\.\\d+"}));
    case 7:
      return field + ": " + words.any({"1", "10", "4624", "0x10", "1.5"});
    case 8:
      return field + "|" + words.any({"gt", "gte", "lt", "lte"}) + ": " +
             words.any({"5", "10", "4624"});
    case 9:
      return field + "|cidr: " + words.any({"10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32"});
    case 10:
      return field + "|exists: " + words.any({"true", "false"});
    case 11:
      return field + ": null";
    default:
      return field + "|cased: " + quoted(words.value());
  }
}

std::string random_rule(Words& words, int number) {
  Rng& rng = words.rng;
  std::string text = "title: rule " + std::to_string(number) + "\nlogsource: {product: p" +
                     std::to_string(rng.below(2)) + "}\ndetection:\n";
  const auto selections = 1 + rng.below(3);
  for (std::uint64_t s = 0; s < selections; ++s) {
    text += "  s" + std::to_string(s) + ":\n";
    if (rng.chance(0.15)) {
      text +=
          "    - " + quoted(words.value() + "a") + "\n    - " + quoted(words.value() + "b") + "\n";
      continue;
    }
    const auto items = 1 + rng.below(2);
    std::string before;
    for (std::uint64_t i = 0; i < items; ++i) {
      const std::string item = random_item(words);
      const std::string key = item.substr(0, item.find(':'));
      if (key != before) {
        text += "    " + item + "\n";
      }
      before = key;
    }
  }
  static constexpr const char* kConditions[3][4] = {
      {"s0", "not s0", "s0", "s0"},
      {"s0 and s1", "s0 or s1", "s0 and not s1", "not (s0 or s1)"},
      {"1 of s*", "all of s*", "s0 and (s1 or s2)", "s0 or not s1 and s2"}};
  return text + "  condition: " + kConditions[selections - 1][rng.below(4)] + "\n";
}

class CompiledMatcherTest : public testing::Test {
 protected:
  std::shared_ptr<const EventBatch> random_events(Words& words, std::size_t count) {
    auto records = std::make_shared<RecordBatch>();
    const auto origin = records->add_origin({"test", "", ""});
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(records->add(origin, Micros(1), words.value() + words.value() + words.value()));
    }
    auto events = std::make_shared<EventBatch>(records);
    for (std::size_t i = 0; i < count; ++i) {
      events->begin_event(i).dataset = datasets_.intern("d");
      events->add_copy(fields::logsource_product, words.rng.chance(0.5) ? "p0" : "p1");
      const auto fields = words.rng.below(5);
      for (std::uint64_t f = 0; f < fields; ++f) {
        add_value(*events, words);
      }
    }
    return events;
  }

  void add_value(EventBatch& events, Words& words) {
    const FieldId field = *fields_.intern(words.field());
    switch (words.rng.below(6)) {
      case 0:
        events.add(field, Value::integer(static_cast<std::int64_t>(words.rng.below(12))));
        return;
      case 1:
        events.add(field, words.rng.chance(0.5) ? Value::integer(4624) : Value::real(4624.0));
        return;
      case 2:
        events.add(field, words.rng.chance(0.5) ? Value::null() : Value::boolean(true));
        return;
      default:
        events.add_copy(field, words.value());
    }
  }

  FieldCatalog fields_;
  DatasetCatalog datasets_;
  Metrics metrics_;
};

TEST_F(CompiledMatcherTest, GivesExactlyTheOraclesHits) {
  const auto taxonomy = Taxonomy::load({});
  ASSERT_TRUE(taxonomy.has_value());
  std::size_t hits_seen = 0;
  std::size_t loaded = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed);
    Words words{rng};
    std::vector<RuleSource> sources;
    for (int i = 0; i < 60; ++i) {
      sources.push_back({"r" + std::to_string(i) + ".yml", random_rule(words, i)});
    }
    LoadReport report;
    const auto rules = RuleSet::load(sources, *taxonomy, fields_, {}, report);
    loaded += rules->rules().size();
    const auto compiled = CompiledRules::compile(rules);
    ASSERT_TRUE(compiled.has_value()) << compiled.error().text();
    const auto fast = make_matcher(*compiled, fields_, datasets_, metrics_);
    const auto slow = make_oracle(rules, fields_, datasets_, metrics_);
    for (int round = 0; round < 4; ++round) {
      const auto events = random_events(words, 100);
      std::vector<RuleHit> fast_hits;
      std::vector<RuleHit> slow_hits;
      fast->match(*events, fast_hits);
      slow->match(*events, slow_hits);
      std::ranges::sort(slow_hits);
      hits_seen += slow_hits.size();
      std::vector<RuleHit> differ;
      std::ranges::set_symmetric_difference(fast_hits, slow_hits, std::back_inserter(differ));
      ASSERT_TRUE(differ.empty())
          << "seed " << seed << ": event " << events->raw(differ[0].event) << "\n"
          << sources[std::stoul(rules->rules()[differ[0].rule].info->title.substr(5))].text;
      ASSERT_TRUE(std::ranges::is_sorted(fast_hits));
    }
  }
  EXPECT_GT(hits_seen, 10'000U);
  EXPECT_GT(loaded, 2'000U);
}

TEST_F(CompiledMatcherTest, RemembersNothingBetweenEventsThatDiffer) {
  const auto taxonomy = Taxonomy::load({});
  LoadReport report;
  const auto rules = RuleSet::load(
      {{"a.yml",
        "title: a\nlogsource: {product: p0}\ndetection:\n  s:\n    alpha|contains: evil\n  "
        "condition: s\n"}},
      *taxonomy, fields_, {}, report);
  const auto matcher =
      make_matcher(CompiledRules::compile(rules).value(), fields_, datasets_, metrics_);
  auto records = std::make_shared<RecordBatch>();
  const auto origin = records->add_origin({"test", "", ""});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(records->add(origin, Micros(1), "x"));
  }
  EventBatch events(records);
  for (std::size_t i = 0; i < 3; ++i) {
    events.begin_event(i).dataset = datasets_.intern("d");
    events.add_text(fields::logsource_product, i == 2 ? "p1" : "p0");
    events.add_text(*fields_.intern("alpha"), i == 1 ? "good" : "An EVIL one");
  }
  std::vector<RuleHit> hits;
  matcher->match(events, hits);
  EXPECT_EQ(hits, (std::vector<RuleHit>{{0, 0}}));
}

}  // namespace
}  // namespace tocsin
