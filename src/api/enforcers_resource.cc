#include "api/enforcers_resource.h"

#include <algorithm>

#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

using simdjson::dom::element;

constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kListMax = 1'000;
constexpr std::size_t kRecordBytesMax = 16U << 20U;

Error bad(std::string_view what) {
  return fail(ErrorCode::kInvalid, "the receipt cannot be read: {}", what);
}

std::string text_of(element object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text.substr(0, 300))
                                                     : std::string();
}

std::uint64_t number_of(element object, std::string_view name) {
  std::uint64_t value = 0;
  return object[name].get(value) == simdjson::SUCCESS ? value : 0;
}

// The list of that name, at most kListMax of it.
template <class Take>
void each_of(element object, std::string_view name, Take take) {
  simdjson::dom::array list;
  if (object[name].get(list) != simdjson::SUCCESS) {
    return;
  }
  std::size_t n = 0;
  for (const element item : list) {
    if (n++ < kListMax) {
      take(item);
    }
  }
}

Result<Sighting> read_receipt(std::string_view body) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return bad("it is no JSON object");
  }
  Sighting sighting;
  sighting.name = text_of(root, "name");
  sighting.kind = text_of(root, "kind");
  sighting.version = text_of(root, "version");
  if (sighting.name.empty() || sighting.name.size() > kNameBytesMax || sighting.kind.empty()) {
    return bad("it needs a name of at most 100 bytes, and a kind");
  }
  sighting.taken = Taken::kApplied;
  sighting.through = number_of(root, "through");
  std::uint64_t standing = 0;
  if (root["standing"].get(standing) == simdjson::SUCCESS) {
    sighting.standing = standing;
  }
  bool leaving = false;
  sighting.leaving = root["leaving"].get(leaving) == simdjson::SUCCESS && leaving;
  std::vector<std::string> covers;
  each_of(root, "covers", [&](element item) {
    std::string_view word;
    if (item.get(word) == simdjson::SUCCESS && word.size() <= kNameBytesMax) {
      covers.emplace_back(word);
    }
  });
  if (!covers.empty()) {
    sighting.covers = std::move(covers);
  }
  each_of(root, "failed", [&](element item) {
    sighting.failed.push_back({number_of(item, "id"), text_of(item, "why")});
  });
  each_of(root, "counts", [&](element item) {
    sighting.counts.push_back({text_of(item, "origin"), number_of(item, "packets"),
                               number_of(item, "bytes"), number_of(item, "requests")});
  });
  return sighting;
}

void write_enforcer(JsonWriter& json, const EnforcerInfo& info) {
  json.begin_object();
  json.member("name", info.name).member("kind", info.kind).member("version", info.version);
  json.member("address", info.address).member("key_id", info.key_id);
  json.member("state", info.left ? "left" : info.silent ? "silent" : "active");
  json.member("first_seen", iso_time(info.first_seen))
      .member("last_seen", iso_time(info.last_seen));
  json.member("given_through", info.given_through);
  json.member("applied_through", info.applied_through);
  json.key("standing");
  if (info.standing) {
    json.value(*info.standing);
  } else {
    json.null();
  }
  json.key("covers").begin_array();
  for (const std::string& word : info.covers) {
    json.value(word);
  }
  json.end_array().key("counts").begin_array();
  for (const EnforcedCount& count : info.counts) {
    json.begin_object().member("origin", count.origin).member("packets", count.packets);
    json.member("bytes", count.bytes).member("requests", count.requests).end_object();
  }
  json.end_array().end_object();
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<Micros>& time) {
  json.key(name);
  if (time) {
    json.value(iso_time(*time));
  } else {
    json.null();
  }
}

void write_span(JsonWriter& json, std::string_view name, const std::optional<Micros>& from,
                const std::optional<Micros>& to) {
  json.key(name);
  if (from && to) {
    json.value(static_cast<double>((*to - *from).value) / kMicrosPerMilli);
  } else {
    json.null();
  }
}

}  // namespace

Result<HttpResponse> EnforcersResource::list(const Call& call) {
  static_cast<void>(call);
  JsonWriter json;
  json.begin_object().key("enforcers").begin_array();
  for (const EnforcerInfo& info : of_.receipts.enforcers()) {
    write_enforcer(json, info);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> EnforcersResource::take_receipt(const Call& call) {
  TRY_ASSIGN(Sighting sighting, read_receipt(call.request.body));
  sighting.address = call.request.peer_ip;
  sighting.key_id = call.who.key_id;
  of_.receipts.heard(sighting);
  return HttpResponse::empty(204);
}

Result<HttpResponse> EnforcersResource::forget(const Call& call) {
  TRY(of_.receipts.forget(call.path_values[0]));
  return HttpResponse::empty(204);
}

std::optional<Micros> EnforcersResource::proven(const Decision& decision) {
  if (decision.alert_id.empty()) {
    return std::nullopt;
  }
  const Result<Alert> alert = of_.alerts.get(decision.alert_id);
  if (!alert) {
    return std::nullopt;
  }
  const Micros decided = decision.created + of_.book.wall_offset();
  std::optional<Micros> newest;
  for (const Seq seq : alert->samples) {
    const auto records = of_.journal.read(seq, 1, kRecordBytesMax);
    if (!records || (*records)->empty()) {
      continue;
    }
    const Micros received = (**records)[0].received;
    if (received <= decided && (!newest || received > *newest)) {
      newest = received;
    }
  }
  return newest;
}

Result<HttpResponse> EnforcersResource::of_decision(const Call& call) {
  const std::int64_t id = parse_int(call.path_values[0]).value_or(0);
  if (id <= 0) {
    return fail(ErrorCode::kNotFound, "there is no decision {}", call.path_values[0].substr(0, 32));
  }
  TRY_ASSIGN(const DecisionRow row, of_.book.get(static_cast<std::uint64_t>(id)));
  TRY_ASSIGN(const std::vector<Receipt> receipts, of_.receipts.of_decision(row.decision.id));
  const Micros decided = row.decision.created + of_.book.wall_offset();
  const std::optional<Micros> received = proven(row.decision);
  JsonWriter json;
  json.begin_object().member("decision", row.decision.id);
  write_time(json, "received", received);
  write_time(json, "decided", decided);
  write_span(json, "decided_after_ms", received, decided);
  json.key("receipts").begin_array();
  for (const Receipt& receipt : receipts) {
    const std::optional<Micros> taken = receipt.applied ? receipt.applied : receipt.given;
    json.begin_object().member("enforcer", receipt.enforcer).member("kind", receipt.kind);
    write_time(json, "given", receipt.given);
    write_time(json, "applied", receipt.applied);
    json.member("failed", receipt.failed);
    write_span(json, "after_decision_ms", decided, taken);
    write_span(json, "end_to_end_ms", received, taken);
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace tocsin
