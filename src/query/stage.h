// Stage: the rows between two commands, as SQL that grows. Starts as the events that the filter
// lets through; every command wraps it once more. One thread; not for running anything.
//
// While rows are events ("open"), the SQL also has the columns s (_seq), t (@timestamp) and d (the
// dataset's index), so that the whole event can be fetched for the rows that remain.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/ast.h"
#include "query/expr_sql.h"
#include "query/field_scope.h"

namespace tocsin {

inline constexpr std::uint64_t kRowsMax = 1'000'000;  // that head, sort or top may ask for

struct StageColumn {
  std::string name;
  std::string id;  // in the SQL: c0, c1, …
  ColumnType type = ColumnType::kText;
  FieldType meaning = FieldType::kKeyword;
  bool known = false;
  bool several = false;  // texts may be joined by kValueSeparator
};

struct SortKey {
  Sql sql;
  bool descending = false;
};

struct StageTime {
  Micros now;
  Micros from;  // what the query covers
  Micros until;
};

class Stage final : public FieldScope {
 public:
  Stage(Sql base, std::vector<StageColumn> columns, StageTime time);

  FieldAccess access(const std::string& field) const override;
  std::vector<FieldAccess> accesses(const std::string& pattern) const override;
  std::vector<FieldAccess> texts(std::span<const std::uint64_t>) const override;
  Micros now() const override { return time_.now; }
  const StageTime& time() const { return time_; }

  const StageColumn* find(const std::string& name) const;
  // The column, with several values made several rows; null when nobody has the field.
  const StageColumn* find_single(const std::string& name);

  // Each wraps the SQL.
  void filter(const Sql& condition);
  void compute(const std::string& name, const TypedSql& value);
  void keep_first(std::uint64_t rows);
  void keep_last(std::uint64_t rows);
  void keep_first_of_each(const std::vector<std::string>& ids, std::uint64_t rows);
  // Rows are no longer events; `select` reads from().
  void replace(Sql select, std::vector<StageColumn> columns, std::vector<SortKey> order);

  // "(SELECT …)": what the next SQL reads.
  Sql from() const { return sql_of("(", sql_, ")"); }
  // The rows in order, at most `rows`; s, t, d first while open.
  Sql final_select(std::uint64_t rows) const;

  void set_order(std::vector<SortKey> order) { order_ = std::move(order); }
  // `fields`: which names are shown, by patterns; the last word wins.
  void show_only(std::vector<std::string> patterns);
  void hide(std::vector<std::string> patterns);
  bool shows(const std::string& name) const;
  // Whether whole events must be fetched for the rows that remain.
  bool needs_events() const { return open_ && !exact_; }

  bool open() const { return open_; }
  const std::vector<StageColumn>& columns() const { return columns_; }
  std::string new_id() { return "c" + std::to_string(next_id_++); }
  // Names that were asked for and nobody has.
  const std::set<std::string>& missing() const { return missing_; }

 private:
  Sql order_sql(bool reversed) const;
  FieldAccess access_of(const StageColumn& column) const;

  Sql sql_;
  std::vector<StageColumn> columns_;
  std::vector<SortKey> order_;
  StageTime time_;
  bool open_ = true;
  bool exact_ = false;  // `fields` named each column: nothing else is wanted
  std::optional<std::vector<std::string>> shown_;
  std::vector<std::string> hidden_;
  std::size_t next_id_ = 0;
  mutable std::set<std::string> missing_;
};

}  // namespace tocsin
