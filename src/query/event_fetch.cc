#include "query/event_fetch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "index/sql_text.h"
#include "query/field_scope.h"
#include "query/overflow.h"
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

}  // namespace

Result<std::vector<EventFields>> fetch_events(EventStore& store, const TableParts& parts,
                                              const std::vector<std::string>& datasets,
                                              const std::vector<FoundRow>& rows,
                                              const RunLimits& limits, const Cancel& cancel) {
  std::vector<EventFields> events(rows.size());
  for (const Wanted& wanted : by_part(parts, datasets, rows)) {
    const auto columns = stored_columns(*wanted.part);
    const Sql select = select_events(store, wanted, columns, rows);
    RowBuffer buffer;
    const auto done =
        store.run({select.text(), select.values(), {wanted.part}, limits}, buffer, cancel);
    if (!done) {
      return done.error();
    }
    std::map<std::int64_t, std::size_t> row_of;
    for (const std::size_t i : wanted.rows) {
      row_of[static_cast<std::int64_t>(rows[i].seq)] = i;
    }
    for (std::vector<Cell>& cells : buffer.rows()) {
      const auto found = row_of.find(std::get<std::int64_t>(cells[0]));
      if (found != row_of.end()) {
        EventFields& event = events[found->second];
        const FoundRow& row = rows[found->second];
        event.emplace(kSeqColumn, static_cast<std::int64_t>(row.seq));
        event.emplace(kTimeColumn, row.time);
        event.emplace(kDatasetField, datasets[row.dataset]);
        fill(event, cells, wanted, columns);
      }
    }
  }
  return events;
}

}  // namespace tocsin
