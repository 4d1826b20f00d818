// The filter is held against the oracle: whatever a rule matches, the filter lets through.
#include "backtest/necessary_filter.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/test_events.h"
#include "query/seq_scan.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr const char* kTaxonomy =
    "sources:\n"
    "  - logsource: {category: web}\n"
    "    when: {event.dataset: [nginx.access, apache.access]}\n"
    "  - logsource: {category: login}\n"
    "    when: {event.category: authentication}\n";

class NecessaryFilterTest : public testing::Test {
 protected:
  NecessaryFilterTest() {
    detection_.load_taxonomy(kTaxonomy);
    StoreOptions options;
    options.directory = directory_ / "segments";
    options.retention = Span(0);  // the events are old
    auto store = open_event_store(options, {files_, clock_, log_, detection_.metrics,
                                            detection_.fields, detection_.datasets});
    EXPECT_TRUE(store.has_value()) << store.error().full_text();
    store_ = std::move(*store);
  }

  std::shared_ptr<const EventBatch> keep(const std::vector<TestEvent>& events) {
    auto batch = detection_.batch(events);
    EXPECT_TRUE(store_->append(*batch).has_value());
    EXPECT_TRUE(store_->seal().has_value());
    return batch;
  }

  std::vector<Seq> passing(const NecessaryFilter& filter) {
    SeqScan scan;
    scan.condition = filter.condition;
    scan.from = Micros(INT64_MIN);
    scan.until = Micros(INT64_MAX);
    const Cancel never;
    auto found = scan_seqs(*store_, scan, never);
    EXPECT_TRUE(found.has_value()) << found.error().full_text();
    return found ? std::move(*found) : std::vector<Seq>();
  }

  NecessaryFilter filter_of_all() {
    std::vector<std::uint32_t> all(detection_.rules->rules().size());
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      all[i] = i;
    }
    return necessary_filter(*detection_.rules, all, detection_.fields);
  }

  NecessaryFilter filter_of(const std::string& logsource, const std::string& detection) {
    detection_.load("title: t\nlogsource: " + logsource + "\ndetection:\n" + detection);
    EXPECT_EQ(detection_.report.refused, 0U) << detection_.first_refusal();
    return filter_of_all();
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Log log_;
  TestDetection detection_;
  std::unique_ptr<EventStore> store_;
};

struct Vocabulary {
  Rng& rng;

  const char* any(std::initializer_list<const char*> words) {
    return *(words.begin() + rng.below(words.size()));
  }
  const char* field() {
    return any({"user.name", "url.path", "source.ip", "http.response.status_code", "message",
                "own.field", "own.other", "event.dataset", "tags"});
  }
  const char* value() {
    return any({"alice",
                "ALICE",
                "bob",
                "/admin/x",
                "/a",
                "10.1.2.3",
                "2001:db8::1",
                "200",
                "404",
                "true",
                "a*b",
                "a\\b",
                "100%",
                "under_score",
                "long text with words",
                "É",
                "x y",
                "nginx.access",
                "2026-11-23T10:00:00Z",
                "tru",
                "-"});
  }
};

std::vector<TestEvent> random_events(Vocabulary& words, std::size_t count) {
  std::vector<TestEvent> events;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<TestField> fields;
    const std::uint64_t size = 1 + words.rng.below(5);
    for (std::uint64_t f = 0; f < size; ++f) {
      std::string name = words.field();
      if (name == "event.dataset") {
        fields.push_back({"event.category", text("authentication")});
        continue;
      }
      if (name == "source.ip" && words.rng.chance(0.7)) {
        fields.push_back({name, text("10.1.2.3")});
      } else if (words.rng.chance(0.3)) {
        fields.push_back({name, integer(words.rng.chance(0.5) ? 404 : 200)});
      } else {
        fields.push_back({name, text(words.value())});
      }
    }
    events.emplace_back(std::move(fields), at_second(static_cast<double>(i)), words.value(),
                        words.any({"nginx.access", "apache.access", "app.log"}));
  }
  return events;
}

std::string random_item(Vocabulary& words) {
  const std::string field = words.field();
  const std::string value = std::string("'") + words.value() + "'";
  switch (words.rng.below(9)) {
    case 0:
      return field + "|contains: " + value;
    case 1:
      return field + "|startswith: " + value;
    case 2:
      return field + "|endswith: " + value;
    case 3:
      return field + ": [" + value + ", '" + words.value() + "']";
    case 4:
      return field + ": " + words.any({"404", "200", "'a*'", "'*e'", "null"});
    case 5:
      return field + "|exists: " + words.any({"true", "false"});
    case 6:
      return field + "|re: '" + words.any({"a.*e", "^/a", "[0-9]+"}) + "'";
    case 7:
      return field + "|cidr: " + words.any({"10.0.0.0/8", "2001:db8::/32", "10.1.2.3/32"});
    default:
      return field + "|cased: " + value;
  }
}

std::string random_rule(Vocabulary& words) {
  const std::string logsource =
      words.any({"{category: web}", "{category: login}", "{category: web, product: x}"});
  return "title: t\nlogsource: " + logsource + "\ndetection:\n  a:\n    " + random_item(words) +
         "\n  b:\n    " + random_item(words) + "\n  c: ['" + words.value() + "x', 'alice']\n" +
         "  condition: " +
         words.any({"a", "a and b", "a or b", "not a", "a and not b", "not (a or b)", "c",
                    "b and not c", "1 of *"}) +
         "\n";
}

TEST_F(NecessaryFilterTest, LetsThroughWhateverTheRuleMatches) {
  Rng rng(7);
  Vocabulary words{rng};
  const auto batch = keep(random_events(words, 600));
  std::size_t hits_seen = 0;
  std::size_t narrowed = 0;
  for (int i = 0; i < 250; ++i) {
    const std::string rule = random_rule(words);
    detection_.load(rule);
    if (detection_.rules->rules().empty()) {
      continue;
    }
    const NecessaryFilter filter = filter_of_all();
    const std::vector<Seq> through = passing(filter);
    narrowed += through.size() < 600 ? 1U : 0U;
    const std::vector<RuleHit> hits = detection_.hits(*batch);
    hits_seen += hits.size();
    for (const RuleHit& hit : hits) {
      const Seq seq = batch->head(hit.event).seq;
      ASSERT_TRUE(std::ranges::binary_search(through, seq)) << "record " << seq.value << "\n"
                                                            << rule;
    }
    if (filter.exact) {
      ASSERT_EQ(through.size(), hits.size()) << rule;
    }
  }
  EXPECT_GT(hits_seen, 5'000U);
  EXPECT_GT(narrowed, 100U);
}

TEST_F(NecessaryFilterTest, NarrowsByLogsourceValueAndNetwork) {
  keep({{{{"user.name", text("alice")}}, at_second(1), "", "nginx.access"},
        {{{"user.name", text("Alice")}}, at_second(2), "", "app.log"},
        {{{"user.name", text("bob")}}, at_second(3), "", "nginx.access"},
        {{{"source.ip", text("10.9.9.9")}}, at_second(4), "", "apache.access"}});
  const auto first = [](std::initializer_list<std::uint64_t> seqs) {
    return std::vector<Seq>(seqs.begin(), seqs.end());
  };
  EXPECT_EQ(passing(filter_of("{category: web}", "  a:\n    user.name: ALICE\n  condition: a\n")),
            first({1}));
  EXPECT_EQ(passing(filter_of("{category: web}",
                              "  a:\n    source.ip|cidr: 10.0.0.0/8\n  condition: a\n")),
            first({4}));
  EXPECT_EQ(passing(filter_of("{category: web}",
                              "  a:\n    user.name|contains: b\n  condition: not a\n")),
            first({1, 3, 4}));
  EXPECT_EQ(passing(filter_of("{category: web}", "  a: ['alice']\n  condition: a\n")),
            first({1, 3, 4}));
  EXPECT_TRUE(
      passing(filter_of("{category: other}", "  a:\n    user.name: alice\n  condition: a\n"))
          .empty());
}

TEST_F(NecessaryFilterTest, TrustsNoValueThatTheIndexMayHaveCut) {
  const std::string tail = std::string(9'000, 'x') + "needle";
  keep({{{{"url.path", text(tail)}}, at_second(1), "", "nginx.access"},
        {{{"url.path", text("/short")}}, at_second(2), "", "nginx.access"}});
  EXPECT_EQ(passing(filter_of("{category: web}",
                              "  a:\n    url.path|endswith: needle\n  condition: a\n")),
            std::vector<Seq>{Seq(1)});
}

TEST_F(NecessaryFilterTest, AsksForPresenceOnlyWhereAListIsLong) {
  keep({{{{"user.name", text("nobody")}}, at_second(1), "", "nginx.access"},
        {{{"own.field", text("x")}}, at_second(2), "", "nginx.access"}});
  std::string list;
  for (int i = 0; i < 400; ++i) {
    list += (i == 0 ? "" : ", ") + std::string("name") + std::to_string(i);
  }
  const NecessaryFilter filter = filter_of(
      "{category: web}", "  a:\n    user.name|contains: [" + list + "]\n  condition: a\n");
  EXPECT_FALSE(filter.exact);
  EXPECT_EQ(passing(filter).size(), 2U);
}

}  // namespace
}  // namespace tocsin
