// run_query: how a query's tree becomes rows.
//
// Rows that stay events in their order (only where, eval, fields, then head) are looked for newest
// part first, in growing groups of parts, until enough are found that nothing older can come
// before. Everything else is one statement over all parts that can match.
#include <algorithm>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"
#include "model/own_datasets.h"
#include "query/ast.h"
#include "query/base_sql.h"
#include "query/command/head.h"
#include "query/event_fetch.h"
#include "query/expression_parser.h"
#include "query/part_scope.h"
#include "query/query.h"
#include "query/row_buffer.h"
#include "query/stage.h"

namespace tocsin {
namespace {

constexpr int kAttemptsMax = 16;        // against segments that turn out to be damaged
constexpr std::size_t kFoundCells = 3;  // s, t, d

std::uint64_t capped(std::uint64_t rows) {
  return std::min(rows, kRowsMax);
}

class Run {
 public:
  Run(EventStore& store, const QueryTree& tree, const QueryRequest& request, const Cancel& cancel)
      : store_(store), tree_(tree), request_(request), cancel_(cancel) {}

  Result<QueryOutcome> run(RowSink& sink) {
    const auto view = store_.view();
    prepare(*view);
    const std::uint64_t head = head_rows();
    if (head != 0) {
      TRY(find_newest(head));
    } else {
      TRY(run_whole());
    }
    TRY(warn(*view));
    TRY(give(sink));
    return outcome_;
  }

 private:
  void prepare(const StoreView& view) {
    base_.conditions = {tree_.filter};
    base_.names_reads = tree_.text.find(kReadsDataset) != std::string::npos;
    base_.now = request_.now;
    base_.from = request_.from.value_or(Micros(INT64_MIN));
    base_.until = request_.until.value_or(Micros(INT64_MAX));
    bool leading = true;
    for (const CommandPtr& command : tree_.commands) {
      const ExprPtr condition = leading ? command->condition() : nullptr;
      leading = condition != nullptr;
      if (condition) {
        base_.conditions.push_back(condition);
        ++folded_;
      } else {
        command->collect_fields(base_.fields);
      }
    }
    std::erase_if(base_.fields,
                  [](const std::string& name) { return name.find('*') != std::string::npos; });
    parts_ = matching_parts(view, base_);
    outcome_.parts_skipped = view.parts.size() - parts_.size();
    datasets_ = dataset_names(parts_);
    columns_ = base_columns(parts_, base_);
  }

  // How many events are wanted if newest-first reading does; else 0.
  std::uint64_t head_rows() const {
    std::uint64_t rows = capped(request_.rows_max) + 1;
    bool after_head = false;
    for (std::size_t i = folded_; i < tree_.commands.size(); ++i) {
      const Command& command = *tree_.commands[i];
      if (const auto* head = dynamic_cast<const Head*>(&command)) {
        rows = std::min(rows, std::max<std::uint64_t>(head->rows(), 1));
        after_head = true;
      } else if (!command.is_row_wise() || (after_head && command.condition())) {
        return 0;
      }
    }
    return rows;
  }

  StageTime stage_time() const {
    StageTime time{request_.now, request_.now, request_.now};
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      time.from = i == 0 ? parts_[i]->time_min : std::min(time.from, parts_[i]->time_min);
      time.until = i == 0 ? parts_[i]->time_max : std::max(time.until, parts_[i]->time_max);
    }
    time.from = request_.from ? *request_.from : time.from;
    time.until = request_.until ? *request_.until : time.until;
    return time;
  }

  Result<std::unique_ptr<Stage>> stage_over(const TableParts& parts) {
    TRY_ASSIGN(Sql base, base_sql(store_, parts, columns_, datasets_, base_));
    auto stage = std::make_unique<Stage>(std::move(base), columns_, stage_time());
    for (std::size_t i = folded_; i < tree_.commands.size(); ++i) {
      TRY(tree_.commands[i]->apply(*stage));
    }
    return stage;
  }

  Result<RowBuffer> rows_of(const Stage& stage, const TableParts& parts, std::uint64_t rows) {
    const Sql select = stage.final_select(rows);
    RowBuffer buffer;
    RunLimits limits = request_.limits;
    limits.rows_max = std::max(limits.rows_max, rows);
    outcome_.parts_read += parts.size();
    const auto done = store_.run({select.text(), select.values(), parts, limits}, buffer, cancel_);
    if (!done) {
      return done.error();
    }
    return buffer;
  }

  Status find_newest(std::uint64_t wanted) {
    std::size_t next = 0;
    std::size_t group = 1;
    bool enough = false;
    do {
      TableParts parts;
      while (next < parts_.size() && parts.size() < group) {
        parts.push_back(parts_[next++]);
      }
      TRY_ASSIGN(stage_, stage_over(parts));
      TRY_ASSIGN(RowBuffer buffer, rows_of(*stage_, parts, wanted));
      take_found(buffer);
      std::ranges::sort(found_, [](const FoundRow& a, const FoundRow& b) {
        return std::pair(a.time, a.seq) > std::pair(b.time, b.seq);
      });
      if (found_.size() > wanted) {
        found_.resize(wanted);
      }
      group = std::min<std::size_t>(group * 2, 64);
      enough = found_.size() >= wanted &&
               (next >= parts_.size() || parts_[next]->time_max < found_.back().time);
    } while (!enough && next < parts_.size());
    outcome_.parts_skipped += parts_.size() - next;
    return {};
  }

  void take_found(RowBuffer& buffer) {
    for (std::vector<Cell>& cells : buffer.rows()) {
      FoundRow row;
      row.seq = static_cast<std::uint64_t>(std::get<std::int64_t>(cells[0]));
      row.time = std::get<Micros>(cells[1]);
      row.dataset = static_cast<std::size_t>(std::get<std::int64_t>(cells[2]));
      row.cells.assign(std::make_move_iterator(cells.begin() + kFoundCells),
                       std::make_move_iterator(cells.end()));
      found_.push_back(std::move(row));
    }
  }

  Status run_whole() {
    TRY_ASSIGN(stage_, stage_over(parts_));
    TRY_ASSIGN(RowBuffer buffer, rows_of(*stage_, parts_, capped(request_.rows_max) + 1));
    if (stage_->open()) {
      take_found(buffer);
    } else {
      computed_ = std::move(buffer.rows());
    }
    return {};
  }

  // Names that no event has, among those that the query reads from events.
  Status warn(const StoreView& view) {
    std::set<std::string> missing = stage_->missing();
    std::set<std::string> filtered;
    for (const ExprPtr& condition : base_.conditions) {
      collect_fields(*condition, filtered);
    }
    std::set<std::string> all;
    for (const auto& part : view.parts) {
      for (const PartColumn& column : part->columns) {
        all.insert(column.name);
      }
    }
    for (const std::string& name : filtered) {
      if (name.find('*') == std::string::npos && !is_base_field(name) && !all.contains(name)) {
        missing.insert(name);
      }
    }
    const std::vector<std::string_view> names(all.begin(), all.end());
    for (const std::string& name : missing) {
      const std::string_view close = all.contains(name) ? "" : closest_word(name, names);
      outcome_.warnings.push_back(
          close.empty()
              ? fmt::format("no event here has the field {}", name)
              : fmt::format("no event here has the field {}; did you mean {}?", name, close));
    }
    return {};
  }

  Status give(RowSink& sink) {
    const std::uint64_t rows_max = capped(request_.rows_max);
    outcome_.more = found_.size() + computed_.size() > rows_max;
    outcome_.rows = std::min<std::uint64_t>(found_.size() + computed_.size(), rows_max);
    outcome_.events = stage_->open();
    if (!stage_->open()) {
      return give_computed(sink);
    }
    if (found_.size() > rows_max) {
      found_.resize(rows_max);
    }
    return stage_->needs_events() ? give_events(sink) : give_named(sink);
  }

  static std::vector<ResultColumn> result_columns(const Stage& stage) {
    std::vector<ResultColumn> columns;
    for (const StageColumn& column : stage.columns()) {
      columns.push_back({column.name, column.type});
    }
    return columns;
  }

  // Joined texts as lists, in columns that may have them.
  void list_several(std::vector<Cell>& cells) const {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto* text = std::get_if<std::string>(&cells[i]);
      if (text == nullptr || !stage_->columns()[i].several ||
          text->find(kValueSeparator) == std::string::npos) {
        continue;
      }
      TextList list;
      for (const std::string_view part : split(*text, kValueSeparator)) {
        list.emplace_back(part);
      }
      cells[i] = std::move(list);
    }
  }

  Status give_computed(RowSink& sink) {
    TRY(sink.begin(result_columns(*stage_)));
    for (std::size_t i = 0; i < outcome_.rows; ++i) {
      list_several(computed_[i]);
      TRY(sink.row(computed_[i]));
    }
    return {};
  }

  Status give_named(RowSink& sink) {
    TRY(sink.begin(result_columns(*stage_)));
    for (FoundRow& row : found_) {
      list_several(row.cells);
      TRY(sink.row(row.cells));
    }
    return {};
  }

  Status give_events(RowSink& sink) {
    TRY_ASSIGN(std::vector<EventFields> events,
               fetch_events(store_, parts_, {datasets_, found_, request_.limits, cancel_}));
    std::map<std::string, ColumnType> types;
    for (std::size_t i = 0; i < events.size(); ++i) {
      list_several(found_[i].cells);
      for (std::size_t c = 0; c < found_[i].cells.size(); ++c) {
        const StageColumn& column = stage_->columns()[c];
        if (!std::holds_alternative<std::monostate>(found_[i].cells[c])) {
          // A computed value stands above the field of the same name.
          events[i].insert_or_assign(column.name, std::move(found_[i].cells[c]));
        }
      }
      std::erase_if(events[i], [this](const auto& field) { return !stage_->shows(field.first); });
      for (const auto& [name, cell] : events[i]) {
        types.try_emplace(name, type_of(cell));
      }
    }
    std::vector<ResultColumn> columns;
    for (const std::string_view name : {kSeqColumn, kTimeColumn, kDatasetField}) {
      if (const auto found = types.find(std::string(name)); found != types.end()) {
        columns.push_back({found->first, found->second});
        types.erase(found);
      }
    }
    for (const auto& [name, type] : types) {
      columns.push_back({name, type});
    }
    TRY(sink.begin(columns));
    for (EventFields& event : events) {
      std::vector<Cell> cells(columns.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (const auto found = event.find(columns[i].name); found != event.end()) {
          cells[i] = std::move(found->second);
        }
      }
      TRY(sink.row(cells));
    }
    return {};
  }

  static ColumnType type_of(const Cell& cell) {
    if (std::holds_alternative<bool>(cell)) {
      return ColumnType::kBool;
    }
    if (std::holds_alternative<std::int64_t>(cell)) {
      return ColumnType::kLong;
    }
    if (std::holds_alternative<double>(cell)) {
      return ColumnType::kDouble;
    }
    return std::holds_alternative<Micros>(cell) ? ColumnType::kTime : ColumnType::kText;
  }

  EventStore& store_;
  const QueryTree& tree_;
  const QueryRequest& request_;
  const Cancel& cancel_;
  BaseRequest base_;
  std::size_t folded_ = 0;  // leading `where`s that became part of the filter
  TableParts parts_;
  std::vector<std::string> datasets_;
  std::vector<StageColumn> columns_;
  std::unique_ptr<Stage> stage_;
  std::vector<FoundRow> found_;
  std::vector<std::vector<Cell>> computed_;
  QueryOutcome outcome_;
};

// Remembers whether rows have begun to leave: then there is no second attempt.
class OnceSink final : public RowSink {
 public:
  explicit OnceSink(RowSink& sink) : sink_(sink) {}
  Status begin(std::span<const ResultColumn> columns) override {
    begun_ = true;
    return sink_.begin(columns);
  }
  Status row(std::span<Cell> cells) override { return sink_.row(cells); }
  bool begun() const { return begun_; }

 private:
  RowSink& sink_;
  bool begun_ = false;
};

}  // namespace

Result<QueryOutcome> run_query(EventStore& store, const Query& query, const QueryRequest& request,
                               RowSink& sink, const Cancel& cancel) {
  OnceSink once(sink);
  for (int attempt = 1;; ++attempt) {
    auto done = Run(store, query.tree(), request, cancel).run(once);
    const bool again = !done && done.error().code() == ErrorCode::kConflict && !once.begun() &&
                       attempt < kAttemptsMax;
    if (!again) {
      return done;
    }
  }
}

void append_cell(JsonWriter& json, const Cell& cell) {
  std::visit(
      [&json]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          json.null();
        } else if constexpr (std::is_same_v<T, Micros>) {
          json.value(iso_time(value));
        } else if constexpr (std::is_same_v<T, TextList>) {
          json.begin_array();
          for (const std::string& text : value) {
            json.value(text);
          }
          json.end_array();
        } else {
          json.value(value);
        }
      },
      cell);
}

}  // namespace tocsin
