#include "api/lapi/usage_metrics.h"

#include <algorithm>
#include <cmath>

#include <simdjson.h>

#include "base/fail.h"

namespace tocsin {
namespace {

using simdjson::dom::element;

constexpr std::size_t kOriginsMax = 64;
constexpr double kCountMax = 9e15;

std::string text_of(element object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text.substr(0, 200))
                                                     : std::string();
}

EnforcedCount* count_of(std::vector<EnforcedCount>& counts, const std::string& origin) {
  const auto found = std::ranges::find(counts, origin, &EnforcedCount::origin);
  if (found != counts.end()) {
    return &*found;
  }
  return counts.size() < kOriginsMax ? &counts.emplace_back(EnforcedCount{origin, 0, 0, 0})
                                     : nullptr;
}

// False when it is no item.
bool take_item(element item, UsageMetrics& metrics) {
  double value = 0;
  const std::string name = text_of(item, "name");
  const std::string unit = text_of(item, "unit");
  if (name.empty() || item["value"].get(value) != simdjson::SUCCESS || !std::isfinite(value) ||
      value < 0 || value > kCountMax) {
    return false;
  }
  const auto count = static_cast<std::uint64_t>(value);
  element labels;
  const bool has_labels = item["labels"].get(labels) == simdjson::SUCCESS && labels.is_object();
  if (name == "active_decisions") {
    metrics.standing = metrics.standing.value_or(0) + count;
  }
  if (name == "dropped") {
    EnforcedCount* of = count_of(metrics.dropped, has_labels ? text_of(labels, "origin") : "");
    if (of != nullptr) {
      (unit == "byte" ? of->bytes : unit == "packet" ? of->packets : of->requests) += count;
    }
  }
  return true;
}

bool take_component(element component, UsageMetrics& metrics) {
  metrics.type = text_of(component, "type");
  metrics.version = text_of(component, "version");
  simdjson::dom::array detailed;
  if (metrics.version.empty()) {
    return false;
  }
  if (component["metrics"].get(detailed) != simdjson::SUCCESS) {
    return true;
  }
  for (const element window : detailed) {
    simdjson::dom::array items;
    if (window["items"].get(items) != simdjson::SUCCESS) {
      continue;
    }
    for (const element item : items) {
      if (!take_item(item, metrics)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

Result<UsageMetrics> parse_usage_metrics(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kCorrupt, "the body is no JSON");
  }
  simdjson::dom::array components;
  UsageMetrics metrics;
  if (root["remediation_components"].get(components) != simdjson::SUCCESS) {
    return metrics;  // of log processors: nothing about decisions
  }
  if (components.size() != 1) {
    return fail(ErrorCode::kInvalid, "{} remediation components, expected one", components.size());
  }
  if (!take_component(components.at(0), metrics)) {
    return Error(ErrorCode::kInvalid, "validation failure: a version, name or value is missing");
  }
  return metrics;
}

}  // namespace tocsin
