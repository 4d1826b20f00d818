// timechart [span=5m] AGGREGATE [by FIELD] [limit=N]
//
// One row for each span of time (and value of FIELD) that has events. With more than N values of
// FIELD the rest becomes "other", where the aggregate allows it; else it is left out.
#include <array>

#include <fmt/format.h>

#include "base/time_text.h"
#include "query/aggregate.h"
#include "query/command/list.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kSeriesDefault = 10;
constexpr std::uint64_t kSeriesMax = 100;

Span span_for(const StageTime& time) {
  constexpr std::int64_t kBucketsWanted = 120;
  constexpr std::array<std::int64_t, 17> kSeconds = {1,     5,     10,     30,      60,      300,
                                                     600,   900,   1800,   3600,    10800,   21600,
                                                     43200, 86400, 604800, 2592000, 31536000};
  const std::int64_t covered = (time.until.value - time.from.value) / kMicrosPerSecond;
  for (const std::int64_t seconds : kSeconds) {
    if (covered / seconds <= kBucketsWanted) {
      return span_s(seconds);
    }
  }
  return span_s(kSeconds.back());
}

// Rows are grouped by the number of their span, which is cheaper than by its time.
struct Spans {
  Sql number;
  std::int64_t first = 0;  // µs: where number 0 begins
  std::int64_t length = 0;

  Sql begin_of(std::string_view b) const {
    return sql_of("make_timestamp(", fmt::format("{} + {} * {}", first, b, length), ")");
  }
};

Spans spans_of(const StageColumn& time, std::int64_t length, Micros from) {
  if (!time.known) {  // computed by eval: may lie before `from`
    return {sql_of("CAST(floor(epoch_us(", time.id, fmt::format(") / {}) AS BIGINT)", length)), 0,
            length};
  }
  const std::int64_t first = from.value - (from.value % length + length) % length;
  return {sql_of("(epoch_us(", time.id, fmt::format(") - {}) // {}", first, length)), first,
          length};
}

class Timechart final : public Command {
 public:
  struct Settings {
    std::optional<Span> span;
    Aggregate aggregate;
    std::string by;
    std::uint64_t series_max = kSeriesDefault;
  };
  explicit Timechart(Settings settings) : settings_(std::move(settings)) {}

  void collect_fields(std::set<std::string>& names) const override {
    names.insert(std::string(kTimeColumn));
    if (!settings_.by.empty()) {
      names.insert(settings_.by);
    }
    if (!settings_.aggregate.field.empty()) {
      names.insert(settings_.aggregate.field);
    }
  }
  bool ends_events() const override { return true; }

  Status apply(Stage& stage) const override {
    const StageColumn* time = stage.find(std::string(kTimeColumn));
    if (time == nullptr) {
      return Error(ErrorCode::kInvalid, "timechart needs @timestamp, which is gone here");
    }
    const std::int64_t span = settings_.span.value_or(span_for(stage.time())).value;
    const std::string bucket = stage.new_id();
    const std::string value_id = stage.new_id();
    const Spans spans = spans_of(*time, span, stage.time().from);
    std::vector<StageColumn> columns = {
        {std::string(kTimeColumn), bucket, ColumnType::kTime, FieldType::kDate, true}};
    if (settings_.by.empty()) {
      const TypedSql value = aggregate_sql(settings_.aggregate, stage);
      columns.push_back({settings_.aggregate.name, value_id, value.type});
      Sql select = sql_of("SELECT ", spans.begin_of("b"), " AS ", bucket, ", v AS ", value_id,
                          " FROM (SELECT ", spans.number, " AS b, ", value.sql, " AS v FROM ",
                          stage.from(), " AS q GROUP BY 1) AS g");
      stage.replace(std::move(select), std::move(columns), {{Sql(bucket), false}});
      return {};
    }
    apply_series(stage, spans, bucket, value_id, std::move(columns));
    return {};
  }

 private:
  void apply_series(Stage& stage, const Spans& spans, const std::string& bucket,
                    const std::string& value_id, std::vector<StageColumn> columns) const {
    const StageColumn* key = stage.find_single(settings_.by);
    const std::string key_id = stage.new_id();
    const TypedSql value = aggregate_sql(settings_.aggregate, stage);
    const TypedSql key_value =
        key != nullptr ? TypedSql{Sql(key->id), key->type} : TypedSql{"CAST(NULL AS VARCHAR)"};
    Sql select = sql_of("WITH g AS MATERIALIZED (SELECT ", spans.number, " AS b, ",
                        as_text(key_value), " AS k, ", value.sql, " AS v, count(*) AS n FROM ",
                        stage.from(), " AS q WHERE ", key_value.sql,
                        " IS NOT NULL GROUP BY 1, 2), big AS (SELECT k FROM g GROUP BY k ORDER "
                        "BY sum(n) DESC, k LIMIT ",
                        fmt::format("{}", settings_.series_max), ") ");
    if (const auto merge = merge_function(settings_.aggregate.kind)) {
      select.add(sql_of("SELECT ", spans.begin_of("b"), " AS ", bucket,
                        ", CASE WHEN k IN (SELECT k FROM big) THEN k ELSE 'other' END AS ", key_id,
                        ", CAST(", *merge, "(v) AS ", sql_type(value.type), ") AS ", value_id,
                        " FROM g GROUP BY 1, 2"));
    } else {
      select.add(sql_of("SELECT ", spans.begin_of("b"), " AS ", bucket, ", k AS ", key_id,
                        ", v AS ", value_id, " FROM g WHERE k IN (SELECT k FROM big)"));
    }
    columns.push_back({settings_.by, key_id});
    columns.push_back({settings_.aggregate.name, value_id, value.type});
    stage.replace(std::move(select), std::move(columns),
                  {{Sql(bucket), false}, {Sql(key_id), false}});
  }

  Settings settings_;
};

Status take_option(Cursor& cursor, Timechart::Settings& settings, bool& taken) {
  taken = true;
  if (cursor.take_word("span")) {
    if (!cursor.take("=")) {
      return cursor.error("span=5m is expected here");
    }
    cursor.skip_space();
    const std::size_t at = cursor.at();
    TRY_ASSIGN(const std::string text, cursor.name("a span such as 30s, 5m, 1h, 1d"));
    settings.span = parse_span(text);
    if (!settings.span || settings.span->value < kMicrosPerMilli) {
      return cursor.error(at, "this is not a span; write 30s, 5m, 1h or 1d");
    }
    return {};
  }
  if (cursor.take_word("limit")) {
    if (!cursor.take("=")) {
      return cursor.error("limit=10 is expected here");
    }
    TRY_ASSIGN(settings.series_max, cursor.count("limit", kSeriesMax));
    return {};
  }
  taken = false;
  return {};
}

}  // namespace

Result<CommandPtr> parse_timechart(Cursor& cursor) {
  Timechart::Settings settings;
  bool has_aggregate = false;
  while (!cursor.at_command_end()) {
    bool taken = false;
    TRY(take_option(cursor, settings, taken));
    if (taken) {
      continue;
    }
    if (cursor.take_word("by")) {
      TRY_ASSIGN(settings.by, cursor.name("a field"));
      continue;
    }
    if (has_aggregate) {
      return cursor.error("timechart takes one aggregate");
    }
    TRY_ASSIGN(settings.aggregate, parse_aggregate(cursor));
    has_aggregate = true;
  }
  if (!has_aggregate) {
    settings.aggregate.name = "count";
  }
  return CommandPtr(std::make_unique<const Timechart>(std::move(settings)));
}

}  // namespace tocsin
