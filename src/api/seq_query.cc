#include "api/seq_query.h"

#include <algorithm>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

// The user's text was parsed by itself before: what follows the pipe cannot change its meaning.
Result<Query> narrowed(std::string_view text, Seq begin, Seq end, std::string_view rest) {
  const std::string range = fmt::format("_seq >= {} and _seq < {}{}", begin.value, end.value, rest);
  if (trim(text).empty()) {
    return parse_query(range);
  }
  TRY_ASSIGN(const Query alone, parse_query(text));
  if (!gives_events(alone)) {
    return fail(ErrorCode::kInvalid,
                "this wants a query that gives events: without stats, timechart, top and the like");
  }
  return parse_query(fmt::format("{} | where {}", text, range));
}

class SeqRows final : public RowSink {
 public:
  Status begin(std::span<const ResultColumn> columns) override {
    const auto found = std::ranges::find(columns, kSeqColumn, &ResultColumn::name);
    column_ = static_cast<std::size_t>(found - columns.begin());
    return {};
  }
  Status row(std::span<Cell> cells) override {
    if (column_ < cells.size() && std::holds_alternative<std::int64_t>(cells[column_])) {
      seqs.emplace_back(static_cast<std::uint64_t>(std::get<std::int64_t>(cells[column_])));
    }
    return {};
  }
  std::vector<Seq> seqs;

 private:
  std::size_t column_ = 0;
};

}  // namespace

Result<Query> query_of_seqs(std::string_view text, Seq begin, Seq end) {
  return narrowed(text, begin, end, "");
}

Result<Query> count_of_seqs(std::string_view text, Seq begin, Seq end) {
  return narrowed(text, begin, end, " | stats count");
}

Result<std::vector<Seq>> find_seqs(EventStore& events, const Query& query,
                                   const QueryRequest& request, const Cancel& cancel) {
  if (!gives_events(query)) {
    return fail(ErrorCode::kInvalid,
                "this wants a query that gives events: without stats, timechart, top and the like");
  }
  SeqRows rows;
  TRY_ASSIGN(const QueryOutcome outcome, run_query(events, query, request, rows, cancel));
  if (outcome.more) {
    return fail(ErrorCode::kTooLarge, "the query finds more than {} events", request.rows_max);
  }
  std::ranges::sort(rows.seqs);
  return std::move(rows.seqs);
}

}  // namespace tocsin
