#include "query/aggregate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kNamesMax = 32;
constexpr std::size_t kAggregatesMax = 32;
constexpr int kValuesMax = 1'000;

struct Word {
  std::string_view name;
  AggregateKind kind;
  double percentile = 0;
};

constexpr Word kWords[] = {
    {"count", AggregateKind::kCount},     {"c", AggregateKind::kCount},
    {"dc", AggregateKind::kDistinct},     {"distinct_count", AggregateKind::kDistinct},
    {"sum", AggregateKind::kSum},         {"avg", AggregateKind::kAverage},
    {"mean", AggregateKind::kAverage},    {"min", AggregateKind::kMin},
    {"max", AggregateKind::kMax},         {"median", AggregateKind::kPercentile, 0.5},
    {"stdev", AggregateKind::kDeviation}, {"values", AggregateKind::kValues},
    {"first", AggregateKind::kFirst},     {"last", AggregateKind::kLast},
};

std::optional<Word> word_of(std::string_view name) {
  const std::string lower = to_lower(name);
  for (const Word& word : kWords) {
    if (word.name == lower) {
      return word;
    }
  }
  std::string_view digits = lower;
  for (const std::string_view prefix : {"perc", "p"}) {
    if (digits.starts_with(prefix)) {
      digits.remove_prefix(prefix.size());
      break;
    }
  }
  const auto percent = digits.size() < lower.size() ? parse_double(digits) : std::nullopt;
  if (percent && *percent > 0 && *percent < 100) {
    return Word{name, AggregateKind::kPercentile, *percent / 100};
  }
  return std::nullopt;
}

Sql distinct_sql(const FieldAccess& field, const TypedSql& value) {
  if (!field.several) {
    return sql_of("count(DISTINCT ", value.sql, ")");
  }
  return sql_of("coalesce(len(list_distinct(flatten(list(string_split(", field.value,
                ", chr(31)))))), 0)");
}

// Text fields that nobody gave a type may hold numbers: if all do, they are compared as such.
Sql extreme_sql(std::string_view function, const FieldAccess& field, const TypedSql& value) {
  if (value.type != ColumnType::kText || field.known) {
    return sql_of(function, "(", value.sql, ")");
  }
  const Sql number = sql_of("TRY_CAST(", value.sql, " AS DOUBLE)");
  return sql_of("CASE WHEN count(", value.sql, ") = count(", number, ") THEN CAST(", function, "(",
                number, ") AS VARCHAR) ELSE ", function, "(", value.sql, ") END");
}

Sql values_sql(const FieldAccess& field, const TypedSql& value) {
  const Sql list = field.several ? sql_of("list_distinct(flatten(list(string_split(", field.value,
                                          ", chr(31)))))")
                                 : sql_of("list(DISTINCT ", as_text(value), ") FILTER (WHERE ",
                                          value.sql, " IS NOT NULL)");
  return sql_of("list_sort(", list, fmt::format(")[1:{}]", kValuesMax));
}

}  // namespace

std::optional<std::string_view> merge_function(AggregateKind kind) {
  switch (kind) {
    case AggregateKind::kCount:
    case AggregateKind::kSum:
      return "sum";
    case AggregateKind::kMin:
      return "min";
    case AggregateKind::kMax:
      return "max";
    case AggregateKind::kDistinct:
    case AggregateKind::kAverage:
    case AggregateKind::kPercentile:
    case AggregateKind::kDeviation:
    case AggregateKind::kValues:
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<Aggregate> parse_aggregate(Cursor& cursor) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  TRY_ASSIGN(const std::string name, cursor.name("count, sum(field), dc(field) …"));
  const auto word = word_of(name);
  if (!word) {
    std::vector<std::string_view> names;
    for (const Word& known : kWords) {
      names.push_back(known.name);
    }
    const std::string_view close = closest_word(name, names);
    return cursor.error(at, close.empty() ? fmt::format("there is no aggregate {}()", name)
                                          : fmt::format("there is no aggregate {}(); did you "
                                                        "mean {}()?",
                                                        name, close));
  }
  Aggregate aggregate{word->kind, {}, word->percentile, {}};
  if (cursor.take("(") && !cursor.take(")")) {
    TRY_ASSIGN(aggregate.field, cursor.name("a field"));
    if (!cursor.take(")")) {
      return cursor.error("a ) is expected here");
    }
  }
  if (aggregate.field.empty() && aggregate.kind != AggregateKind::kCount) {
    return cursor.error(at, fmt::format("{} needs a field: {}(field)", name, name));
  }
  aggregate.name = aggregate.field.empty() ? std::string("count")
                                           : fmt::format("{}({})", to_lower(name), aggregate.field);
  if (cursor.take_word("as")) {
    TRY_ASSIGN(aggregate.name, cursor.name("a name for the column"));
  }
  return aggregate;
}

Result<std::vector<Aggregate>> parse_aggregates(Cursor& cursor) {
  std::vector<Aggregate> aggregates;
  while (!cursor.at_command_end()) {
    const std::size_t at = cursor.at();
    if (cursor.take_word("by")) {
      cursor.move_to(at);
      break;
    }
    TRY_ASSIGN(Aggregate aggregate, parse_aggregate(cursor));
    const bool twice = std::ranges::any_of(
        aggregates, [&](const Aggregate& other) { return other.name == aggregate.name; });
    if (twice || aggregates.size() >= kAggregatesMax) {
      return cursor.error(at, twice ? fmt::format("{} is there twice", aggregate.name)
                                    : std::string("too many aggregates"));
    }
    aggregates.push_back(std::move(aggregate));
    static_cast<void>(cursor.take(","));
  }
  if (aggregates.empty()) {
    return cursor.error("an aggregate is expected here: count, sum(field), dc(field) …");
  }
  return aggregates;
}

Result<std::vector<std::string>> parse_names(Cursor& cursor, std::string_view what,
                                             std::string_view stop) {
  std::vector<std::string> names;
  while (!cursor.at_command_end()) {
    const std::size_t at = cursor.at();
    if (!stop.empty() && cursor.take_word(stop)) {
      cursor.move_to(at);
      break;
    }
    TRY_ASSIGN(std::string name, cursor.name(what));
    if (names.size() >= kNamesMax) {
      return cursor.error(at, fmt::format("more than {} names", kNamesMax));
    }
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(std::move(name));
    }
    static_cast<void>(cursor.take(","));
  }
  if (names.empty()) {
    return cursor.error(fmt::format("{} is expected here", what));
  }
  return names;
}

Result<std::vector<std::string>> parse_by(Cursor& cursor) {
  if (!cursor.take_word("by")) {
    return std::vector<std::string>();
  }
  return parse_names(cursor, "a field to group by");
}

TypedSql aggregate_sql(const Aggregate& aggregate, const Stage& stage) {
  if (aggregate.field.empty()) {
    return {"count(*)", ColumnType::kLong};
  }
  const FieldAccess field = stage.access(aggregate.field);
  const TypedSql value = field_value(field);
  switch (aggregate.kind) {
    case AggregateKind::kCount:
      return {sql_of("count(", value.sql, ")"), ColumnType::kLong};
    case AggregateKind::kDistinct:
      return {distinct_sql(field, value), ColumnType::kLong};
    case AggregateKind::kSum:
      return value.type == ColumnType::kLong
                 ? TypedSql{sql_of("TRY_CAST(sum(", value.sql, ") AS BIGINT)"), ColumnType::kLong}
                 : TypedSql{sql_of("sum(", as_number(value), ")"), ColumnType::kDouble};
    case AggregateKind::kAverage:
      return {sql_of("avg(", as_number(value), ")"), ColumnType::kDouble};
    case AggregateKind::kMin:
      return {extreme_sql("min", field, value), value.type};
    case AggregateKind::kMax:
      return {extreme_sql("max", field, value), value.type};
    case AggregateKind::kPercentile:
      return {
          sql_of("quantile_cont(", as_number(value), fmt::format(", {})", aggregate.percentile)),
          ColumnType::kDouble};
    case AggregateKind::kDeviation:
      return {sql_of("TRY(stddev_samp(", as_number(value), "))"), ColumnType::kDouble};
    case AggregateKind::kValues:
      return {values_sql(field, value), ColumnType::kTextList};
    case AggregateKind::kFirst:  // in time, while there is time
      return {
          stage.open() ? sql_of("arg_min(", value.sql, ", t)") : sql_of("first(", value.sql, ")"),
          value.type};
    case AggregateKind::kLast:
      return {
          stage.open() ? sql_of("arg_max(", value.sql, ", t)") : sql_of("last(", value.sql, ")"),
          value.type};
  }
  return {"count(*)", ColumnType::kLong};
}

}  // namespace tocsin
