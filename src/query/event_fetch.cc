#include "query/event_fetch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "index/sql_text.h"
#include "query/field_scope.h"
#include "query/overflow.h"
#include "query/part_scope.h"
#include "query/row_buffer.h"
#include "query/sql.h"

namespace tocsin {
namespace {

bool has_seq(const TablePart& part, Seq seq) {
  return std::ranges::any_of(
      part.ranges, [seq](const SeqRange& range) { return range.begin <= seq && seq < range.end; });
}

// The rows that one part holds.
struct Wanted {
  std::shared_ptr<const TablePart> part;
  std::vector<std::size_t> rows;  // indexes
};

std::vector<Wanted> by_part(const TableParts& parts, const std::vector<std::string>& datasets,
                            const std::vector<FoundRow>& rows) {
  std::vector<Wanted> wanted;
  for (const auto& part : parts) {
    Wanted here{part, {}};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (datasets[rows[i].dataset] == part->dataset && has_seq(*part, Seq(rows[i].seq))) {
        here.rows.push_back(i);
      }
    }
    if (!here.rows.empty()) {
      wanted.push_back(std::move(here));
    }
  }
  return wanted;
}

std::vector<const PartColumn*> stored_columns(const TablePart& part) {
  std::vector<const PartColumn*> columns;
  for (const PartColumn& column : part.columns) {
    if (column.stored) {
      columns.push_back(&column);
    }
  }
  return columns;
}

// Every wanted row of a part: its columns in their order.
Sql select_events(const EventStore& store, const Wanted& wanted,
                  const std::vector<const PartColumn*>& columns,
                  const std::vector<FoundRow>& rows) {
  std::string list;
  Micros time_min = rows[wanted.rows.front()].time;
  Micros time_max = time_min;
  SeqRange range{Seq(UINT64_MAX), Seq(0)};
  for (const std::size_t i : wanted.rows) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", rows[i].seq);
    time_min = std::min(time_min, rows[i].time);
    time_max = std::max(time_max, rows[i].time);
    range.begin = std::min(range.begin, Seq(rows[i].seq));
    range.end = std::max(range.end, Seq(rows[i].seq + 1));
  }
  Sql select = sql_of("SELECT ", sql_name(kSeqColumn), ", ", sql_name(kIngestedColumn));
  if (wanted.part->has_overflow) {
    select.add(", ").add(sql_name(kOverflowColumn));
  }
  for (const PartColumn* column : columns) {
    select.add(", ").add(sql_name(column->name));
  }
  const TableParts one = {wanted.part};
  select.add(
      sql_of(" FROM ", store.relation(one, range), " AS e WHERE ", sql_name(kTimeColumn), " >= ")
          .bind(time_min)
          .add(" AND ")
          .add(sql_name(kTimeColumn))
          .add(" <= ")
          .bind(time_max));
  return select.add(sql_of(" AND ", sql_name(kSeqColumn), " IN (", list, ")"));
}

Cell listed(Cell cell) {
  const auto* text = std::get_if<std::string>(&cell);
  if (text == nullptr || text->find(kValueSeparator) == std::string::npos) {
    return cell;
  }
  TextList list;
  for (const std::string_view part : split(*text, kValueSeparator)) {
    list.emplace_back(part);
  }
  return list;
}

std::string cell_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    return fmt::format("{}", *number);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return fmt::format("{}", *real);
  }
  if (const auto* flag = std::get_if<bool>(&cell)) {
    return *flag ? "true" : "false";
  }
  return {};
}

void add_overflow(EventFields& event, std::string_view json) {
  auto fields = read_overflow(json);
  if (!fields) {
    return;
  }
  for (auto& [name, values] : *fields) {
    const auto found = event.find(name);
    if (found == event.end()) {
      event.emplace(name,
                    values.size() == 1 ? Cell(std::move(values.front())) : Cell(std::move(values)));
      continue;
    }
    auto* list = std::get_if<TextList>(&found->second);
    TextList all = list != nullptr ? std::move(*list) : TextList{cell_text(found->second)};
    all.insert(all.end(), values.begin(), values.end());
    found->second = std::move(all);
  }
}

void fill(EventFields& event, std::vector<Cell>& cells, const Wanted& wanted,
          const std::vector<const PartColumn*>& columns) {
  event.emplace(kIngestedColumn, std::move(cells[1]));
  const std::size_t first = wanted.part->has_overflow ? 3 : 2;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Cell& cell = cells[first + i];
    if (!std::holds_alternative<std::monostate>(cell)) {
      event.emplace(columns[i]->name,
                    columns[i]->several ? listed(std::move(cell)) : std::move(cell));
    }
  }
  if (wanted.part->has_overflow) {
    if (const auto* json = std::get_if<std::string>(&cells[2])) {
      add_overflow(event, *json);
    }
  }
}

// Parts of one shape, read by one statement: DuckDB then works on them at the same time.
struct Together {
  std::vector<Wanted> parts;
};

std::vector<Together> by_shape(std::vector<Wanted> wanted) {
  constexpr std::size_t kPartsMax = 32;
  std::vector<Together> all;
  std::map<std::string, std::size_t> open;  // shape → the group that still takes parts
  for (Wanted& one : wanted) {
    const std::string shape = shape_of(*one.part, {}, Reach::kAllFields);
    const auto [at, is_new] = open.try_emplace(shape, all.size());
    if (!is_new && all[at->second].parts.size() >= kPartsMax) {
      at->second = all.size();
    }
    if (at->second == all.size()) {
      all.emplace_back();
    }
    all[at->second].parts.push_back(std::move(one));
  }
  return all;
}

Status fetch_together(EventStore& store, const Together& together, const FetchRequest& request,
                      std::vector<EventFields>& events) {
  const auto columns = stored_columns(*together.parts.front().part);
  Sql select;
  TableParts parts;
  std::map<std::int64_t, std::size_t> row_of;
  for (const Wanted& wanted : together.parts) {
    select.add(select.empty() ? "" : " UNION ALL ");
    select.add(select_events(store, wanted, columns, request.rows));
    parts.push_back(wanted.part);
    for (const std::size_t i : wanted.rows) {
      row_of[static_cast<std::int64_t>(request.rows[i].seq)] = i;
    }
  }
  RowBuffer buffer;
  const auto done =
      store.run({select.text(), select.values(), parts, request.limits}, buffer, request.cancel);
  if (!done) {
    return done.error();
  }
  for (std::vector<Cell>& cells : buffer.rows()) {
    const auto found = row_of.find(std::get<std::int64_t>(cells[0]));
    if (found == row_of.end()) {
      continue;
    }
    EventFields& event = events[found->second];
    const FoundRow& row = request.rows[found->second];
    event.emplace(kSeqColumn, static_cast<std::int64_t>(row.seq));
    event.emplace(kTimeColumn, row.time);
    event.emplace(kDatasetField, request.datasets[row.dataset]);
    fill(event, cells, together.parts.front(), columns);
  }
  return {};
}

}  // namespace

Result<std::vector<EventFields>> fetch_events(EventStore& store, const TableParts& parts,
                                              const FetchRequest& request) {
  std::vector<EventFields> events(request.rows.size());
  for (const Together& together : by_shape(by_part(parts, request.datasets, request.rows))) {
    TRY(fetch_together(store, together, request, events));
  }
  return events;
}

}  // namespace tocsin
