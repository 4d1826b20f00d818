// stats AGGREGATE [, AGGREGATE …] [by FIELD [, FIELD …]]
//
// Events without one of the fields to group by are left out.
#include "query/aggregate.h"
#include "query/command/list.h"

namespace tocsin {
namespace {

class Stats final : public Command {
 public:
  Stats(std::vector<Aggregate> aggregates, std::vector<std::string> by)
      : aggregates_(std::move(aggregates)), by_(std::move(by)) {}

  void collect_fields(std::set<std::string>& names) const override {
    names.insert(by_.begin(), by_.end());
    for (const Aggregate& aggregate : aggregates_) {
      if (!aggregate.field.empty()) {
        names.insert(aggregate.field);
      }
    }
  }
  bool ends_events() const override { return true; }

  Status apply(Stage& stage) const override {
    std::vector<StageColumn> columns;
    std::vector<SortKey> order;
    Sql select = "SELECT ";
    Sql present = "TRUE";
    Sql groups;
    for (const std::string& field : by_) {
      const StageColumn* key = stage.find_single(field);
      StageColumn column = key != nullptr ? *key : StageColumn{field, "CAST(NULL AS VARCHAR)"};
      present.add(" AND ").add(column.id).add(" IS NOT NULL");
      groups.add(groups.empty() ? " GROUP BY " : ", ").add(column.id);
      const std::string id = stage.new_id();
      select.add(column.id).add(" AS ").add(id).add(", ");
      column.id = id;
      order.push_back({Sql(id), false});
      columns.push_back(std::move(column));
    }
    for (const Aggregate& aggregate : aggregates_) {
      const TypedSql value = aggregate_sql(aggregate, stage);
      const std::string id = stage.new_id();
      select.add(value.sql).add(" AS ").add(id).add(", ");
      columns.push_back({aggregate.name, id, value.type});
    }
    select.add("NULL FROM ").add(stage.from()).add(" AS q WHERE ").add(present).add(groups);
    stage.replace(std::move(select), std::move(columns), std::move(order));
    return {};
  }

 private:
  std::vector<Aggregate> aggregates_;
  std::vector<std::string> by_;
};

}  // namespace

Result<CommandPtr> parse_stats(Cursor& cursor) {
  TRY_ASSIGN(auto aggregates, parse_aggregates(cursor));
  TRY_ASSIGN(auto by, parse_by(cursor));
  return CommandPtr(std::make_unique<const Stats>(std::move(aggregates), std::move(by)));
}

}  // namespace tocsin
