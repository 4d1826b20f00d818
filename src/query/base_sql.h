// The events that a query's filter lets through, as SQL over the parts that can hold them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "index/event_store.h"
#include "query/ast.h"
#include "query/stage.h"

namespace tocsin {

struct BaseRequest {
  std::vector<ExprPtr> conditions;  // all must hold
  std::set<std::string> fields;     // that later steps read
  Micros from;
  Micros until;  // exclusive
  Micros now;
  bool names_reads = false;  // kReadsDataset, which is not read otherwise
};

// Parts that may hold matching events, newest first.
TableParts matching_parts(const StoreView& view, const BaseRequest& request);

// The columns of the base: c0, c1, … for those of request.fields that some part has.
std::vector<StageColumn> base_columns(const TableParts& parts, const BaseRequest& request);

// SELECT s, t, d, c0, … over the parts; `datasets` gives d its meaning.
Result<Sql> base_sql(const EventStore& store, const TableParts& parts,
                     const std::vector<StageColumn>& columns,
                     const std::vector<std::string>& datasets, const BaseRequest& request);

std::vector<std::string> dataset_names(const TableParts& parts);

}  // namespace tocsin
