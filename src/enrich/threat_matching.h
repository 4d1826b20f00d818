// ThreatMatching: looks up what one event says in all threat lists, and writes what was found as
// ECS threat.* fields. Used by the Enricher; one a worker thread.
//
// Looked at: source.ip and destination.ip; the names asked for (dns.question.name, url.domain,
// destination.domain, tls.client.server_name); url.full, url.original and url.domain + url.path;
// hashes of files, processes and libraries, and Sysmon's "Hashes"; user_agent.original. A kind that
// no list has costs nothing. An entry counts when it is valid at the time of the event.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enrich/tables.h"
#include "model/event.h"
#include "obs/metrics.h"

namespace tocsin {

// The fields whose whole values are looked up, and as what. For whoever looks into stored events.
struct WatchedField {
  std::string_view name;
  IndicatorKind kind;
};
const std::vector<WatchedField>& watched_fields();
// The value in normal form, or nothing.
std::optional<std::string> normal_value(IndicatorKind kind, std::string_view value);
// The values in one text of the field: itself, or the hashes in Sysmon's list of them.
std::vector<std::string_view> values_of_field(std::string_view field, std::string_view text);

class ThreatMatching {
 public:
  static constexpr std::size_t kValuesMax = 32;  // looked up in one event, by kind
  static constexpr std::size_t kHitsMax = 16;    // written to one event

  explicit ThreatMatching(Metrics& metrics);

  // Call it with each new snapshot; keeps it.
  void adopt(std::shared_ptr<const EnrichTables> tables);
  // True when some list has something that is no address.
  bool looks_at_texts() const { return texts_; }

  // The event begun last: its fields other than addresses.
  void match_texts(EventBatch& events);
  // One address of it, that list number `list` names.
  void hit_address(EventBatch& events, FieldId field, std::string_view text, bool v4,
                   std::size_t list, const IndicatorDetail& detail);
  // Before the first hit of an event.
  void begin_event();

 private:
  struct Value {
    FieldId field;
    IndicatorKind kind;
    std::string_view text;
  };
  struct Hit {
    FieldId field;
    IndicatorKind kind;
    std::string_view atomic;  // what the event said
    std::string_view name;    // the indicator
    std::size_t list;
    const IndicatorDetail* detail;
    std::string_view type;
  };

  void collect(const EventBatch& events);
  void match(EventBatch& events, const Value& value, Micros at);
  void match_hashes(EventBatch& events, const Value& value, Micros at);
  void match_url(EventBatch& events, const Value& value, Micros at);
  bool may_list(std::string_view url) const;
  void look_up(EventBatch& events, const Value& value, std::string_view normal, Micros at);
  void write(EventBatch& events, const Hit& hit);

  Counter& dropped_;
  std::array<Counter*, kIndicatorKinds> hits_{};
  std::shared_ptr<const EnrichTables> tables_;
  std::array<std::vector<std::uint16_t>, kIndicatorKinds> lists_;  // that have the kind
  bool texts_ = false;
  std::vector<Value> values_;
  std::string_view domain_, path_, query_;  // of the event, for a URL of its parts
  bool has_url_ = false;
  std::size_t written_ = 0;
  std::vector<std::uint16_t> named_;  // lists that the event names already
};

}  // namespace tocsin
