// For tests only: events written as lists of fields, and rules as text.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "detect/detector.h"
#include "detect/evaluator.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"

namespace tocsin {

struct TestField {
  std::string name;
  Value value;
};

struct TestEvent {
  // NOLINTNEXTLINE: a list of fields is an event.
  TestEvent(std::vector<TestField> with, Micros at = Micros(1'000'000'000'000),
            std::string line = {}, std::string of = "test.log")
      : fields(std::move(with)), time(at), raw(std::move(line)), dataset(std::move(of)) {}

  std::vector<TestField> fields;
  Micros time;
  std::string raw;
  std::string dataset;
};

inline Value text(std::string_view v) {
  return Value::text(v);
}
inline Value integer(std::int64_t v) {
  return Value::integer(v);
}

inline constexpr Micros kTestStart{1'700'000'000'000'000};
inline Micros at_second(double second) {
  return Micros(kTestStart.value + static_cast<std::int64_t>(second * 1e6));
}

// The catalogues, a metrics registry and what is made with them. Text values are borrowed.
struct TestDetection {
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  Taxonomy taxonomy;
  Placeholders placeholders;
  LoadReport report;
  std::shared_ptr<const RuleSet> rules;
  std::uint64_t next_seq = 1;

  void load_taxonomy(const std::string& yaml) {
    auto loaded = Taxonomy::load({{"taxonomy.yml", yaml}});
    ASSERT_TRUE(loaded) << loaded.error().full_text();
    taxonomy = std::move(*loaded);
  }

  void load(const std::string& yaml) {
    report = {};
    rules = RuleSet::load({{"rule.yml", yaml}}, taxonomy, fields, placeholders, report);
  }

  // One rule with this detection, for the logsource category "any" of the test taxonomy.
  void load_detection(const std::string& detection) {
    if (taxonomy.entries().empty()) {
      load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
    }
    load("title: t\nlogsource: {category: any}\ndetection:\n" + detection);
  }

  std::string first_refusal() const {
    for (const LoadIssue& issue : report.issues) {
      if (issue.refused) {
        return std::to_string(issue.line) + ": " + issue.reason;
      }
    }
    return {};
  }

  std::shared_ptr<EventBatch> batch(const std::vector<TestEvent>& events) {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"test", "", ""});
    for (const TestEvent& event : events) {
      EXPECT_TRUE(records->add(origin, event.time, event.raw));
    }
    records->set_first_seq(Seq(next_seq));
    next_seq += events.size();
    auto out = std::make_shared<EventBatch>(records);
    for (std::size_t i = 0; i < events.size(); ++i) {
      EventHead& head = out->begin_event(i);
      head.time = events[i].time;
      head.dataset = datasets.intern(events[i].dataset);
      for (const TestField& field : events[i].fields) {
        const FieldId id = *fields.intern(field.name);
        if (field.value.is_text()) {
          out->add_copy(id, field.value.as_text());
        } else {
          out->add(id, field.value);
        }
      }
    }
    return out;
  }

  std::vector<RuleHit> hits(const EventBatch& events) {
    std::vector<RuleHit> found;
    make_oracle(rules, fields, datasets, metrics)->match(events, found);
    return found;
  }

  // Whether the only rule matches the event.
  bool matches(const TestEvent& event) {
    EXPECT_EQ(report.refused, 0U) << first_refusal();
    return rules->rules().size() == 1 && !hits(*batch({event})).empty();
  }

  std::vector<Finding> findings(const std::vector<TestEvent>& events,
                                const CorrelatorLimits& limits = {}, bool finish = true) {
    DetectorOptions options;
    options.correlation = limits;
    Detector detector(rules, fields, datasets, metrics, options);
    const auto made = batch(events);
    std::vector<Finding> out;
    detector.consume(*made, hits(*made), out);
    if (finish) {
      detector.finish(out);
    }
    return out;
  }
};

}  // namespace tocsin
