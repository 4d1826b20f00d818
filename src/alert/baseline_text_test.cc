#include "alert/baseline_text.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(BaselineText, ComesBackAsItWas) {
  Baseline baseline;
  baseline.observed = 412;
  baseline.low = 12;
  baseline.high = 35.5;
  baseline.unit = "log-ins \"quoted\"";
  baseline.history = {{Micros(1'700'000'000'000'000), 20, 12, 35},
                      {Micros(1'700'000'300'000'000), 0.25, 0, 1e12}};
  baseline.usual = {{"DE", 120}, {"FR", 3}};
  const auto back = baseline_of(baseline_text(&baseline));
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(*back, baseline);
}

TEST(BaselineText, NoneAndDamagedAreNone) {
  EXPECT_EQ(baseline_text(nullptr), "");
  EXPECT_EQ(baseline_of(""), nullptr);
  EXPECT_EQ(baseline_of("{\"observed\":1"), nullptr);
  const auto foreign = baseline_of("{\"history\":[{\"time\":3},7],\"usual\":{}}");
  ASSERT_NE(foreign, nullptr);
  EXPECT_TRUE(foreign->history.empty());
}

}  // namespace
}  // namespace tocsin
