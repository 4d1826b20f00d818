// Events: decoded records. EventBatch holds the events of one RecordBatch, row by row.
//
// Filled by one worker thread in this order, event by event:
//   begin_event(i) → head() and add(...) by decode/ → add(...) by enrich/ → next begin_event.
// Then immutable. A field that has several values is simply added several times (ECS arrays):
// readers treat "any of them". Text values are views into the RecordBatch (borrowed) or into the
// batch's own arena (copied); both live as long as the EventBatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/strong.h"
#include "base/time.h"
#include "model/record.h"
#include "model/value.h"

namespace tocsin {

struct Field {
  FieldId id;
  Value value;
};

struct EventHead {
  Seq seq;      // of the record
  Micros time;  // event time; = received when the record told none
  Micros received;
  DatasetId dataset;
  std::uint32_t record = 0;       // index in the RecordBatch
  std::uint32_t first_field = 0;  // set by EventBatch
  std::uint32_t field_count = 0;
};

class EventBatch {
 public:
  explicit EventBatch(std::shared_ptr<const RecordBatch> records) : records_(std::move(records)) {}

  // Starts the next event, for record `index`; time := received.
  EventHead& begin_event(std::size_t index);
  EventHead& last_head() { return heads_.back(); }

  // Add to the event begun last.
  void add(FieldId id, Value value);
  void add_text(FieldId id, std::string_view borrowed) { add(id, Value::text(borrowed)); }
  void add_copy(FieldId id, std::string_view bytes) { add(id, Value::text(arena_.copy(bytes))); }
  // Replaces the first value of `id` in the event begun last, or adds it.
  void set(FieldId id, Value value);
  // Drops every field of the event begun last (a decoder that gives up half-way).
  void clear_fields();
  Arena& arena() { return arena_; }

  std::size_t size() const { return heads_.size(); }
  const EventHead& head(std::size_t event) const { return heads_[event]; }
  std::span<const Field> fields(std::size_t event) const {
    const EventHead& head = heads_[event];
    return std::span(fields_).subspan(head.first_field, head.field_count);
  }
  // First value of the field, or null pointer. Linear: events have tens of fields.
  const Value* find(std::size_t event, FieldId id) const;
  // Text of the first value when it is text; else empty.
  std::string_view text(std::size_t event, FieldId id) const;
  // The record's bytes.
  std::string_view raw(std::size_t event) const { return (*records_)[heads_[event].record].bytes; }
  const Origin& origin(std::size_t event) const {
    return *(*records_)[heads_[event].record].origin;
  }
  const RecordBatch& records() const { return *records_; }

 private:
  std::shared_ptr<const RecordBatch> records_;
  Arena arena_;
  std::vector<EventHead> heads_;
  std::vector<Field> fields_;
};

}  // namespace tocsin
