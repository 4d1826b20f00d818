#include "query/stage.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {

std::optional<FieldType> known_type(std::string_view field) {
  const auto found = std::ranges::find(kKnownFields, field, &KnownField::name);
  return found == kKnownFields.end() ? std::nullopt : std::optional(found->type);
}

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
      return "VARCHAR";
    case ColumnType::kLong:
      return "BIGINT";
    case ColumnType::kDouble:
      return "DOUBLE";
    case ColumnType::kBool:
      return "BOOLEAN";
    case ColumnType::kTime:
      return "TIMESTAMP";
    case ColumnType::kTextList:
      return "VARCHAR[]";
  }
  return "VARCHAR";
}

Stage::Stage(Sql base, std::vector<StageColumn> columns, StageTime time)
    : sql_(std::move(base)),
      columns_(std::move(columns)),
      order_({{"t", true}, {"s", true}}),
      time_(time),
      next_id_(columns_.size()) {}

FieldAccess Stage::access_of(const StageColumn& column) const {
  FieldAccess access;
  access.present = true;
  access.value = Sql(column.id);
  access.type = column.type;
  access.meaning = column.meaning;
  access.known = column.known;
  access.several = column.several;
  return access;
}

const StageColumn* Stage::find(const std::string& name) const {
  const auto found = std::ranges::find(columns_, name, &StageColumn::name);
  if (found != columns_.end()) {
    return &*found;
  }
  missing_.insert(name);
  return nullptr;
}

const StageColumn* Stage::find_single(const std::string& name) {
  const StageColumn* column = find(name);
  if (column == nullptr || !column->several) {
    return column;
  }
  const std::string id = new_id();
  sql_ = sql_of("SELECT *, unnest(string_split(", column->id, ", chr(31))) AS ", id, " FROM ",
                from(), " AS q");
  const auto at = static_cast<std::size_t>(column - columns_.data());
  columns_[at].id = id;
  columns_[at].several = false;
  return &columns_[at];
}

FieldAccess Stage::access(const std::string& field) const {
  const StageColumn* column = find(field);
  return column == nullptr ? FieldAccess() : access_of(*column);
}

std::vector<FieldAccess> Stage::accesses(const std::string& pattern) const {
  std::vector<FieldAccess> out;
  for (const StageColumn& column : columns_) {
    if (glob_match(pattern, column.name)) {
      out.push_back(access_of(column));
    }
  }
  return out;
}

std::vector<FieldAccess> Stage::texts(std::span<const std::uint64_t>) const {
  std::vector<FieldAccess> out;
  for (const StageColumn& column : columns_) {
    if (column.type == ColumnType::kText) {
      out.push_back(access_of(column));
    }
  }
  return out;
}

void Stage::filter(const Sql& condition) {
  sql_ = sql_of("SELECT * FROM ", from(), " AS q WHERE ", condition);
}

void Stage::compute(const std::string& name, const TypedSql& value) {
  const std::string id = new_id();
  sql_ = sql_of("SELECT *, ", value.sql, " AS ", id, " FROM ", from(), " AS q");
  const StageColumn column{name, id, value.type, FieldType::kKeyword, false, false};
  const auto found = std::ranges::find(columns_, name, &StageColumn::name);
  if (found != columns_.end()) {
    *found = column;
  } else {
    columns_.push_back(column);
  }
  if (shown_) {
    shown_->push_back(name);
  }
}

Sql Stage::order_sql(bool reversed) const {
  Sql out;
  for (const SortKey& key : order_) {
    out.add(out.empty() ? " ORDER BY " : ", ");
    out.add(key.sql).add(key.descending != reversed ? " DESC" : " ASC");
    out.add(reversed ? " NULLS FIRST" : " NULLS LAST");
  }
  return out;
}

void Stage::keep_first(std::uint64_t rows) {
  sql_ =
      sql_of("SELECT * FROM ", from(), " AS q", order_sql(false), fmt::format(" LIMIT {}", rows));
}

void Stage::keep_last(std::uint64_t rows) {
  sql_ = sql_of("SELECT * FROM ", from(), " AS q", order_sql(true), fmt::format(" LIMIT {}", rows));
}

void Stage::keep_first_of_each(const std::vector<std::string>& ids, std::uint64_t rows) {
  Sql present;
  std::string list;
  for (const std::string& id : ids) {
    present.add(present.empty() ? "" : " AND ").add(id).add(" IS NOT NULL");
    list += fmt::format("{}{}", list.empty() ? "" : ", ", id);
  }
  sql_ = sql_of("SELECT * FROM ", from(), " AS q WHERE ", present,
                " QUALIFY row_number() OVER (PARTITION BY ", list, order_sql(false),
                fmt::format(") <= {}", rows));
}

void Stage::replace(Sql select, std::vector<StageColumn> columns, std::vector<SortKey> order) {
  sql_ = std::move(select);
  columns_ = std::move(columns);
  order_ = std::move(order);
  open_ = false;
  exact_ = false;
  shown_.reset();
  hidden_.clear();
}

Sql Stage::final_select(std::uint64_t rows) const {
  Sql out = "SELECT ";
  bool first = true;
  if (open_) {
    out.add("s, t, d");
    first = false;
  }
  for (const StageColumn& column : columns_) {
    out.add(first ? "" : ", ").add(column.id);
    first = false;
  }
  return out.add(first ? "NULL" : "")
      .add(sql_of(" FROM ", from(), " AS q", order_sql(false), fmt::format(" LIMIT {}", rows)));
}

void Stage::show_only(std::vector<std::string> patterns) {
  exact_ = std::ranges::none_of(
      patterns, [](const std::string& name) { return name.find('*') != std::string::npos; });
  for (const std::string& pattern : patterns) {
    if (exact_) {
      static_cast<void>(find(pattern));  // remembers what is missing
    }
  }
  std::vector<StageColumn> kept;
  for (const std::string& pattern : patterns) {  // in the order that was asked for
    for (const StageColumn& column : columns_) {
      const auto same = [&column](const StageColumn& other) { return other.id == column.id; };
      if (glob_match(pattern, column.name) && std::ranges::none_of(kept, same)) {
        kept.push_back(column);
      }
    }
  }
  columns_ = std::move(kept);
  shown_ = std::move(patterns);
}

void Stage::hide(std::vector<std::string> patterns) {
  std::erase_if(columns_, [&patterns](const StageColumn& column) {
    return std::ranges::any_of(
        patterns, [&column](const std::string& p) { return glob_match(p, column.name); });
  });
  hidden_.insert(hidden_.end(), patterns.begin(), patterns.end());
}

bool Stage::shows(const std::string& name) const {
  const auto fits = [&name](const std::string& pattern) { return glob_match(pattern, name); };
  if (shown_ && std::ranges::none_of(*shown_, fits)) {
    return false;
  }
  return std::ranges::none_of(hidden_, fits);
}

}  // namespace tocsin
