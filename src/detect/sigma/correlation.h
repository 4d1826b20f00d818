// A Sigma correlation after loading: which hits it counts, by what, and when it is true.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "detect/sigma/ast.h"
#include "model/finding.h"

namespace tocsin::sigma {

enum class CorrelationType : std::uint8_t {
  kEventCount,
  kValueCount,
  kTemporal,
  kTemporalOrdered,
  kValueSum,
  kValueAverage,
  kValuePercentile,  // value_median too: the 50th
};
std::string_view correlation_type_name(CorrelationType type);

// A field as the rule names it, and the fields of events that it stands for, best first.
struct NamedField {
  std::string name;
  std::vector<FieldId> ids;
};

// lowest ≤ x ≤ highest (or < >), or x ≠ excluded.
struct Bounds {
  double lowest = 0;
  double highest = 0;
  bool has_lowest = false;
  bool has_highest = false;
  bool lowest_open = false;   // gt
  bool highest_open = false;  // lt
  bool excludes = false;      // neq
  double excluded = 0;

  bool holds(double x) const;
  // More events can never make it false: it is decided at each event, else when the window ends.
  bool is_monotone() const { return has_lowest && !has_highest && !excludes; }
  std::string text() const;  // "≥ 10", "> 3 and < 9"
};

struct CorrelationInput {
  enum class Kind : std::uint8_t { kRule, kCorrelation };
  Kind kind = Kind::kRule;
  std::uint32_t index = 0;  // in RuleSet::rules() or correlations()
  std::string title;
  std::vector<NamedField> group_by;      // in the order of Correlation::group_by
  std::vector<NamedField> value_fields;  // of value_*
};

struct Correlation {
  static constexpr std::size_t kInputsMax = 64;

  std::shared_ptr<const RuleInfo> info;
  std::string name;
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<CorrelationInput> inputs;
  std::vector<std::string> group_by;  // names as written
  Span timespan;
  Bounds bounds;
  double percentile = 50;
  Node condition;  // temporal: over inputs (atom = index in `inputs`); else unused
  bool generate = false;
  std::string noun;     // `tocsin: {noun: …}`, else of its only rule; or empty
  bool silent = false;  // only feeds other correlations
};

// Something must not match.
bool has_not(const Node& condition);

}  // namespace tocsin::sigma
