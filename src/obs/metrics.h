// Metrics: counters, gauges and histograms of this process, written out in Prometheus' text format.
//
// Constructors take a Metrics& and ask once for their counters; the references stay valid as long
// as the Metrics. Counting is a relaxed atomic add: cheap enough for the hot path, still better
// done once a batch. Asking twice for the same name and labels gives the same counter. Thread-safe.
// Names follow Prometheus' rules: "tocsin_journal_records_total"; the unit is part of the name.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace tocsin {

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double v) { value_.store(v, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Counts of values up to each bound, the bounds ascending, and their sum.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {}

  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  // How many lie between the bound before and this one; the last place is above all bounds.
  std::uint64_t count(std::size_t place) const { return counts_[place].value(); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<Counter> counts_;
  std::atomic<double> sum_{0};
};

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, const MetricLabels& labels = {})
      EXCLUDES(mutex_);
  Gauge& gauge(std::string_view name, std::string_view help, const MetricLabels& labels = {})
      EXCLUDES(mutex_);
  // The bounds are those of the first call.
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       const MetricLabels& labels = {}) EXCLUDES(mutex_);

  // The whole registry, Prometheus text exposition format 0.0.4.
  std::string text() const EXCLUDES(mutex_);
  // Sum of a counter over all its labels; 0 when there is none. For tests and for /health.
  std::uint64_t total(std::string_view name) const EXCLUDES(mutex_);

 private:
  struct Family {
    std::string help;
    std::map<MetricLabels, std::unique_ptr<Counter>> counters;
    std::map<MetricLabels, std::unique_ptr<Gauge>> gauges;
    std::map<MetricLabels, std::unique_ptr<Histogram>> histograms;
  };

  mutable Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
