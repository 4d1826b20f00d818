#include "query/base_sql.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "index/sql_text.h"
#include "model/own_datasets.h"
#include "query/expression_parser.h"
#include "query/part_scope.h"

namespace tocsin {
namespace {

Sql projected(const StageColumn& column, const FieldAccess& field) {
  const std::string_view type = sql_type(column.type);
  if (!field.present) {
    return sql_of("CAST(NULL AS ", type, ")");
  }
  if (column.name == kSeqColumn) {
    return sql_of("CAST(", field.value, " AS BIGINT)");
  }
  if (field.overflow.empty()) {
    return field.value;
  }
  const Sql first = sql_of("TRY_CAST(", field.overflow, "[1] AS ", type, ")");
  return field.value.empty() ? first : sql_of("coalesce(", field.value, ", ", first, ")");
}

bool is_within(const TableParts& parts, const BaseRequest& request) {
  return std::ranges::all_of(parts, [&request](const auto& part) {
    return part->time_min >= request.from && part->time_max < request.until;
  });
}

Result<Sql> group_sql(const EventStore& store, const TableParts& parts,
                      const std::vector<StageColumn>& columns, std::size_t dataset,
                      const BaseRequest& request) {
  const PartScope scope(parts, request.now);
  Sql select = sql_of("SELECT ", sql_name(kSeqColumn), " AS s, ", sql_name(kTimeColumn), " AS t, ",
                      fmt::format("{} AS d", dataset));
  for (const StageColumn& column : columns) {
    select.add(", ").add(projected(column, scope.access(column.name))).add(" AS ").add(column.id);
  }
  select.add(sql_of(" FROM ", store.relation(parts), " AS e WHERE TRUE"));
  if (!is_within(parts, request)) {
    select.add(sql_of(" AND ", sql_name(kTimeColumn), " >= ").bind(request.from));
    select.add(sql_of(" AND ", sql_name(kTimeColumn), " < ").bind(request.until));
  }
  for (const ExprPtr& condition : request.conditions) {
    if (condition->kind == ExprKind::kEverything) {
      continue;
    }
    TRY_ASSIGN(const Sql sql, predicate_sql(*condition, scope));
    select.add(" AND ").add(sql);
  }
  return select;
}

// No part: no rows, with the right columns.
Sql empty_sql(const std::vector<StageColumn>& columns) {
  Sql select = "SELECT 0::UBIGINT AS s, TIMESTAMP 'epoch' AS t, 0 AS d";
  for (const StageColumn& column : columns) {
    select.add(sql_of(", CAST(NULL AS ", sql_type(column.type), ") AS ", column.id));
  }
  return select.add(" WHERE FALSE");
}

}  // namespace

TableParts matching_parts(const StoreView& view, const BaseRequest& request) {
  TableParts parts;
  for (const auto& part : view.parts) {
    if (part->time_max < request.from || part->time_min >= request.until ||
        (part->dataset == kReadsDataset && !request.names_reads)) {
      continue;
    }
    const bool no = std::ranges::any_of(request.conditions, [&](const ExprPtr& condition) {
      return judge(*condition, *part, request.now) == Verdict::kNo;
    });
    if (!no) {
      parts.push_back(part);
    }
  }
  return parts;
}

std::vector<std::string> dataset_names(const TableParts& parts) {
  std::set<std::string> names;
  for (const auto& part : parts) {
    names.insert(part->dataset);
  }
  return {names.begin(), names.end()};
}

std::vector<StageColumn> base_columns(const TableParts& parts, const BaseRequest& request) {
  std::vector<StageColumn> columns;
  for (const std::string& field : request.fields) {
    StageColumn column{field, fmt::format("c{}", columns.size())};
    bool present = false;
    for (const auto& part : parts) {
      const FieldAccess access = PartScope(std::span(&part, 1), request.now).access(field);
      if (access.present && !present) {
        column.type = access.type;
        column.meaning = access.meaning;
        column.known = access.known;
      }
      present = present || access.present;
      column.several = column.several || access.several;
    }
    if (present) {
      columns.push_back(std::move(column));
    }
  }
  return columns;
}

Result<Sql> base_sql(const EventStore& store, const TableParts& parts,
                     const std::vector<StageColumn>& columns,
                     const std::vector<std::string>& datasets, const BaseRequest& request) {
  std::set<std::string> fields = request.fields;
  Reach reach = Reach::kNamed;
  for (const ExprPtr& condition : request.conditions) {
    collect_fields(*condition, fields);
    reach = std::max(reach, condition_reach(*condition));
  }
  std::map<std::string, TableParts> shapes;
  for (const auto& part : parts) {
    std::string shape = shape_of(*part, fields, reach);
    for (const ExprPtr& condition : request.conditions) {
      shape += places_of_words(*condition, *part);
    }
    shapes[shape].push_back(part);
  }
  Sql out;
  for (const auto& [shape, group] : shapes) {
    const auto dataset = std::ranges::find(datasets, group.front()->dataset);
    TRY_ASSIGN(const Sql select,
               group_sql(store, group, columns,
                         static_cast<std::size_t>(dataset - datasets.begin()), request));
    out.add(out.empty() ? "" : " UNION ALL ").add(select);
  }
  return out.empty() ? empty_sql(columns) : out;
}

}  // namespace tocsin
