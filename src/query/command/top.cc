// top [N] FIELD [, FIELD …] [by FIELD …]      the most frequent values
// rare [N] FIELD [, FIELD …] [by FIELD …]     the least frequent
//
// Columns: the fields, count, percent (of the events of the group that have the fields).
#include <fmt/format.h>

#include "base/text.h"
#include "query/aggregate.h"
#include "query/command/list.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kTopDefault = 10;
constexpr std::uint64_t kTopMax = 10'000;

enum class Which : std::uint8_t { kMost, kLeast };

class Top final : public Command {
 public:
  Top(Which which, std::uint64_t rows, std::vector<std::string> fields, std::vector<std::string> by)
      : which_(which), rows_(rows), fields_(std::move(fields)), by_(std::move(by)) {}

  void collect_fields(std::set<std::string>& names) const override {
    names.insert(fields_.begin(), fields_.end());
    names.insert(by_.begin(), by_.end());
  }
  bool ends_events() const override { return true; }

  Status apply(Stage& stage) const override {
    std::vector<StageColumn> columns;
    std::vector<SortKey> order;
    Sql keys;
    Sql present = "TRUE";
    std::string partition;
    std::string ties;
    const auto add_key = [&](const std::string& field) {
      const StageColumn* found = stage.find_single(field);
      StageColumn column = found != nullptr ? *found : StageColumn{field, "CAST(NULL AS VARCHAR)"};
      present.add(" AND ").add(column.id).add(" IS NOT NULL");
      const std::string id = stage.new_id();
      keys.add(column.id).add(" AS ").add(id).add(", ");
      column.id = id;
      columns.push_back(std::move(column));
      return id;
    };
    for (const std::string& field : by_) {
      const std::string id = add_key(field);
      partition += fmt::format("{}{}", partition.empty() ? "PARTITION BY " : ", ", id);
      order.push_back({Sql(id), false});
    }
    for (const std::string& field : fields_) {
      ties += fmt::format(", {}", add_key(field));
    }
    const std::string count = stage.new_id();
    const std::string percent = stage.new_id();
    const std::string_view direction = which_ == Which::kMost ? "DESC" : "ASC";
    Sql select =
        sql_of("SELECT *, 100.0 * ", count, " / sum(", count, ") OVER (", partition, ") AS ",
               percent, " FROM (SELECT ", keys, "count(*) AS ", count, " FROM ", stage.from(),
               " AS q WHERE ", present, " GROUP BY ALL) AS g QUALIFY row_number() OVER (",
               partition, " ORDER BY ", count, " ", direction, ties, fmt::format(") <= {}", rows_));
    columns.push_back({"count", count, ColumnType::kLong});
    columns.push_back({"percent", percent, ColumnType::kDouble});
    order.push_back({Sql(count), which_ == Which::kMost});
    for (std::size_t i = by_.size(); i < by_.size() + fields_.size(); ++i) {
      order.push_back({Sql(columns[i].id), false});
    }
    stage.replace(std::move(select), std::move(columns), std::move(order));
    return {};
  }

 private:
  Which which_;
  std::uint64_t rows_;
  std::vector<std::string> fields_;
  std::vector<std::string> by_;
};

Result<CommandPtr> parse(Cursor& cursor, Which which) {
  std::uint64_t rows = kTopDefault;
  static_cast<void>(cursor.take_word("limit") && cursor.take("="));
  cursor.skip_space();
  if (is_digit(cursor.peek())) {
    TRY_ASSIGN(rows, cursor.count("the number of values", kTopMax));
  }
  TRY_ASSIGN(auto fields, parse_names(cursor, "a field", "by"));
  TRY_ASSIGN(auto by, parse_by(cursor));
  for (const std::string& field : by) {
    std::erase(fields, field);
  }
  if (fields.empty()) {
    return cursor.error("a field is needed besides those after by");
  }
  return CommandPtr(std::make_unique<const Top>(which, rows, std::move(fields), std::move(by)));
}

}  // namespace

Result<CommandPtr> parse_top(Cursor& cursor) {
  return parse(cursor, Which::kMost);
}

Result<CommandPtr> parse_rare(Cursor& cursor) {
  return parse(cursor, Which::kLeast);
}

}  // namespace tocsin
