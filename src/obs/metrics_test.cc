#include "obs/metrics.h"

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

}  // namespace
}  // namespace tocsin
