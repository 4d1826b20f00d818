// EventWriter: what a format's decoder writes an event with. Holds the limits, the catalogues and
// the counters of one worker, so that a decoder is only "text in, fields out".
//
// Text given to the writer is borrowed: it must live as long as the batch (views into the record,
// literals) or be made by copy(). Values over the limit are cut and named in tocsin.truncated. One
// thread. Between start() and finish() it writes one event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "decode/datasets.h"
#include "decode/deeds.h"
#include "decode/options.h"
#include "decode/time_parse.h"
#include "model/catalog.h"
#include "model/event.h"
#include "obs/metrics.h"

namespace tocsin {

class JsonReader;

struct Logsource {
  std::string_view product;
  std::string_view category;
  std::string_view service;
};

class EventWriter {
 public:
  EventWriter(FieldNames& names, DatasetCatalog& datasets, const DecodeLimits& limits,
              Metrics& metrics);

  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  // The event of record `index`, begun here.
  void start(EventBatch& out, std::size_t index, const DecodeOptions& options);
  // Forgets what was written since start(): a format gave up half-way.
  void clear();
  // Writes what depends on the whole event (truncation notes, the dataset's override).
  void finish();

  // ---- head
  void dataset(Dataset dataset);
  void dataset(std::string_view name);
  // Why a format that should have matched did not; `reason` is a literal.
  void refuse(std::string_view reason) { refusal_ = reason; }
  std::string_view refusal() const { return refusal_; }
  void time(Micros time);                       // unless it is absurd: then time_unreadable
  void time_unreadable(std::string_view text);  // received stays the event time; text is kept
  // Whole text as a time; says whether it could be used.
  bool time_text(std::string_view text);
  const TimeRules& time_rules() const { return rules_; }

  // ---- fields
  void add(FieldId id, Value value);
  void text(FieldId id, std::string_view value);         // also when empty
  void text_if_any(FieldId id, std::string_view value);  // not when "" or "-"
  void integer(FieldId id, std::int64_t value) { add(id, Value::integer(value)); }
  bool integer_text(FieldId id, std::string_view digits);  // false: not a number, nothing added
  // An X-Forwarded-For or Forwarded header: its hops as network.forwarded_ip, in order. What stands
  // before a hop that is no address is left out, and so is a second header: a client could have
  // written them, and the end of the list is what a proxy can be believed.
  void forwarded(std::string_view list);
  // The address in canonical form; false when it is none.
  bool ip(FieldId id, std::string_view text);
  // An address goes to source.ip, any other name to source.address; port and brackets allowed.
  void source(std::string_view host);
  void url(std::string_view original);  // url.original, .path, .query, .domain
  // A field by its known or unknown name with a value of any kind, made fit for the field's type.
  void fitting(FieldId id, Value value);
  void deed(Deed deed);
  void deed_outcome(Deed deed, std::string_view outcome);  // another outcome than the deed's own
  void category(std::string_view category);                // one more, unless it is there
  void logsource(const Logsource& from);
  void note_truncated(std::string_view what);  // "value", "fields", "depth", "names"

  // ---- what is there
  std::optional<FieldId> field(std::string_view name);
  std::string_view name_of(FieldId id) const { return names_.catalog().name(id); }
  const Value* find(FieldId id) const;
  bool has(FieldId id) const { return find(id) != nullptr; }
  EventBatch& out() { return *out_; }
  std::size_t event_index() const { return out_->size() - 1; }
  std::string_view copy(std::string_view bytes) { return out_->arena().copy(bytes); }
  const Origin& origin() const { return out_->origin(event_index()); }
  const DecodeOptions& options() const { return *options_; }
  const DecodeLimits& limits() const { return limits_; }
  JsonReader& json() { return *json_; }

 private:
  struct Truncation {
    std::string_view what;
    Counter* counter;
    bool seen;
  };

  FieldNames& names_;
  DatasetCatalog& datasets_;
  const DecodeLimits limits_;
  std::array<DatasetId, kDatasetNames.size()> dataset_ids_;
  std::unordered_map<std::string, DatasetId> named_datasets_;
  std::array<Truncation, 4> truncations_;
  Counter& times_unreadable_;
  std::unique_ptr<JsonReader> json_;

  EventBatch* out_ = nullptr;
  const DecodeOptions* options_ = nullptr;
  TimeRules rules_;
  std::string_view refusal_;
  bool dataset_set_ = false;
};

}  // namespace tocsin
