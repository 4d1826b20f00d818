#include "api/tail_desk.h"

#include <chrono>
#include <ranges>

#include "api/parameters.h"
#include "api/problem.h"
#include "api/row_sinks.h"
#include "api/seq_query.h"
#include "base/fail.h"
#include "http/sse.h"

namespace tocsin {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(250);
constexpr Span kHeartbeatAfter = span_s(15);
constexpr Span kQueryTimeMax = span_s(5);
constexpr unsigned kFailuresMax = 20;

std::string sse(std::string_view kind, std::string data) {
  return sse_text({.event = std::string(kind), .data = std::move(data), .id = ""});
}

std::string problem_event(const Error& error, std::string_view request_id) {
  JsonWriter json;
  json.begin_object();
  write_problem(json, status_of(error.code()), error_code_name(error.code()), error.full_text(),
                request_id);
  json.end_object();
  return sse("problem", json.take());
}

std::string sample_event(std::uint64_t shown, std::uint64_t of) {
  JsonWriter json;
  json.begin_object().member("shown", shown).member("of", of).end_object();
  return sse("sample", json.take());
}

}  // namespace

TailDesk::TailDesk(EventStore& events, Clock& clock, std::size_t tails_max)
    : events_(events),
      clock_(clock),
      tails_max_(tails_max),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void TailDesk::take(Call call) {
  const auto read = [&]() -> Result<std::string> {
    TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"q", "query"}));
    TRY_ASSIGN(const std::optional<std::string> query, given.text("query"));
    TRY_ASSIGN(const std::optional<std::string> short_query, given.text("q"));
    std::string text = query.value_or(short_query.value_or(""));
    TRY(query_of_seqs(text, Seq(1), Seq(2)));
    return text;
  };
  Result<std::string> query = read();
  if (!query) {
    call.refuse(query.error());
    return;
  }
  const Seq next = events_.view()->visible_end;
  const MutexLock lock(mutex_);
  if (count_ >= tails_max_) {
    call.refuse(fail(ErrorCode::kExhausted, "{} live tails are open already", tails_max_));
    return;
  }
  ++count_;
  waiting_.push_back({.query = std::move(*query),
                      .request_id = call.request_id,
                      .stream = call.start_stream("text/event-stream"),
                      .next = next,
                      .said = clock_.since_boot(),
                      .failures = 0});
  // Proxies and clients see at once that the tail is open.
  waiting_.back().stream->write(kSseHeartbeat);
  changed_.notify_all();
}

void TailDesk::stop() {
  cancel_.stop();
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  const MutexLock look_lock(look_mutex_);
  const MutexLock lock(mutex_);
  tails_.clear();
  waiting_.clear();
}

void TailDesk::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return count_ > 0; });
      changed_.wait_for(lock, stop, kLookEvery, [] { return false; });
    }
    if (!stop.stop_requested()) {
      look();
    }
  }
}

void TailDesk::look() {
  const MutexLock look_lock(look_mutex_);
  {
    const MutexLock lock(mutex_);
    tails_.splice(tails_.end(), waiting_);
  }
  const Seq end = events_.view()->visible_end;
  for (Tail& tail : tails_) {
    serve(tail, end);
  }
  const std::size_t gone = tails_.remove_if([](const Tail& tail) { return tail.stream->closed(); });
  const MutexLock lock(mutex_);
  count_ -= gone;
}

void TailDesk::serve(Tail& tail, Seq end) {
  const Span now = clock_.since_boot();
  if (tail.next >= end) {
    if (now.value - tail.said.value >= kHeartbeatAfter.value) {
      tail.stream->write(kSseHeartbeat);
      tail.said = now;
    }
    return;
  }
  const Status sent = send_rows(tail, end);
  if (sent) {
    tail.next = end;
    tail.failures = 0;
    return;
  }
  // A busy or changing store: what is due now comes with the next look.
  if (++tail.failures >= kFailuresMax || sent.error().code() == ErrorCode::kInvalid) {
    tail.stream->write(problem_event(sent.error(), tail.request_id));
    tail.stream->finish();
  }
}

Status TailDesk::send_rows(Tail& tail, Seq end) {
  QueryRequest request;
  request.now = clock_.now();
  request.rows_max = kRowsPerLook;
  request.limits.time = kQueryTimeMax;
  TRY_ASSIGN(const Query query, query_of_seqs(tail.query, tail.next, end));
  TextRows rows;
  TRY_ASSIGN(const QueryOutcome outcome, run_query(events_, query, request, rows, cancel_));
  std::string text;
  for (const std::string& row : std::views::reverse(rows.rows())) {
    text += sse("row", row);
  }
  if (outcome.more) {
    TRY_ASSIGN(const Query count, count_of_seqs(tail.query, tail.next, end));
    NumberRow counted;
    TRY(run_query(events_, count, request, counted, cancel_));
    text += sample_event(rows.rows().size(), counted.number());
  }
  if (!text.empty()) {
    tail.stream->write(text);
    tail.said = clock_.since_boot();
  }
  return {};
}

}  // namespace tocsin
