#include "obs/metrics.h"

#include <array>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Metrics, TheSameNameAndLabelsAreTheSameCounter) {
  Metrics metrics;
  Counter& a = metrics.counter("tocsin_x_total", "help", {{"reason", "a"}});
  Counter& again = metrics.counter("tocsin_x_total", "help", {{"reason", "a"}});
  Counter& b = metrics.counter("tocsin_x_total", "help", {{"reason", "b"}});
  a.add(2);
  b.add();
  EXPECT_EQ(&a, &again);
  EXPECT_NE(&a, &b);
  EXPECT_EQ(metrics.total("tocsin_x_total"), 3U);
  EXPECT_EQ(metrics.total("nothing"), 0U);
}

TEST(Metrics, WritesPrometheusTextWithEscapedLabels) {
  Metrics metrics;
  metrics.counter("tocsin_x_total", "what it is", {{"reason", "a\"b\n"}}).add(7);
  metrics.gauge("tocsin_lag_seconds", "how far behind").set(0.5);
  const std::string text = metrics.text();
  EXPECT_NE(text.find("# TYPE tocsin_x_total counter"), std::string::npos);
  EXPECT_NE(text.find(R"(tocsin_x_total{reason="a\"b\n"} 7)"), std::string::npos);
  EXPECT_NE(text.find("tocsin_lag_seconds 0.5"), std::string::npos);
}

TEST(Metrics, HistogramsCountUpToEachBound) {
  Metrics metrics;
  const std::array bounds = {0.5, 1.0};
  Histogram& delay = metrics.histogram("delay_seconds", "d", bounds);
  for (const double value : {0.25, 0.5, 0.75, 4.0}) {
    delay.observe(value);
  }
  const std::string text = metrics.text();
  for (const char* line :
       {"# TYPE delay_seconds histogram", "delay_seconds_bucket{le=\"0.5\"} 2\n",
        "delay_seconds_bucket{le=\"1\"} 3\n", "delay_seconds_bucket{le=\"+Inf\"} 4\n",
        "delay_seconds_count 4\n", "delay_seconds_sum 5.5\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace tocsin
