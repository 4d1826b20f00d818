// What the engine keeps in the state database: runs, what each of their steps came to, and the text
// of every playbook that a run is on. Each function is part of a transaction that the caller began.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "state/state_db.h"

namespace tocsin {

enum class RunState : std::uint8_t { kRunning, kSucceeded, kFailed, kCancelled };
std::string_view run_state_name(RunState state);

struct PlaybookRun {
  std::string id;
  std::string playbook;
  std::string version;
  std::string alert_id;
  std::string by;  // "trigger", or who started it
  RunState state = RunState::kRunning;
  std::string step;  // where it is; of a run that is over: where it ended
  std::string detail;
  Micros started;
  Micros deadline;
  Micros ended;
  Micros step_since;
  Micros wake;              // when time alone moves it on; of a decision's approval: never
  bool waiting = false;     // the step has begun and waits
  std::uint64_t tries = 0;  // of this step that failed
  std::uint64_t findings_before = 0;
  std::vector<std::string> approvals;    // of the decision book, that the step waits for
  std::vector<std::uint64_t> decisions;  // that it took
  std::uint64_t steps_done = 0;
};

struct RunStep {
  std::string run_id;
  std::uint64_t number = 0;
  std::string step;
  std::string kind;
  Micros at;
  std::string outcome;  // "done", "would", "waits", "retry", "failed"
  std::string sentence;
};

struct PlaybookText {
  std::string name;
  std::string version;
  std::string file;
  std::string text;
};

struct RunFilter {
  std::optional<std::string> alert_id = {};
  std::optional<std::string> playbook = {};
  std::optional<std::string> id = {};
  bool running_only = false;
  std::size_t limit = 100;
};

std::span<const Migration> playbook_migrations();

class RunRows {
 public:
  explicit RunRows(soci::session& sql) : sql_(sql) {}

  void write(const PlaybookRun& run);
  void write(const RunStep& step);
  void write(const PlaybookText& text);
  // Newest first.
  std::vector<PlaybookRun> runs(const RunFilter& filter);
  std::vector<RunStep> steps(const std::string& run_id);
  std::optional<PlaybookText> text(const std::string& name, const std::string& version);
  bool knows(const std::string& run_id);

  void set_mark(Micros mark);
  std::optional<Micros> mark();
  // Runs that ended before, their steps, and texts that no run is on.
  void forget_before(Micros time);

 private:
  soci::session& sql_;
};

}  // namespace tocsin
