#include "server/retro_scan.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "enrich/threat_matching.h"
#include "index/sql_text.h"
#include "model/finding.h"
#include "query/row_buffer.h"
#include "query/sql.h"

namespace tocsin {
namespace {

constexpr RunLimits kLimits{.time = span_s(300), .rows_max = 4'000'000};

// Rows of the part that the request is about.
Sql from_where(const EventStore& store, const std::shared_ptr<const TablePart>& part,
               const std::string& column, const RetroRequest& request) {
  const TableParts one = {part};
  Sql sql = sql_of(" FROM ", store.relation(one), " AS e WHERE ", sql_name(column),
                   " IS NOT NULL AND ", sql_name(kTimeColumn), " >= ");
  sql.bind(request.from).add(sql_of(" AND CAST(", sql_name(kSeqColumn), " AS BIGINT) < "));
  return sql.bind(static_cast<std::int64_t>(request.before.value));
}

struct Looked {
  ThreatHit hit;
  std::uint64_t key = 0;
};

std::optional<Looked> look_up(const ThreatList& list, IndicatorKind kind, std::string_view value) {
  const auto normal = normal_value(kind, value);
  const ThreatHit hit = normal ? list.find(kind, *normal, std::nullopt) : ThreatHit{};
  if (!hit) {
    return std::nullopt;
  }
  return Looked{hit, kind == IndicatorKind::kAddress ? ThreatList::key_of(hit.network)
                                                     : ThreatList::key_of(kind, hit.listed)};
}

}  // namespace

Result<RetroOutcome> RetroScan::run(const RetroRequest& request) {
  RetroOutcome out;
  const auto view = store_.view();
  TableParts parts;
  for (const Part& part : view->parts) {
    const bool holds_some = std::ranges::any_of(
        part->ranges, [&](const SeqRange& range) { return range.begin < request.before; });
    if (part->time_max >= request.from && holds_some) {
      parts.push_back(part);
    }
  }
  parts_ = parts.size();
  for (part_ = 0; part_ < parts_; ++part_) {
    TRY(scan(parts[part_], request, out));
  }
  static_cast<void>(pace_(parts_, parts_));
  return out;
}

Status RetroScan::scan(const Part& part, const RetroRequest& request, RetroOutcome& out) {
  for (const WatchedField& watched : watched_fields()) {
    const PartColumn* column = part->column(watched.name);
    const bool readable = column != nullptr && column->stored && column->type == ColumnType::kText;
    if (!readable || !request.list.has(watched.kind)) {
      continue;
    }
    if (!pace_(part_, parts_)) {
      return fail(ErrorCode::kCancelled, "stopped");
    }
    TRY(scan_column(part, *column, watched.kind, request, out));
  }
  return {};
}

Status RetroScan::scan_column(const Part& part, const PartColumn& column, IndicatorKind kind,
                              const RetroRequest& request, RetroOutcome& out) {
  const Sql select = sql_of("SELECT DISTINCT ", sql_name(column.name),
                            from_where(store_, part, column.name, request));
  RowBuffer values;
  const auto done = store_.run({select.text(), select.values(), {part}, kLimits}, values, cancel_);
  if (!done) {
    return done.error();
  }
  for (const std::vector<Cell>& row : values.rows()) {
    const auto* cell = std::get_if<std::string>(&row[0]);
    if (cell == nullptr) {
      continue;
    }
    for (const std::string_view value : split(*cell, kValueSeparator)) {
      for (const std::string_view part_of_value : values_of_field(column.name, value)) {
        const auto looked = look_up(request.list, kind, part_of_value);
        if (!looked || !request.wanted(looked->key)) {
          continue;
        }
        std::string indicator = kind == IndicatorKind::kAddress
                                    ? indicator_text(looked->hit.network)
                                    : indicator_text(kind, looked->hit.listed);
        TRY(take(part, column.name, *cell, looked->key, looked->hit, std::move(indicator), request,
                 out));
      }
    }
  }
  return {};
}

// How often the cell was there while the entry was valid, and its newest events.
Status RetroScan::take(const Part& part, const std::string& column, const std::string& cell,
                       std::uint64_t key, const ThreatHit& hit, std::string indicator,
                       const RetroRequest& request, RetroOutcome& out) {
  if (!out.hits.contains(key) && out.hits.size() >= request.hits_max) {
    ++out.left_out;
    return {};
  }
  const std::string seq = sql_of("CAST(", sql_name(kSeqColumn), " AS BIGINT)").text();
  Sql where = from_where(store_, part, column, request);
  where.add(sql_of(" AND ", sql_name(column), " = ")).bind(cell);
  if (hit.detail->until.value != INT64_MAX) {
    where.add(sql_of(" AND ", sql_name(kTimeColumn), " < ")).bind(hit.detail->until);
  }
  const Sql select = sql_of("SELECT ", seq, ", count(*) OVER (), min(", sql_name(kTimeColumn),
                            ") OVER (), max(", sql_name(kTimeColumn), ") OVER ()", where,
                            " ORDER BY 1 DESC LIMIT ", fmt::format("{}", Finding::kSeqsMax));
  RowBuffer rows;
  const auto done = store_.run({select.text(), select.values(), {part}, kLimits}, rows, cancel_);
  if (!done) {
    return done.error();
  }
  if (rows.rows().empty()) {
    return {};
  }
  const std::vector<Cell>& newest = rows.rows().front();
  const auto [at, is_new] = out.hits.try_emplace(key);
  RetroHit& found = at->second;
  const Micros first = std::get<Micros>(newest[2]);
  const Micros last = std::get<Micros>(newest[3]);
  if (is_new) {
    found.indicator = std::move(indicator);
    found.detail = *hit.detail;
    found.field = column;
    found.first = first;
    found.last = last;
  }
  found.first = std::min(found.first, first);
  found.last = std::max(found.last, last);
  found.seen[column] += static_cast<std::uint64_t>(std::get<std::int64_t>(newest[1]));
  if (found.seen[column] > found.events()) {
    found.field = column;
  }
  for (const std::vector<Cell>& row : rows.rows()) {
    found.newest.emplace_back(static_cast<std::uint64_t>(std::get<std::int64_t>(row[0])));
  }
  std::ranges::sort(found.newest);
  const auto repeated = std::ranges::unique(found.newest);
  found.newest.erase(repeated.begin(), repeated.end());
  if (found.newest.size() > Finding::kSeqsMax) {
    found.newest.erase(found.newest.begin(),
                       found.newest.end() - static_cast<std::ptrdiff_t>(Finding::kSeqsMax));
  }
  return {};
}

}  // namespace tocsin
