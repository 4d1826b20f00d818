#include "obs/metrics.h"

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

}  // namespace

Counter& Metrics::counter(std::string_view name, std::string_view help,
                          const MetricLabels& labels) {
  MutexLock lock(mutex_);
  Family& family = families_[std::string(name)];
  CHECK(family.gauges.empty());
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
  CHECK(family.counters.empty());
  family.help = help;
  auto& slot = family.gauges[labels];
  if (slot == nullptr) {
    slot = std::make_unique<Gauge>();
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
    out.type =
        family.gauges.empty() ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
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
