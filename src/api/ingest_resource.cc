#include "api/ingest_resource.h"

#include <algorithm>

#include "api/parameters.h"
#include "api/problem.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kSourceBytesMax = 100;
constexpr std::size_t kFormatBytesMax = 64;
constexpr std::string_view kSourceKind = "http";

bool is_word(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, [](char c) {
    const char low = ascii_lower(c);
    return is_digit(c) || (low >= 'a' && low <= 'z') || c == '.' || c == '_' || c == '-' ||
           c == ':' || c == '/';
  });
}

// The name of a key may hold anything; a source's name is a word.
std::string word_of(std::string_view name) {
  std::string word(name.substr(0, kSourceBytesMax));
  for (char& c : word) {
    if (!is_word(std::string_view(&c, 1), 1)) {
      c = '-';
    }
  }
  return word;
}

Result<Origin> read_origin(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"source", "format"}));
  TRY_ASSIGN(const std::optional<std::string> source, given.text("source"));
  TRY_ASSIGN(const std::optional<std::string> format, given.text("format"));
  if (source && !is_word(*source, kSourceBytesMax)) {
    return fail(ErrorCode::kInvalid,
                "source is not 1 to {} of the characters A-Z a-z 0-9 . _ - : /", kSourceBytesMax);
  }
  if (format && !is_word(*format, kFormatBytesMax)) {
    return fail(ErrorCode::kInvalid, "format is not the name of a format or dataset: {}",
                format->substr(0, kFormatBytesMax));
  }
  return Origin{
      .source = fmt::format("{}:{}", kSourceKind, source.value_or(word_of(call.who.name))),
      .peer = call.request.peer_ip,
      .hint = format.value_or("")};
}

void write_result(JsonWriter& json, const EventsBodyResult& result) {
  json.member("accepted", std::uint64_t{result.accepted});
  json.member("truncated", std::uint64_t{result.truncated});
  json.member("rejected", result.rejected);
  json.key("rejections").begin_array();
  for (const RejectedRecord& rejection : result.rejections) {
    json.begin_object();
    json.member("line", rejection.line);
    json.member("column", rejection.column);
    json.member("code", intake_loss_name(rejection.loss));
    json.member("reason", rejection.reason);
    json.end_object();
  }
  json.end_array();
}

void count_losses(SourceCounters& counters, const EventsBodyResult& result) {
  for (const RejectedRecord& rejection : result.rejections) {
    counters.lost(rejection.loss);
  }
  if (const std::uint64_t unlisted = result.rejected - result.rejections.size(); unlisted > 0) {
    counters.lost(IntakeLoss::kBadJson, unlisted);
  }
  if (result.truncated > 0) {
    counters.lost(IntakeLoss::kLineTooLong, result.truncated);
  }
}

HttpResponse nothing_accepted(const EventsBodyResult& result, std::string_view request_id) {
  JsonWriter json;
  json.begin_object();
  write_problem(
      json, 400, "invalid",
      result.rejected == 0 ? "the body holds no record" : "no record of the body could be accepted",
      request_id);
  write_result(json, result);
  json.end_object();
  return HttpResponse::bytes(400, "application/problem+json", json.take());
}

HttpResponse accepted(const EventsBodyResult& result) {
  JsonWriter json;
  json.begin_object();
  write_result(json, result);
  json.end_object();
  return HttpResponse::json(200, json.take());
}

// A request whose records are on their way to the disk.
class Pending {
 public:
  Pending(Call of, Micros at, std::shared_ptr<std::atomic<std::size_t>> waiting)
      : call(std::move(of)), received(at), waiting_(std::move(waiting)) {}
  ~Pending() { waiting_->fetch_sub(1, std::memory_order_relaxed); }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  Call call;
  EventsBodyResult result;
  std::size_t bytes = 0;
  const Micros received;

 private:
  const std::shared_ptr<std::atomic<std::size_t>> waiting_;
};

}  // namespace

IngestResource::IngestResource(RecordSink& sink, SourceStats& stats, Clock& clock,
                               const EventsBodyLimits& limits, std::size_t waiting_max)
    : sink_(sink),
      stats_(stats),
      clock_(clock),
      limits_(limits),
      waiting_max_(waiting_max),
      waiting_(std::make_shared<std::atomic<std::size_t>>(0)) {}

void IngestResource::take(Call call) {
  const Result<Origin> origin = read_origin(call);
  if (!origin) {
    call.refuse(origin.error());
    return;
  }
  SourceCounters& counters = stats_.source(origin->source, kSourceKind);
  if (waiting_->fetch_add(1, std::memory_order_relaxed) >= waiting_max_) {
    waiting_->fetch_sub(1, std::memory_order_relaxed);
    counters.waited();
    call.refuse(fail(ErrorCode::kExhausted, "{} requests wait for the disk already", waiting_max_));
    return;
  }
  auto pending = std::make_shared<Pending>(std::move(call), clock_.now(), waiting_);
  auto batch = std::make_shared<RecordBatch>();
  HttpRequest& request = pending->call.request;
  pending->result = read_events_body(request.body, request.content_type(), limits_,
                                     pending->received, batch->add_origin(*origin), *batch);
  pending->bytes = batch->bytes();
  request.body = std::string();
  request.body_lease.release();
  count_losses(counters, pending->result);
  if (batch->empty()) {
    pending->call.answer(nothing_accepted(pending->result, pending->call.request_id));
    return;
  }
  sink_.submit(std::move(batch), [pending, &counters](const Status& durable) {
    if (!durable) {
      if (durable.error().code() == ErrorCode::kExhausted) {
        counters.waited();
      }
      pending->call.refuse(durable.error());
      return;
    }
    counters.received(pending->result.accepted, pending->bytes, pending->received);
    pending->call.answer(accepted(pending->result));
  });
}

}  // namespace tocsin
