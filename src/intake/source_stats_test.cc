#include "intake/source_stats.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(SourceStats, ShowsWhatCameInAndWhatWasLost) {
  Metrics metrics;
  SourceStats stats(metrics);
  SourceCounters& one = stats.source("syslog-udp:514", "syslog-udp");
  one.received(3, 300, Micros(77));
  one.lost(IntakeLoss::kEmpty, 2);
  one.lost(IntakeLoss::kKernelDrop, 0);
  one.waited();
  EXPECT_EQ(&stats.source("syslog-udp:514", "syslog-udp"), &one);
  const auto all = stats.snapshot();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, "syslog-udp");
  EXPECT_EQ(all[0].records, 3U);
  EXPECT_EQ(all[0].bytes, 300U);
  EXPECT_EQ(all[0].waits, 1U);
  EXPECT_EQ(all[0].last_received, Micros(77));
  ASSERT_EQ(all[0].losses.size(), 1U);
  EXPECT_EQ(all[0].losses[0].first, "empty");
  EXPECT_EQ(metrics.total("tocsin_intake_lost_total"), 2U);
}

TEST(SourceStats, IsBounded) {
  Metrics metrics;
  SourceStats stats(metrics);
  for (std::size_t i = 0; i < SourceStats::kSourcesMax + 100; ++i) {
    stats.source("http:" + std::to_string(i), "http").received(1, 1, Micros(1));
  }
  EXPECT_LE(stats.snapshot().size(), SourceStats::kSourcesMax + 1);
  EXPECT_EQ(metrics.total("tocsin_intake_records_total"), SourceStats::kSourcesMax + 100);
}

}  // namespace
}  // namespace tocsin
