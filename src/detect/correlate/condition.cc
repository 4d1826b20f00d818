#include "detect/correlate/condition.h"

#include <algorithm>

namespace tocsin {

using sigma::Correlation;
using sigma::CorrelationType;
using sigma::NodeKind;

namespace {

bool condition_holds(const sigma::Node& node, const Tally& tally) {
  const auto holds = [&tally](const sigma::Node& child) { return condition_holds(child, tally); };
  switch (node.kind) {
    case NodeKind::kAtom:
      return tally.contains(node.atom);
    case NodeKind::kAnd:
      return std::ranges::all_of(node.children, holds);
    case NodeKind::kOr:
      return std::ranges::any_of(node.children, holds);
    case NodeKind::kNot:
      return !holds(node.children[0]);
  }
  return false;
}

}  // namespace

WindowEnd window_end(const Correlation& correlation) {
  switch (correlation.type) {
    case CorrelationType::kEventCount:
    case CorrelationType::kValueCount:
      return correlation.bounds.is_monotone() ? WindowEnd::kSlides : WindowEnd::kWaits;
    case CorrelationType::kTemporal:
      return sigma::has_not(correlation.condition) ? WindowEnd::kAbsent : WindowEnd::kSlides;
    case CorrelationType::kTemporalOrdered:
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
    case CorrelationType::kValuePercentile:
      return WindowEnd::kSlides;
  }
  return WindowEnd::kSlides;
}

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
      return static_cast<double>(view.tally.count());
    case CorrelationType::kValueCount:
    case CorrelationType::kTemporal:
    case CorrelationType::kTemporalOrdered:
      return static_cast<double>(view.tally.distinct());
    case CorrelationType::kValueSum:
      return view.tally.sum();
    case CorrelationType::kValueAverage:
      return view.tally.empty() ? 0 : view.tally.sum() / static_cast<double>(view.tally.count());
    case CorrelationType::kValuePercentile:
      return view.tally.percentile(correlation.percentile);
  }
  return 0;
}

bool is_true(const Correlation& correlation, const WindowView& view) {
  switch (correlation.type) {
    case CorrelationType::kTemporal:
      return correlation.bounds.has_lowest ? correlation.bounds.holds(measure(correlation, view))
                                           : condition_holds(correlation.condition, view.tally);
    case CorrelationType::kTemporalOrdered:
      return view.in_order;
    case CorrelationType::kEventCount:
    case CorrelationType::kValueCount:
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
    case CorrelationType::kValuePercentile:
      return correlation.bounds.holds(measure(correlation, view));
  }
  return false;
}

}  // namespace tocsin
