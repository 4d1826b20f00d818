#include "respond/playbook/run_rows.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{
        1,
        "runs of playbooks, their steps and the texts they follow",
        {"CREATE TABLE playbook_runs (id TEXT PRIMARY KEY, playbook TEXT NOT NULL, "
         "version TEXT NOT NULL, alert_id TEXT NOT NULL, started_by TEXT NOT NULL, "
         "state BIGINT NOT NULL, step TEXT NOT NULL, detail TEXT NOT NULL, "
         "started_us BIGINT NOT NULL, deadline_us BIGINT NOT NULL, ended_us BIGINT NOT NULL, "
         "since_us BIGINT NOT NULL, wake_us BIGINT NOT NULL, waiting BIGINT NOT NULL, "
         "tries BIGINT NOT NULL, findings_before BIGINT NOT NULL, approvals TEXT NOT NULL, "
         "decisions TEXT NOT NULL, steps_done BIGINT NOT NULL)",
         "CREATE INDEX playbook_runs_by_alert ON playbook_runs (alert_id)",
         "CREATE INDEX playbook_runs_by_state ON playbook_runs (state, ended_us)",
         "CREATE INDEX playbook_runs_by_start ON playbook_runs (started_us)",
         "CREATE TABLE playbook_steps (run_id TEXT NOT NULL, number BIGINT NOT NULL, "
         "step TEXT NOT NULL, kind TEXT NOT NULL, at_us BIGINT NOT NULL, outcome TEXT NOT NULL, "
         "sentence TEXT NOT NULL, PRIMARY KEY (run_id, number))",
         "CREATE TABLE playbook_texts (name TEXT NOT NULL, version TEXT NOT NULL, "
         "file TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (name, version))",
         "CREATE TABLE playbook_marks (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"}},
};

constexpr std::string_view kColumns =
    "id, playbook, version, alert_id, started_by, state, step, detail, started_us, deadline_us, "
    "ended_us, since_us, wake_us, waiting, tries, findings_before, approvals, decisions, "
    "steps_done";

std::vector<std::uint64_t> numbers_of(const std::string& text) {
  std::vector<std::uint64_t> numbers;
  for (const std::string_view part : split(text, ',')) {
    if (const auto number = parse_int(part)) {
      numbers.push_back(static_cast<std::uint64_t>(*number));
    }
  }
  return numbers;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string_view part : split(text, ',')) {
    if (!part.empty()) {
      words.emplace_back(part);
    }
  }
  return words;
}

// A run's columns, bound by address.
struct Row {
  PlaybookRun run;
  std::string approvals, decisions;
  std::array<long long, 10> numbers{};

  void set() {
    approvals = fmt::format("{}", fmt::join(run.approvals, ","));
    decisions = fmt::format("{}", fmt::join(run.decisions, ","));
    numbers = {static_cast<long long>(run.state),
               run.started.value,
               run.deadline.value,
               run.ended.value,
               run.step_since.value,
               run.wake.value,
               run.waiting ? 1 : 0,
               static_cast<long long>(run.tries),
               static_cast<long long>(run.findings_before),
               static_cast<long long>(run.steps_done)};
  }
  PlaybookRun get() const {
    PlaybookRun out = run;
    out.state =
        numbers[0] >= 0 && numbers[0] <= 3 ? static_cast<RunState>(numbers[0]) : RunState::kFailed;
    out.started = Micros(numbers[1]);
    out.deadline = Micros(numbers[2]);
    out.ended = Micros(numbers[3]);
    out.step_since = Micros(numbers[4]);
    out.wake = Micros(numbers[5]);
    out.waiting = numbers[6] != 0;
    out.tries = static_cast<std::uint64_t>(numbers[7]);
    out.findings_before = static_cast<std::uint64_t>(numbers[8]);
    out.steps_done = static_cast<std::uint64_t>(numbers[9]);
    out.approvals = words_of(approvals);
    out.decisions = numbers_of(decisions);
    return out;
  }
  template <class Bind>
  void each_column(const Bind& bind) {
    for (std::string* text : {&run.id, &run.playbook, &run.version, &run.alert_id, &run.by}) {
      bind(*text);
    }
    bind(numbers[0]);
    bind(run.step);
    bind(run.detail);
    for (std::size_t i = 1; i <= 8; ++i) {
      bind(numbers[i]);
    }
    bind(approvals);
    bind(decisions);
    bind(numbers[9]);
  }
};

}  // namespace

std::span<const Migration> playbook_migrations() {
  return kMigrations;
}

std::string_view run_state_name(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "running";
    case RunState::kSucceeded:
      return "succeeded";
    case RunState::kFailed:
      return "failed";
    case RunState::kCancelled:
      return "cancelled";
  }
  return "";
}

void RunRows::write(const PlaybookRun& run) {
  Row row;
  row.run = run;
  row.set();
  sql_ << "DELETE FROM playbook_runs WHERE id = :i", soci::use(row.run.id);
  soci::statement insert(sql_);
  row.each_column([&](auto& value) { insert.exchange(soci::use(value)); });
  insert.alloc();
  insert.prepare(
      fmt::format("INSERT INTO playbook_runs ({}) VALUES (:a, :b, :c, :d, :e, :f, :g, "
                  ":h, :i, :j, :k, :l, :m, :n, :o, :p, :q, :r, :s)",
                  kColumns));
  insert.define_and_bind();
  insert.execute(true);
}

void RunRows::write(const RunStep& step) {
  const auto number = static_cast<long long>(step.number);
  const long long at = step.at.value;
  sql_ << "INSERT INTO playbook_steps (run_id, number, step, kind, at_us, outcome, sentence) "
          "VALUES (:r, :n, :s, :k, :a, :o, :t) ON CONFLICT (run_id, number) DO NOTHING",
      soci::use(step.run_id), soci::use(number), soci::use(step.step), soci::use(step.kind),
      soci::use(at), soci::use(step.outcome), soci::use(step.sentence);
}

void RunRows::write(const PlaybookText& text) {
  sql_ << "INSERT INTO playbook_texts (name, version, file, body) VALUES (:n, :v, :f, :b) "
          "ON CONFLICT (name, version) DO NOTHING",
      soci::use(text.name), soci::use(text.version), soci::use(text.file), soci::use(text.text);
}

std::vector<PlaybookRun> RunRows::runs(const RunFilter& filter) {
  std::string where = filter.running_only ? "state = 0" : "state >= 0";
  where += filter.alert_id ? " AND alert_id = :x" : "";
  where += filter.playbook ? " AND playbook = :y" : "";
  where += filter.id ? " AND id = :z" : "";
  const std::string text =
      fmt::format("SELECT {} FROM playbook_runs WHERE {} ORDER BY started_us DESC, id LIMIT {}",
                  kColumns, where, filter.limit);
  Row row;
  soci::statement select(sql_);
  for (const auto* bound : {&filter.alert_id, &filter.playbook, &filter.id}) {
    if (*bound) {
      select.exchange(soci::use(**bound));
    }
  }
  row.each_column([&](auto& value) { select.exchange(soci::into(value)); });
  select.alloc();
  select.prepare(text);
  select.define_and_bind();
  select.execute();
  std::vector<PlaybookRun> found;
  while (select.fetch()) {
    found.push_back(row.get());
  }
  return found;
}

std::vector<RunStep> RunRows::steps(const std::string& run_id) {
  RunStep row;
  row.run_id = run_id;
  long long number = 0;
  long long at = 0;
  soci::statement select =
      (sql_.prepare << "SELECT number, step, kind, at_us, outcome, sentence FROM playbook_steps "
                       "WHERE run_id = :r ORDER BY number",
       soci::use(run_id), soci::into(number), soci::into(row.step), soci::into(row.kind),
       soci::into(at), soci::into(row.outcome), soci::into(row.sentence));
  select.execute();
  std::vector<RunStep> found;
  while (select.fetch()) {
    row.number = static_cast<std::uint64_t>(number);
    row.at = Micros(at);
    found.push_back(row);
  }
  return found;
}

std::optional<PlaybookText> RunRows::text(const std::string& name, const std::string& version) {
  PlaybookText found{name, version, {}, {}};
  sql_ << "SELECT file, body FROM playbook_texts WHERE name = :n AND version = :v", soci::use(name),
      soci::use(version), soci::into(found.file), soci::into(found.text);
  return sql_.got_data() ? std::optional(found) : std::nullopt;
}

bool RunRows::knows(const std::string& run_id) {
  long long count = 0;
  sql_ << "SELECT COUNT(*) FROM playbook_runs WHERE id = :i", soci::use(run_id), soci::into(count);
  return count > 0;
}

void RunRows::set_mark(Micros mark) {
  const long long value = mark.value;
  sql_ << "INSERT INTO playbook_marks (name, value) VALUES ('alerts', :v) "
          "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      soci::use(value);
}

std::optional<Micros> RunRows::mark() {
  long long value = 0;
  sql_ << "SELECT value FROM playbook_marks WHERE name = 'alerts'", soci::into(value);
  return sql_.got_data() ? std::optional(Micros(value)) : std::nullopt;
}

void RunRows::forget_before(Micros time) {
  const long long before = time.value;
  sql_ << "DELETE FROM playbook_steps WHERE run_id IN (SELECT id FROM playbook_runs WHERE "
          "state > 0 AND ended_us < :t)",
      soci::use(before);
  sql_ << "DELETE FROM playbook_runs WHERE state > 0 AND ended_us < :t", soci::use(before);
  sql_ << "DELETE FROM playbook_texts WHERE NOT EXISTS (SELECT 1 FROM playbook_runs r WHERE "
          "r.playbook = playbook_texts.name AND r.version = playbook_texts.version)";
}

}  // namespace tocsin
