#include "detect/sigma/correlation_document.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/rule_document.h"

namespace tocsin::sigma {
namespace {

struct TypeName {
  std::string_view name;
  CorrelationType type;
};

constexpr auto kTypes = std::to_array<TypeName>({
    {"event_count", CorrelationType::kEventCount},
    {"value_count", CorrelationType::kValueCount},
    {"temporal", CorrelationType::kTemporal},
    {"temporal_ordered", CorrelationType::kTemporalOrdered},
    {"value_sum", CorrelationType::kValueSum},
    {"value_avg", CorrelationType::kValueAverage},
    {"value_percentile", CorrelationType::kValuePercentile},
    {"value_median", CorrelationType::kValuePercentile},
});

constexpr std::int64_t kSecondsPerMonth = 2'629'746;  // as pySigma
constexpr std::int64_t kSecondsPerYear = 31'556'952;
constexpr std::int64_t kTimespanSecondsMax = 366LL * 86'400;
constexpr double kDistinctMax = 100'000;

bool counts_values(CorrelationType type) {
  return type == CorrelationType::kValueCount || type == CorrelationType::kValueSum ||
         type == CorrelationType::kValueAverage || type == CorrelationType::kValuePercentile;
}

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::kTemporal || type == CorrelationType::kTemporalOrdered;
}

std::optional<Span> parse_timespan(std::string_view text) {
  if (text.size() > 1 && (text.back() == 'M' || text.back() == 'y')) {
    const auto number = parse_int(text.substr(0, text.size() - 1));
    if (!number || *number < 0 || *number > 1'000) {
      return std::nullopt;
    }
    return span_s(*number * (text.back() == 'M' ? kSecondsPerMonth : kSecondsPerYear));
  }
  return text.ends_with("ms") ? std::nullopt : parse_span(text);
}

Parsed<bool> read_bound(const YamlNode& key, const YamlNode& value, Bounds& bounds) {
  if (value.kind() != YamlKind::kInt && value.kind() != YamlKind::kDouble) {
    return Problem{&value, fmt::format("\"{}\" wants a number", key.text())};
  }
  const std::string& name = key.text();
  const double x = value.as_double();
  if (name == "neq") {
    bounds.excludes = true;
    bounds.excluded = x;
    return true;
  }
  const bool is_low = name == "gt" || name == "gte" || name == "eq";
  const bool is_high = name == "lt" || name == "lte" || name == "eq";
  if ((is_low && bounds.has_lowest) || (is_high && bounds.has_highest)) {
    return Problem{&key, fmt::format("\"{}\" beside another bound on the same side", name)};
  }
  if (is_low) {
    bounds.has_lowest = true;
    bounds.lowest = x;
    bounds.lowest_open = name == "gt";
  }
  if (is_high) {
    bounds.has_highest = true;
    bounds.highest = x;
    bounds.highest_open = name == "lt";
  }
  return true;
}

Parsed<bool> read_condition_map(const YamlNode& map, CorrelationDraft& draft) {
  constexpr std::array<std::string_view, 6> kOperators = {"gt", "gte", "lt", "lte", "eq", "neq"};
  for (const auto& [key, value] : map.entries()) {
    if (key->text() == "field") {
      TRY_ASSIGN(draft.value_fields, read_texts(*value));
    } else if (key->text() == "percentile") {
      if ((value->kind() != YamlKind::kInt && value->kind() != YamlKind::kDouble) ||
          value->as_double() < 0 || value->as_double() > 100) {
        return Problem{value, "\"percentile\" wants a number from 0 to 100"};
      }
      draft.percentile = value->as_double();
      draft.has_percentile = true;
    } else if (std::ranges::find(kOperators, key->text()) != kOperators.end()) {
      TRY(read_bound(*key, *value, draft.bounds));
    } else {
      return Problem{key, fmt::format("unknown operator \"{}\" in the condition", key->text())};
    }
  }
  const Bounds& b = draft.bounds;
  if (b.has_lowest && b.has_highest &&
      (b.lowest > b.highest || (b.lowest == b.highest && (b.lowest_open || b.highest_open)))) {
    return Problem{&map, "the condition can never be true"};
  }
  return true;
}

Parsed<bool> read_condition(const YamlNode& map, CorrelationDraft& draft) {
  const YamlNode* condition = map.find("condition");
  draft.condition_at = condition == nullptr ? &map : condition;
  if (condition == nullptr) {
    if (is_temporal(draft.type)) {
      return true;
    }
    return Problem{&map, "the condition is missing"};
  }
  if (condition->is_mapping()) {
    TRY(read_condition_map(*condition, draft));
  } else if (condition->is_scalar() && is_temporal(draft.type)) {
    draft.condition = condition->text();
    if (draft.type == CorrelationType::kTemporalOrdered && !is_plain_sequence(draft.condition)) {
      return Problem{condition, "temporal_ordered takes only names joined by \"and\": an order"};
    }
  } else {
    return Problem{condition, "the condition must be a map such as {gte: 10}"};
  }
  const bool is_median = map.find("type")->text() == "value_median";
  const Bounds& bounds = draft.bounds;
  const bool bounded = bounds.has_lowest || bounds.has_highest || bounds.excludes;
  if (!bounded && !is_temporal(draft.type)) {
    return Problem{condition, "the condition names no gt, gte, lt, lte, eq or neq"};
  }
  if (draft.type == CorrelationType::kValuePercentile && !is_median && !draft.has_percentile) {
    return Problem{condition, "value_percentile wants \"percentile\", a number from 0 to 100"};
  }
  if (is_median && draft.has_percentile) {
    return Problem{condition, "value_median takes no \"percentile\""};
  }
  if (counts_values(draft.type) && draft.value_fields.empty()) {
    return Problem{condition, "the condition of a value correlation wants \"field\""};
  }
  if (draft.type == CorrelationType::kValueCount && bounds.lowest > kDistinctMax) {
    return Problem{condition,
                   fmt::format("more than {} distinct values are not kept", kDistinctMax)};
  }
  if (draft.type != CorrelationType::kValueCount && draft.value_fields.size() > 1) {
    return Problem{condition, "only value_count takes several fields"};
  }
  return true;
}

// A condition that names its rules needs no list of them; the order of temporal_ordered is then
// that of the condition.
Parsed<bool> read_rules(const YamlNode& map, CorrelationDraft& draft) {
  const YamlNode* rules = map.find("rules");
  draft.rules_at = rules == nullptr ? draft.condition_at : rules;
  std::vector<std::string> named = condition_names(draft.condition);
  if (rules != nullptr) {
    TRY_ASSIGN(draft.rules, read_texts(*rules));
  } else if (draft.condition.empty()) {
    return Problem{&map, "the list of rules is missing"};
  } else if (draft.condition.find('*') != std::string::npos ||
             std::ranges::find(named, "of") != named.end()) {
    return Problem{draft.condition_at, "a condition with patterns wants the list \"rules\""};
  }
  if (draft.type == CorrelationType::kTemporalOrdered && !draft.condition.empty()) {
    if (rules != nullptr && !std::ranges::is_permutation(draft.rules, named)) {
      return Problem{draft.condition_at, "the condition must name every rule of the list once"};
    }
    draft.rules = std::move(named);
  } else if (rules == nullptr) {
    draft.rules = std::move(named);
  }
  if (draft.rules.empty() || draft.rules.size() > Correlation::kInputsMax) {
    return Problem{draft.rules_at,
                   fmt::format("1 to {} rules are expected", Correlation::kInputsMax)};
  }
  return true;
}

Parsed<bool> read_aliases(const YamlNode& map, CorrelationDraft& draft) {
  const YamlNode* aliases = map.find("aliases");
  if (aliases == nullptr) {
    return true;
  }
  if (!aliases->is_mapping()) {
    return Problem{aliases, "\"aliases\" must be a map"};
  }
  for (const auto& [name, fields] : aliases->entries()) {
    if (!fields->is_mapping()) {
      return Problem{fields, "an alias is a map from rule to field"};
    }
    Alias& alias = draft.aliases.emplace_back();
    alias.name = name->text();
    for (const auto& [rule, field] : fields->entries()) {
      if (!field->is_scalar()) {
        return Problem{field, "the name of a field is expected"};
      }
      alias.fields.emplace_back(rule->text(), field->text());
    }
  }
  return true;
}

Parsed<bool> read_timespan(const YamlNode& map, CorrelationDraft& draft) {
  const YamlNode* timespan = map.find("timespan");
  if (timespan == nullptr) {
    return Problem{&map, "the timespan is missing"};
  }
  const auto span = parse_timespan(timespan->text());
  if (!span || span->value <= 0 || span->value > kTimespanSecondsMax * kMicrosPerSecond) {
    return Problem{timespan, fmt::format("\"{}\" is not a timespan such as 90s, 5m, 24h or 7d",
                                         timespan->text())};
  }
  draft.timespan = *span;
  return true;
}

}  // namespace

std::string_view correlation_type_name(CorrelationType type) {
  return std::ranges::find(kTypes, type, &TypeName::type)->name;
}

bool has_not(const Node& condition) {
  return condition.kind == NodeKind::kNot || std::ranges::any_of(condition.children, has_not);
}

bool Bounds::holds(double x) const {
  const bool low = !has_lowest || (lowest_open ? x > lowest : x >= lowest);
  const bool high = !has_highest || (highest_open ? x < highest : x <= highest);
  return low && high && (!excludes || x != excluded);
}

std::string Bounds::text() const {
  if (has_lowest && has_highest && lowest == highest) {
    return fmt::format("= {}", lowest);
  }
  std::string out;
  const auto add = [&out](std::string_view sign, double x) {
    out += fmt::format("{}{} {}", out.empty() ? "" : " and ", sign, x);
  };
  if (has_lowest) {
    add(lowest_open ? ">" : "≥", lowest);
  }
  if (has_highest) {
    add(highest_open ? "<" : "≤", highest);
  }
  if (excludes) {
    add("≠", excluded);
  }
  return out;
}

std::string_view CorrelationDraft::field_of(std::string_view name, std::string_view id,
                                            std::string_view rule_name) const {
  const auto alias = std::ranges::find(aliases, name, &Alias::name);
  if (alias == aliases.end()) {
    return name;
  }
  for (const auto& [rule, field] : alias->fields) {
    if (rule == id || rule == rule_name) {
      return field;
    }
  }
  return name;
}

Parsed<CorrelationDraft> read_correlation(const YamlNode& map) {
  if (!map.is_mapping()) {
    return Problem{&map, "\"correlation\" must be a map"};
  }
  CorrelationDraft draft;
  const YamlNode* type = map.find("type");
  if (type == nullptr) {
    return Problem{&map, "the type is missing"};
  }
  const auto* const known = std::ranges::find(kTypes, type->text(), &TypeName::name);
  if (known == kTypes.end()) {
    return Problem{type, fmt::format("correlation type \"{}\" is not known", type->text())};
  }
  draft.type = known->type;
  if (const YamlNode* group_by = map.find("group-by");
      group_by != nullptr && !group_by->is_null()) {
    TRY_ASSIGN(draft.group_by, read_texts(*group_by));
  }
  TRY(read_timespan(map, draft));
  TRY(read_condition(map, draft));
  TRY(read_rules(map, draft));
  TRY(read_aliases(map, draft));
  if (const YamlNode* generate = map.find("generate")) {
    if (generate->kind() != YamlKind::kBool) {
      return Problem{generate, "\"generate\" wants true or false"};
    }
    draft.generate = generate->as_bool();
  }
  return draft;
}

}  // namespace tocsin::sigma
