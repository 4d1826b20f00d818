#include "obs/metrics.h"

#include <algorithm>
#include <limits>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "base/check.h"

namespace tocsin {
namespace {

std::vector<prometheus::ClientMetric::Label> labels_of(const MetricLabels& labels) {
  std::vector<prometheus::ClientMetric::Label> out;
  for (const auto& [name, value] : labels) {
    out.push_back({name, value});
  }
  return out;
}

prometheus::MetricType type_of(bool has_gauges, bool has_histograms) {
  if (has_histograms) {
    return prometheus::MetricType::Histogram;
  }
  return has_gauges ? prometheus::MetricType::Gauge : prometheus::MetricType::Counter;
}

void write_histogram(prometheus::ClientMetric& metric, const Histogram& histogram) {
  std::uint64_t below = 0;
  for (std::size_t place = 0; place <= histogram.bounds().size(); ++place) {
    below += histogram.count(place);
    const double bound = place < histogram.bounds().size()
                             ? histogram.bounds()[place]
                             : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({below, bound});
  }
  metric.histogram.sample_count = below;
  metric.histogram.sample_sum = histogram.sum();
}

}  // namespace

void Histogram::observe(double value) {
  const auto place = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(place)].add();
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Counter& Metrics::counter(std::string_view name, std::string_view help,
                          const MetricLabels& labels) {
  MutexLock lock(mutex_);
  Family& family = families_[std::string(name)];
  CHECK(family.gauges.empty() && family.histograms.empty());
  family.help = help;
  auto& slot = family.counters[labels];
  if (slot == nullptr) {
    slot = std::make_unique<Counter>();
  }
  return *slot;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, const MetricLabels& labels) {
  MutexLock lock(mutex_);
  Family& family = families_[std::string(name)];
  CHECK(family.counters.empty() && family.histograms.empty());
  family.help = help;
  auto& slot = family.gauges[labels];
  if (slot == nullptr) {
    slot = std::make_unique<Gauge>();
  }
  return *slot;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help,
                              std::span<const double> bounds, const MetricLabels& labels) {
  MutexLock lock(mutex_);
  Family& family = families_[std::string(name)];
  CHECK(family.counters.empty() && family.gauges.empty());
  family.help = help;
  auto& slot = family.histograms[labels];
  if (slot == nullptr) {
    slot = std::make_unique<Histogram>(bounds);
  }
  return *slot;
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> all;
  MutexLock lock(mutex_);
  for (const auto& [name, family] : families_) {
    prometheus::MetricFamily& out = all.emplace_back();
    out.name = name;
    out.help = family.help;
    out.type = type_of(!family.gauges.empty(), !family.histograms.empty());
    for (const auto& [labels, counter] : family.counters) {
      prometheus::ClientMetric& metric = out.metric.emplace_back();
      metric.label = labels_of(labels);
      metric.counter.value = static_cast<double>(counter->value());
    }
    for (const auto& [labels, gauge] : family.gauges) {
      prometheus::ClientMetric& metric = out.metric.emplace_back();
      metric.label = labels_of(labels);
      metric.gauge.value = gauge->value();
    }
    for (const auto& [labels, histogram] : family.histograms) {
      prometheus::ClientMetric& metric = out.metric.emplace_back();
      metric.label = labels_of(labels);
      write_histogram(metric, *histogram);
    }
  }
  return prometheus::TextSerializer().Serialize(all);
}

std::uint64_t Metrics::total(std::string_view name) const {
  MutexLock lock(mutex_);
  std::uint64_t sum = 0;
  if (const auto found = families_.find(name); found != families_.end()) {
    for (const auto& [labels, counter] : found->second.counters) {
      sum += counter->value();
    }
  }
  return sum;
}

}  // namespace tocsin
