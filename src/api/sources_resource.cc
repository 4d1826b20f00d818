#include "api/sources_resource.h"

#include "api/parameters.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::size_t kSamplesMax = 128;

double seconds(Span span) {
  return static_cast<double>(span.value) / static_cast<double>(kMicrosPerSecond);
}

void write_last(JsonWriter& json, Micros last, Micros now) {
  if (last == Micros(0)) {
    json.key("last_received").null();
    json.key("silent_seconds").null();
    return;
  }
  json.member("last_received", iso_time(last));
  json.member("silent_seconds", seconds(now - last));
}

}  // namespace

void SourcesResource::sample() {
  Sample taken;
  taken.at = clock_.since_boot();
  for (const SourceSnapshot& source : stats_.snapshot()) {
    taken.records.emplace(source.name, source.records);
  }
  const MutexLock lock(mutex_);
  const Span now = taken.at;
  samples_.push_back(std::move(taken));
  while (samples_.size() > kSamplesMax ||
         now.value - samples_.front().at.value > kRateWindow.value) {
    samples_.pop_front();
  }
}

std::optional<double> SourcesResource::rate(const SourceSnapshot& source) const {
  const MutexLock lock(mutex_);
  const Span now = clock_.since_boot();
  for (const Sample& sample : samples_) {
    const Span over(now.value - sample.at.value);
    if (over <= Span(0) || over > kRateWindow) {
      continue;
    }
    const auto then = sample.records.find(source.name);
    const std::uint64_t before = then == sample.records.end() ? 0 : then->second;
    return static_cast<double>(source.records - before) / seconds(over);
  }
  return std::nullopt;
}

Result<HttpResponse> SourcesResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  const Micros now = clock_.now();
  JsonWriter json;
  json.begin_object().key("sources").begin_array();
  for (const SourceSnapshot& source : stats_.snapshot()) {
    json.begin_object();
    json.member("name", source.name);
    json.member("kind", source.kind);
    json.member("records", source.records);
    json.member("bytes", source.bytes);
    json.key("records_per_second");
    if (const std::optional<double> per_second = rate(source)) {
      json.value(*per_second);
    } else {
      json.null();
    }
    write_last(json, source.last_received, now);
    json.member("waits", source.waits);
    json.member("undecoded", vitals_.undecoded(source.name));
    json.key("losses").begin_object();
    for (const auto& [reason, count] : source.losses) {
      json.member(reason, count);
    }
    json.end_object().end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace tocsin
