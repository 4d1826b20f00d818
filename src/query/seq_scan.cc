#include "query/seq_scan.h"

#include <algorithm>

#include "query/base_sql.h"

namespace tocsin {
namespace {

constexpr int kAttemptsMax = 16;  // against segments that turn out to be damaged

// Keeps all cells; they are numbers.
class Numbers final : public RowSink {
 public:
  Status begin(std::span<const ResultColumn> /*columns*/) override { return {}; }
  Status row(std::span<Cell> cells) override {
    for (const Cell& cell : cells) {
      if (std::holds_alternative<std::int64_t>(cell)) {
        found.push_back(static_cast<std::uint64_t>(std::get<std::int64_t>(cell)));
      }
    }
    return {};
  }
  std::vector<std::uint64_t> found;
};

Result<std::vector<std::uint64_t>> run_once(EventStore& store, const SeqScan& scan,
                                            std::string_view what, const Cancel& cancel) {
  BaseRequest request;
  request.conditions = {scan.condition};
  request.from = scan.from;
  request.until = scan.until;
  request.now = scan.now;
  const auto view = store.view();
  const TableParts parts = matching_parts(*view, request);
  if (parts.empty()) {
    return std::vector<std::uint64_t>();
  }
  TRY_ASSIGN(const Sql base, base_sql(store, parts, {}, dataset_names(parts), request));
  const Sql select = sql_of("SELECT ", what, " FROM (", base, ") AS b");
  Numbers numbers;
  TRY(store.run({select.text(), select.values(), parts, scan.limits}, numbers, cancel));
  return std::move(numbers.found);
}

Result<std::vector<std::uint64_t>> run(EventStore& store, const SeqScan& scan,
                                       std::string_view what, const Cancel& cancel) {
  auto found = run_once(store, scan, what, cancel);
  for (int attempt = 1; attempt < kAttemptsMax; ++attempt) {
    if (found || found.error().code() != ErrorCode::kConflict) {
      break;
    }
    found = run_once(store, scan, what, cancel);
  }
  return found;
}

}  // namespace

Result<std::vector<Seq>> scan_seqs(EventStore& store, const SeqScan& scan, const Cancel& cancel) {
  TRY_ASSIGN(std::vector<std::uint64_t> found, run(store, scan, "CAST(s AS BIGINT)", cancel));
  std::ranges::sort(found);
  std::vector<Seq> seqs;
  seqs.reserve(found.size());
  for (const std::uint64_t seq : found) {
    seqs.emplace_back(seq);
  }
  return seqs;
}

Result<std::uint64_t> count_seqs(EventStore& store, const SeqScan& scan, const Cancel& cancel) {
  TRY_ASSIGN(const std::vector<std::uint64_t> found, run(store, scan, "count(*)", cancel));
  return found.empty() ? 0 : found.front();
}

Result<SeqRange> bounds_of_seqs(EventStore& store, const SeqScan& scan, const Cancel& cancel) {
  TRY_ASSIGN(const std::vector<std::uint64_t> found,
             run(store, scan, "CAST(min(s) AS BIGINT), CAST(max(s) AS BIGINT)", cancel));
  return found.size() < 2 ? SeqRange{} : SeqRange{Seq(found[0]), Seq(found[1] + 1)};
}

}  // namespace tocsin
