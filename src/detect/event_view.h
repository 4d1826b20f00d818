// EventView: one event as the rules look at it, with each text made and folded once.
//
// Besides the event's own fields it shows event.dataset, @timestamp, event.ingested, event.original
// (the raw record), tocsin.source (the name of the Source) and tocsin.lag_seconds (from the event's
// time to its reception; below zero: a clock that is ahead), and, made when they are first asked
// for, tocsin.request and tocsin.parameter (request_parts.h). One thread; reset() for each event;
// everything it gives is valid until the next reset().
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/request_parts.h"
#include "model/catalog.h"
#include "model/event.h"

namespace tocsin {

class EventView {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  EventView(FieldCatalog& fields, DatasetCatalog& datasets);

  void reset(const EventBatch& batch, std::size_t event);

  // The fields made of decoded request text; whoever walks all slots and wants them calls
  // add_request() first. first() does by itself.
  bool is_request_field(FieldId id) const { return id == request_field_ || id == parameter_field_; }
  void add_request();
  std::array<std::optional<FieldId>, 2> request_fields() const {
    return {request_field_, parameter_field_};
  }
  const RequestParts& request_parts() const { return request_parts_; }

  // Values of a field: slots `first(id)`, `next(slot)`, … until kNone.
  std::uint32_t first(FieldId id);
  std::uint32_t next(std::uint32_t slot) const { return slots_[slot].next; }
  const Value& value(std::uint32_t slot) const { return slots_[slot].value; }
  // All slots of the event are 0 … slots()-1, in the order of its fields, its own first.
  std::uint32_t slots() const { return used_; }
  FieldId field(std::uint32_t slot) const { return slots_[slot].field; }
  // The value's text (of any kind; empty for null), and the same case-folded.
  std::string_view text(std::uint32_t slot);
  std::string_view folded(std::uint32_t slot);

  // What keywords are looked for in: the raw record and, when it is JSON with escapes, the same
  // with the escapes resolved.
  std::string_view keyword_text(std::size_t which);
  std::string_view keyword_folded(std::size_t which);
  std::size_t keyword_texts();
  // The raw record holds every keyword that has no backslash, quote, slash or control character:
  // resolving its escapes could not make one.
  bool record_says_all();

 private:
  // Which of its texts were made for this event.
  struct Made {
    std::string text;  // of values that are not text
    std::string folded;
    bool has_text = false;
    bool has_folded = false;
  };
  struct Slot {
    Value value;
    FieldId field;
    std::uint32_t next = kNone;
    std::uint32_t made = kNone;  // in made_
  };
  struct Head {
    std::uint32_t epoch = 0;
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
  };

  void add(FieldId id, Value value);
  void add_virtual();
  Made& made(std::uint32_t slot);

  DatasetCatalog& datasets_;
  // Nothing when the catalogue was full: then no rule can name the field either.
  std::optional<FieldId> dataset_field_;
  std::optional<FieldId> time_field_;
  std::optional<FieldId> ingested_field_;
  std::optional<FieldId> original_field_;
  std::optional<FieldId> source_field_;
  std::optional<FieldId> lag_field_;
  std::optional<FieldId> request_field_;
  std::optional<FieldId> parameter_field_;
  RequestParts request_parts_;
  bool request_made_ = false;
  const EventBatch* batch_ = nullptr;
  std::size_t event_ = 0;
  std::uint32_t epoch_ = 0;
  std::vector<Head> heads_;  // by FieldId
  std::vector<Slot> slots_;  // the first used_ of them
  std::uint32_t used_ = 0;
  std::deque<Made> made_;  // the first made_used_ of them; never moves its elements
  std::uint32_t made_used_ = 0;
  std::vector<std::string_view> dataset_names_;  // by DatasetId
  std::optional<bool> record_says_all_;
  bool unescaped_made_ = false;
  bool raw_folded_made_ = false;
  bool unescaped_folded_made_ = false;
  std::string unescaped_;  // empty: not needed
  std::string raw_folded_;
  std::string unescaped_folded_;
};

}  // namespace tocsin
