#include "cli/demo_command.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "cli/connection.h"
#include "cli/terminal.h"
#include "demo/player.h"
#include "server/local_access.h"
#include "sys/signals.h"

namespace tocsin {
namespace {

struct DemoArguments {
  ConnectionOptions server;
  std::string syslog;  // HOST:PORT
  std::string directory;
  std::string manifest;
  std::string history = "24h";
  std::string end;  // ISO time; empty: now
  std::uint64_t seed = 1;
  double minutes = 0;  // live; 0: until stopped
  double sessions_per_hour = 700;
  bool only_history = false;
};

// Ends waits when somebody presses Ctrl-C. The thread that waits for the signal outlives it.
class Stop {
 public:
  Stop() {
    block_stop_signals();
    std::thread([state = state_] {
      while (wait_for_signal() != StopSignal::kStop) {
      }
      const std::scoped_lock lock(state->mutex);
      state->asked = true;
      state->changed.notify_all();
    }).detach();
  }
  bool asked() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->asked;
  }
  void pause(Span span) const {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, std::chrono::microseconds(span.value),
                             [this] { return state_->asked; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool asked = false;
  };

  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Where the lines go, and what that needs to live.
struct Target {
  std::unique_ptr<LineSender> http;
  std::unique_ptr<LineSender> syslog;
  std::unique_ptr<LineSender> files;
  LineSender* history = nullptr;  // in order over one door
  LineSender* live = nullptr;
};

Result<DayOptions> history_options(const DemoArguments& arguments, Clock& clock) {
  DayOptions options;
  options.seed = arguments.seed;
  options.sessions_per_hour = arguments.sessions_per_hour;
  options.end = clock.now();
  if (!arguments.end.empty()) {
    const auto end = parse_iso_time(arguments.end);
    if (!end) {
      return fail(ErrorCode::kInvalid, "--end is «{}», must be a time like 2026-11-23T14:00:00Z",
                  arguments.end);
    }
    options.end = *end;
  }
  const auto span = parse_span(arguments.history);
  if (!span || span->value < span_s(600).value) {
    return fail(ErrorCode::kInvalid, "--history is «{}», must be a span of 10m or more like 24h",
                arguments.history);
  }
  options.start = options.end - *span;
  return options;
}

Result<LocalAccess> server_of(const ConnectionOptions& options, FileSystem& files) {
  if (!options.url.empty()) {
    std::string url = options.url;
    while (url.ends_with('/')) {
      url.pop_back();
    }
    return LocalAccess{url, options.key};
  }
  TRY_ASSIGN(LocalAccess access,
             read_local_access(files, options.data.empty() ? "./var" : options.data));
  if (!options.key.empty()) {
    access.key = options.key;
  }
  return access;
}

Status connect(const DemoArguments& arguments, FileSystem& files, const Stop& stop,
               Target& target) {
  if (!arguments.directory.empty()) {
    TRY_ASSIGN(target.files, FileSender::open(files, arguments.directory));
    target.history = target.live = target.files.get();
    return {};
  }
  TRY_ASSIGN(LocalAccess access, server_of(arguments.server, files));
  HttpClientOptions options;
  options.ca_file = arguments.server.ca_file;
  target.http =
      std::make_unique<HttpSender>(std::move(access.url), std::move(access.key), std::move(options),
                                   [&stop](Span span) { stop.pause(span); });
  target.history = target.live = target.http.get();
  if (!arguments.syslog.empty()) {
    const std::size_t colon = arguments.syslog.rfind(':');
    if (colon == std::string::npos) {
      return fail(ErrorCode::kInvalid, "--syslog is «{}», must be HOST:PORT", arguments.syslog);
    }
    TRY_ASSIGN(target.syslog,
               SyslogSender::connect(arguments.syslog.substr(0, colon),
                                     arguments.syslog.substr(colon + 1), *target.http));
    target.live = target.syslog.get();
  }
  return {};
}

Status send_history(Day& day, const DayOptions& options, LineSender& sender, Clock& clock,
                    const Stop& stop) {
  ProgressBar progress("sending the past", clock);
  const Span begun = clock.since_boot();
  const auto whole = static_cast<std::uint64_t>((options.end - options.start).value);
  TRY_ASSIGN(const Played played, play_history(day, sender, [&](const Played& so_far) {
               progress.show(static_cast<std::uint64_t>((so_far.until - options.start).value),
                             whole);
               return !stop.asked();
             }));
  const Span taken(clock.since_boot().value - begun.value);
  fmt::print(stderr, "demo: {} lines of the past sent in {}\n", played.lines, span_text(taken));
  return {};
}

Status send_live(const DemoArguments& arguments, const DayOptions& history, LineSender& sender,
                 Clock& clock, const Stop& stop) {
  DayOptions options = history;
  options.start = history.end;
  options.end = Micros(std::numeric_limits<std::int64_t>::max() / 2);
  options.attack_plan = AttackPlan::kNowAndThen;
  if (arguments.minutes > 0) {
    options.end =
        clock.now() + Span(static_cast<std::int64_t>(arguments.minutes * 60.0 *
                                                     static_cast<double>(kMicrosPerSecond)));
  }
  Day day(options);
  fmt::print(stderr, "demo: going on live; Ctrl-C ends it\n");
  const auto played = play_live(
      day, sender, clock, [&stop](Span span) { stop.pause(span); },
      [&](const Played&) { return !stop.asked() && clock.now() < options.end; });
  return played ? Status{} : Status(played.error());
}

Status play(const DemoArguments& arguments) {
  PosixFileSystem files;
  SystemClock clock;
  const Stop stop;
  TRY_ASSIGN(const DayOptions options, history_options(arguments, clock));
  Target target;
  TRY(connect(arguments, files, stop, target));
  Day day(options);
  if (!arguments.manifest.empty()) {
    TRY(write_file_atomically(files, arguments.manifest, manifest_json(day.manifest()) + "\n"));
  }
  TRY(send_history(day, options, *target.history, clock, stop));
  const bool to_files = target.files != nullptr;
  if (to_files || arguments.only_history || !arguments.end.empty() || stop.asked()) {
    return {};
  }
  return send_live(arguments, options, *target.live, clock, stop);
}

}  // namespace

void add_demo_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* demo =
      app.add_subcommand("demo", "Send a realistic day with attacks in it to a server");
  add_connection_options(*demo, arguments->server);
  demo->add_option("--seed", arguments->seed, "Another seed is another day (1)");
  demo->add_option("--history", arguments->history,
                   "How much of the past is sent first, with its own times (24h)");
  demo->add_option("--minutes", arguments->minutes, "Minutes of live play after it (until Ctrl-C)")
      ->check(CLI::NonNegativeNumber);
  demo->add_flag("--only-history", arguments->only_history, "End when the past is sent");
  demo->add_option("--sessions", arguments->sessions_per_hour,
                   "Visits an hour at the busiest time (700)")
      ->check(CLI::Range(1.0, 1'000'000.0));
  demo->add_option("--end", arguments->end,
                   "Let the past end at this time instead of now, with no live play");
  demo->add_option("--syslog", arguments->syslog,
                   "HOST:PORT: the hosts' live lines go there as syslog over TCP");
  demo->add_option("--out", arguments->directory, "Write files into this folder, send nothing");
  demo->add_option("--manifest", arguments->manifest,
                   "Write what must be found, and who must be left alone, into this file");
  demo->footer("Example: tocsin demo --url http://127.0.0.1:7117 --key KEY --minutes 10");
  demo->callback([arguments, &exit_code] { exit_code.finish(play(*arguments)); });
}

}  // namespace tocsin
