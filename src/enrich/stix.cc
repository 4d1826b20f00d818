#include "enrich/stix.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "enrich/json_members.h"
#include "enrich/stix_pattern.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kIdBytesMax = 256;

// When the version was made; 0 when it does not say.
Micros modified(const object& indicator) {
  const std::string_view text = json_text(indicator, "modified");
  return parse_iso_time(text.empty() ? json_text(indicator, "created") : text).value_or(Micros(0));
}

bool is_benign(const object& indicator) {
  bool benign = false;
  bool malicious = false;
  json_each(indicator, "indicator_types", [&](const element& type) {
    std::string_view word;
    if (type.get(word) == simdjson::SUCCESS) {
      benign = benign || word == "benign";
      malicious = malicious || word == "malicious-activity" || word == "compromised";
    }
  });
  return benign && !malicious;
}

std::string reference_of(const object& indicator) {
  std::string url;
  json_each(indicator, "external_references", [&url](const element& reference) {
    object members;
    if (url.empty() && reference.get(members) == simdjson::SUCCESS) {
      url = json_text(members, "url");
    }
  });
  return url.empty() ? std::string(json_text(indicator, "id")) : url;
}

void read_indicator_object(const object& indicator, std::size_t place, ThreatListBuilder& list) {
  const std::string_view id = json_text(indicator, "id").substr(0, 80);
  const std::string_view language = json_text(indicator, "pattern_type");
  if (!language.empty() && language != "stix") {
    list.refuse(place,
                fmt::format("{}: patterns of type {} are not read", id, language.substr(0, 32)));
    return;
  }
  const auto pattern = parse_stix_pattern(json_text(indicator, "pattern"));
  if (!pattern) {
    list.refuse(place, fmt::format("{}: {}", id, pattern.error().text()));
    return;
  }
  IndicatorDetail detail = list.detail();
  if (const auto confidence = json_number(indicator, "confidence")) {
    detail.confidence = static_cast<std::uint8_t>(std::clamp<std::int64_t>(*confidence, 0, 100));
  }
  detail.from = parse_iso_time(json_text(indicator, "valid_from")).value_or(detail.from);
  detail.until = parse_iso_time(json_text(indicator, "valid_until")).value_or(detail.until);
  detail.label = json_text(indicator, "name");
  detail.reference = reference_of(indicator);
  for (const std::string& unread : pattern->unread) {
    list.refuse(place, fmt::format("{}: {} is not matched", id, unread));
  }
  for (const StixTerm& term : pattern->terms) {
    list.add(term.kind, term.text, detail, place);
  }
}

Result<object> root_of(simdjson::dom::parser& parser, std::string_view text) {
  object root;
  const auto parsed = parser.parse(text.data(), text.size());
  if (parsed.error() != simdjson::SUCCESS || parsed.get(root) != simdjson::SUCCESS) {
    return fail(
        ErrorCode::kCorrupt, "this is no STIX bundle: {}",
        simdjson::error_message(parsed.error() != simdjson::SUCCESS ? parsed.error()
                                                                    : simdjson::INCORRECT_TYPE));
  }
  return root;
}

template <class Take>
void each_indicator(const object& root, Take take) {
  std::size_t place = 0;
  json_each(root, "objects", [&](const element& one) {
    ++place;
    object members;
    if (one.get(members) == simdjson::SUCCESS && json_text(members, "type") == "indicator") {
      take(members, place);
    }
  });
}

}  // namespace

Status read_stix(std::string_view text, ThreatListBuilder& list) {
  simdjson::dom::parser parser;
  TRY_ASSIGN(const object root, root_of(parser, text));
  struct Newest {
    Micros time;
    std::size_t place;
  };
  std::unordered_map<std::string_view, Newest> newest;
  each_indicator(root, [&newest](const object& indicator, std::size_t place) {
    const Micros time = modified(indicator);
    const auto [at, is_new] = newest.try_emplace(json_text(indicator, "id"), Newest{time, place});
    if (!is_new && time >= at->second.time) {
      at->second = {time, place};
    }
  });
  each_indicator(root, [&](const object& indicator, std::size_t place) {
    const std::string_view id = json_text(indicator, "id");
    const bool old = !id.empty() && newest.at(id).place != place;
    if (!old && !json_flag(indicator, "revoked") && !is_benign(indicator)) {
      read_indicator_object(indicator, place, list);
    }
  });
  return {};
}

struct StixCollection::Objects {
  struct Version {
    Micros modified;
    bool revoked = false;
    std::string json;  // empty when revoked
  };
  std::map<std::string, Version, std::less<>> by_id;
  std::size_t bytes = 0;
};

StixCollection::StixCollection() : objects_(std::make_unique<Objects>()) {}
StixCollection::~StixCollection() = default;

Result<StixEnvelope> StixCollection::take(std::string_view text, std::size_t bytes_max) {
  simdjson::dom::parser parser;
  TRY_ASSIGN(const object root, root_of(parser, text));
  StixEnvelope envelope;
  envelope.next = json_text(root, "next");
  envelope.more = json_flag(root, "more");
  bool too_many = false;
  json_each(root, "objects", [&envelope](const element&) { ++envelope.objects; });
  each_indicator(root, [&](const object& indicator, std::size_t) {
    const std::string_view id = json_text(indicator, "id");
    if (id.empty() || id.size() > kIdBytesMax || too_many) {
      return;
    }
    const Micros time = modified(indicator);
    auto [at, is_new] = objects_->by_id.try_emplace(std::string(id));
    Objects::Version& version = at->second;
    if (!is_new && time < version.modified) {
      return;
    }
    objects_->bytes -= version.json.size();
    version = {time, json_flag(indicator, "revoked"), {}};
    if (!version.revoked) {
      version.json = simdjson::minify(indicator);
    }
    objects_->bytes += version.json.size();
    too_many = objects_->bytes > bytes_max || objects_->by_id.size() > kObjectsMax;
  });
  if (too_many) {
    return fail(ErrorCode::kTooLarge, "the collection has more than {} bytes or {} indicators",
                bytes_max, kObjectsMax);
  }
  return envelope;
}

std::string StixCollection::bundle() const {
  JsonWriter json;
  json.begin_object().member("type", "bundle");
  json.member("id", "bundle--00000000-0000-4000-8000-000000000000");
  json.key("objects").begin_array();
  for (const auto& [id, version] : objects_->by_id) {
    if (!version.revoked) {
      json.raw(version.json);
    }
  }
  json.end_array().end_object();
  return json.take();
}

std::size_t StixCollection::size() const {
  return objects_->by_id.size();
}

}  // namespace tocsin
