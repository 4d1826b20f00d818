#include "detect/correlate/condition.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tocsin {

using sigma::Correlation;
using sigma::CorrelationType;
using sigma::NodeKind;

namespace {

bool condition_holds(const sigma::Node& node, const WindowView& view) {
  const auto holds = [&view](const sigma::Node& child) { return condition_holds(child, view); };
  switch (node.kind) {
    case NodeKind::kAtom:
      return view.values->contains(node.atom);
    case NodeKind::kAnd:
      return std::ranges::all_of(node.children, holds);
    case NodeKind::kOr:
      return std::ranges::any_of(node.children, holds);
    case NodeKind::kNot:
      return !holds(node.children[0]);
  }
  return false;
}

// Inputs 0, 1, 2 … one after the other, each by another event, ending at the last entry.
bool in_order(const WindowView& view, std::size_t inputs) {
  if (view.entries.back().value + 1 != inputs) {
    return false;
  }
  std::size_t wanted = 0;
  Seq used;
  for (const WindowEntry& entry : view.entries) {
    if (entry.value == wanted && (wanted == 0 || entry.seq != used)) {
      used = entry.seq;
      if (++wanted == inputs) {
        return true;
      }
    }
  }
  return false;
}

// Linear interpolation between the two nearest ranks.
double percentile_of(std::span<const WindowEntry> entries, double percent) {
  std::vector<double> numbers;
  numbers.reserve(entries.size());
  for (const WindowEntry& entry : entries) {
    numbers.push_back(entry.number);
  }
  std::ranges::sort(numbers);
  const double rank = percent / 100 * static_cast<double>(numbers.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, numbers.size() - 1);
  return numbers[below] + (rank - std::floor(rank)) * (numbers[above] - numbers[below]);
}

}  // namespace

WindowKind window_kind(CorrelationType type) {
  switch (type) {
    case CorrelationType::kEventCount:
      return WindowKind::kCount;
    case CorrelationType::kValueCount:
    case CorrelationType::kTemporal:
      return WindowKind::kDistinct;
    case CorrelationType::kTemporalOrdered:
      return WindowKind::kOrdered;
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
      return WindowKind::kSum;
    case CorrelationType::kValuePercentile:
      return WindowKind::kNumbers;
  }
  return WindowKind::kCount;
}

double measure(const Correlation& correlation, const WindowView& view) {
  switch (correlation.type) {
    case CorrelationType::kEventCount:
      return static_cast<double>(view.count);
    case CorrelationType::kValueCount:
    case CorrelationType::kTemporal:
    case CorrelationType::kTemporalOrdered:
      return static_cast<double>(view.distinct());
    case CorrelationType::kValueSum:
      return view.sum;
    case CorrelationType::kValueAverage:
      return view.count == 0 ? 0 : view.sum / static_cast<double>(view.count);
    case CorrelationType::kValuePercentile:
      return percentile_of(view.entries, correlation.percentile);
  }
  return 0;
}

bool is_true(const Correlation& correlation, const WindowView& view) {
  switch (correlation.type) {
    case CorrelationType::kTemporal:
      return correlation.bounds.has_lowest ? correlation.bounds.holds(measure(correlation, view))
                                           : condition_holds(correlation.condition, view);
    case CorrelationType::kTemporalOrdered:
      return in_order(view, correlation.inputs.size());
    case CorrelationType::kEventCount:
    case CorrelationType::kValueCount:
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
    case CorrelationType::kValuePercentile:
      return correlation.bounds.holds(measure(correlation, view));
  }
  return false;
}

bool waits_for_end(const Correlation& correlation) {
  return (correlation.type == CorrelationType::kEventCount ||
          correlation.type == CorrelationType::kValueCount) &&
         !correlation.bounds.is_monotone();
}

}  // namespace tocsin
