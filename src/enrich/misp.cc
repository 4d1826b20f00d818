#include "enrich/misp.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "enrich/json_members.h"
#include "enrich/threat_text.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kManifestMax = 100'000;

bool is_uuid(std::string_view text) {
  return text.size() == kUuidBytes && std::ranges::all_of(text, [](char c) {
           const char lower = ascii_lower(c);
           return is_digit(c) || (lower >= 'a' && lower <= 'f') || c == '-';
         });
}

// An attribute of two parts ("filename|sha256") and which of them counts.
struct TypeOf {
  IndicatorKind kind;
  enum class Part : std::uint8_t { kWhole, kFirst, kSecond } part;
};

std::optional<TypeOf> type_of(std::string_view type) {
  const std::size_t bar = type.find('|');
  if (bar == std::string_view::npos) {
    const auto kind = type == "ip" || type == "host" ? std::nullopt : kind_of_word(type);
    return kind ? std::optional(TypeOf{*kind, TypeOf::Part::kWhole}) : std::nullopt;
  }
  const std::string_view second = type.substr(bar + 1);
  if (type.starts_with("filename|")) {
    const auto kind = kind_of_word(second);
    return kind == IndicatorKind::kHash ? std::optional(TypeOf{*kind, TypeOf::Part::kSecond})
                                        : std::nullopt;
  }
  const bool about_first = second == "port" || second == "ip";
  const auto kind = about_first ? kind_of_word(type.substr(0, bar)) : std::nullopt;
  return kind ? std::optional(TypeOf{*kind, TypeOf::Part::kFirst}) : std::nullopt;
}

std::string_view part_of(std::string_view value, TypeOf::Part part) {
  const std::size_t bar = part == TypeOf::Part::kSecond ? value.rfind('|') : value.find('|');
  if (part == TypeOf::Part::kWhole || bar == std::string_view::npos) {
    return value;
  }
  return part == TypeOf::Part::kFirst ? value.substr(0, bar) : value.substr(bar + 1);
}

template <class Take>
void each_attribute(const object& event, Take take) {
  const auto of = [&take](const object& holder) {
    json_each(holder, "Attribute", [&take](const element& one) {
      object attribute;
      if (one.get(attribute) == simdjson::SUCCESS) {
        take(attribute);
      }
    });
  };
  of(event);
  json_each(event, "Object", [&of](const element& one) {
    object holder;
    if (one.get(holder) == simdjson::SUCCESS && !json_flag(holder, "deleted")) {
      of(holder);
    }
  });
}

// The events of a document: {"Event":…}, {"response":[{"Event":…}]}, [{"Event":…}], or the
// attributes of a search, {"response":{"Attribute":[…]}}, as one event.
template <class Take>
void each_event(const element& root, Take take) {
  simdjson::dom::array list;
  object members;
  if (root.get(list) == simdjson::SUCCESS) {
    for (const element one : list) {
      if (object holder, event; one.get(holder) == simdjson::SUCCESS) {
        take(holder["Event"].get(event) == simdjson::SUCCESS ? event : holder);
      }
    }
    return;
  }
  if (root.get(members) != simdjson::SUCCESS) {
    return;
  }
  element response;
  object event;
  if (members["response"].get(response) == simdjson::SUCCESS) {
    if (response.is_array()) {
      each_event(response, take);
    } else if (response.get(event) == simdjson::SUCCESS) {
      take(event);
    }
  } else if (members["Event"].get(event) == simdjson::SUCCESS) {
    take(event);
  } else {
    take(members);
  }
}

Result<element> root_of(simdjson::dom::parser& parser, std::string_view text) {
  element root;
  const auto error = parser.parse(text.data(), text.size()).get(root);
  if (error != simdjson::SUCCESS || (!root.is_object() && !root.is_array())) {
    return fail(
        ErrorCode::kCorrupt, "this is no MISP JSON: {}",
        simdjson::error_message(error != simdjson::SUCCESS ? error : simdjson::INCORRECT_TYPE));
  }
  return root;
}

void read_attribute(const object& attribute, const IndicatorDetail& detail, std::size_t place,
                    ThreatListBuilder& list) {
  const auto type = type_of(json_text(attribute, "type"));
  if (!type) {
    return;
  }
  list.add(type->kind, trim(part_of(json_text(attribute, "value"), type->part)), detail, place);
}

void write_attribute(JsonWriter& json, const object& attribute) {
  json.begin_object();
  json.member("type", json_text(attribute, "type"));
  json.member("value", json_text(attribute, "value"));
  json.member("to_ids", json_flag(attribute, "to_ids"));
  json.end_object();
}

}  // namespace

Status read_misp(std::string_view text, bool only_to_ids, ThreatListBuilder& list) {
  simdjson::dom::parser parser;
  TRY_ASSIGN(const element root, root_of(parser, text));
  std::size_t place = 0;
  each_event(root, [&](const object& event) {
    IndicatorDetail detail = list.detail();
    detail.label = json_text(event, "info");
    detail.reference = json_text(event, "uuid");
    each_attribute(event, [&](const object& attribute) {
      ++place;
      const bool meant = !only_to_ids || json_flag(attribute, "to_ids");
      if (meant && !json_flag(attribute, "deleted")) {
        read_attribute(attribute, detail, place, list);
      }
    });
  });
  return {};
}

Result<MispManifest> read_misp_manifest(std::string_view text) {
  simdjson::dom::parser parser;
  TRY_ASSIGN(const element root, root_of(parser, text));
  object members;
  if (root.get(members) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "a manifest is a JSON object, this is a list");
  }
  MispManifest manifest;
  for (const auto& [uuid, about] : members) {
    object event;
    if (is_uuid(uuid) && about.get(event) == simdjson::SUCCESS && manifest.size() < kManifestMax) {
      manifest.emplace(to_lower(uuid), json_number(event, "timestamp").value_or(0));
    }
  }
  return manifest;
}

struct MispEvents::Events {
  struct Event {
    std::int64_t timestamp = 0;
    std::string json;
  };
  std::map<std::string, Event> by_uuid;
  std::size_t bytes = 0;
};

MispEvents::MispEvents() : events_(std::make_unique<Events>()) {}
MispEvents::~MispEvents() = default;

Status MispEvents::take(std::string_view text, std::size_t bytes_max) {
  simdjson::dom::parser parser;
  TRY_ASSIGN(const element root, root_of(parser, text));
  each_event(root, [this](const object& event) {
    const std::string_view uuid = json_text(event, "uuid");
    if (!is_uuid(uuid)) {
      return;
    }
    Events::Event kept;
    kept.timestamp = json_number(event, "timestamp").value_or(0);
    JsonWriter json;
    json.begin_object().key("Event").begin_object();
    json.member("uuid", to_lower(uuid)).member("timestamp", kept.timestamp);
    json.member("info", json_text(event, "info"));
    json.key("Attribute").begin_array();
    each_attribute(event, [&json](const object& attribute) {
      if (!json_flag(attribute, "deleted") && type_of(json_text(attribute, "type"))) {
        write_attribute(json, attribute);
      }
    });
    json.end_array().end_object().end_object();
    kept.json = json.take();
    Events::Event& place = events_->by_uuid[to_lower(uuid)];
    events_->bytes += kept.json.size() - place.json.size();
    place = std::move(kept);
  });
  if (events_->bytes > bytes_max) {
    return fail(ErrorCode::kTooLarge, "the feed has more than {} bytes", bytes_max);
  }
  return {};
}

void MispEvents::keep(const MispManifest& manifest) {
  std::erase_if(events_->by_uuid, [&](const auto& one) {
    const bool gone = !manifest.contains(one.first);
    events_->bytes -= gone ? one.second.json.size() : 0;
    return gone;
  });
}

std::int64_t MispEvents::timestamp(const std::string& uuid) const {
  const auto found = events_->by_uuid.find(uuid);
  return found == events_->by_uuid.end() ? -1 : found->second.timestamp;
}

std::string MispEvents::text() const {
  JsonWriter json;
  json.begin_object().key("response").begin_array();
  for (const auto& [uuid, event] : events_->by_uuid) {
    json.raw(event.json);
  }
  json.end_array().end_object();
  return json.take();
}

std::size_t MispEvents::size() const {
  return events_->by_uuid.size();
}

}  // namespace tocsin
