// For tests only: a stream of events for monitors, one batch an event or many.
#pragma once

#include <string>
#include <vector>

#include "detect/baseline/monitor_engine.h"
#include "detect/test_events.h"

namespace tocsin {

inline constexpr double kHour = 3'600;
inline constexpr double kDay = 24 * kHour;
// A Monday, 0:00 UTC.
inline constexpr Micros kMonday{1'699'833'600'000'000};

struct TestStream {
  explicit TestStream(const std::string& monitor, const std::string& detection = {}) {
    d.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
    load(monitor, detection);
    engine = std::make_unique<MonitorEngine>(d.rules, d.metrics, MonitorOptions{span_s(10), 7});
  }

  static std::string rule(const std::string& monitor, const std::string& detection = {}) {
    return "title: Unusual\nid: unusual\nlogsource: {category: any}\ndetection:\n" +
           (detection.empty() ? "  a: {event.action: login}\n  condition: a\n" : detection) +
           "monitor: " + monitor + "\n";
  }
  void load(const std::string& monitor, const std::string& detection = {}) {
    d.load(rule(monitor, detection));
    EXPECT_EQ(d.report.refused, 0U) << d.first_refusal();
  }

  // Seconds after kMonday.
  static Micros at(double second) {
    return Micros(kMonday.value + static_cast<std::int64_t>(second * 1e6));
  }
  void send(double second, std::vector<TestField> fields, std::size_t times = 1) {
    fields.push_back({"event.action", text("login")});
    send_all(std::vector<TestEvent>(times, TestEvent(std::move(fields), at(second))));
  }
  void send_all(const std::vector<TestEvent>& events) {
    const auto batch = d.batch(events);
    engine->consume(*batch, d.hits(*batch), findings);
  }
  void tick(double second) { engine->tick(at(second), findings); }
  void restart() {
    const std::string state = engine->snapshot();
    engine = std::make_unique<MonitorEngine>(d.rules, d.metrics, MonitorOptions{span_s(10), 99});
    const Status restored = engine->restore(state);
    EXPECT_TRUE(restored) << restored.error().full_text();
  }

  TestDetection d;
  std::unique_ptr<MonitorEngine> engine;
  std::vector<Finding> findings;
};

}  // namespace tocsin
