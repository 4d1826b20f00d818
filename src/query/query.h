// Queries: text of the query language in, rows out. The door of query/; the language is described
// in docs/query.md.
//
// parse() is pure. A Query is an immutable value; run_query() may be called from many threads with
// the same Query. Not for: who may see what (api/), raw records (journal/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "index/event_store.h"
#include "index/store_query.h"

namespace tocsin {

class JsonWriter;

struct QueryTree;  // query/ast.h

class Query {
 public:
  explicit Query(std::shared_ptr<const QueryTree> tree) : tree_(std::move(tree)) {}
  const QueryTree& tree() const { return *tree_; }

 private:
  std::shared_ptr<const QueryTree> tree_;
};

inline constexpr std::size_t kQueryBytesMax = 16 * 1024;

// kInvalid with a text of three lines: what is wrong and where (character, from 1), the query, a
// caret under the place.
Result<Query> parse_query(std::string_view text);

struct QueryRequest {
  std::optional<Micros> from;    // event time, inclusive
  std::optional<Micros> until;   // exclusive
  std::uint64_t rows_max = 100;  // of the result; `head` may ask for less, never for more
  Micros now;                    // what "now" means in the query
  RunLimits limits;
};

struct QueryOutcome {
  std::uint64_t rows = 0;
  bool more = false;    // rows_max cut the result
  bool events = false;  // rows are events (each has _seq), not computed rows
  std::uint64_t parts_read = 0;
  std::uint64_t parts_skipped = 0;    // by time, dataset, fields or token filter
  std::vector<std::string> warnings;  // "no event has the field usr.name; did you mean user.name?"
};

// Events come newest first. For events, columns are those that some row has: _seq, @timestamp,
// event.dataset, then by name.
Result<QueryOutcome> run_query(EventStore& store, const Query& query, const QueryRequest& request,
                               RowSink& sink, const Cancel& cancel);

// True when the query keeps events as they are (no stats, top, …): can be tailed and paged.
bool gives_events(const Query& query);

void append_cell(JsonWriter& json, const Cell& cell);

}  // namespace tocsin
