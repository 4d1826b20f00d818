#include "model/event.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin {

EventHead& EventBatch::begin_event(std::size_t index) {
  const Record record = (*records_)[index];
  EventHead& head = heads_.emplace_back();
  head.seq = record.seq;
  head.time = record.received;
  head.received = record.received;
  head.record = static_cast<std::uint32_t>(index);
  head.first_field = static_cast<std::uint32_t>(fields_.size());
  return head;
}

void EventBatch::add(FieldId id, Value value) {
  fields_.push_back({id, value});
  ++heads_.back().field_count;
}

void EventBatch::set(FieldId id, Value value) {
  const auto begin = fields_.begin() + heads_.back().first_field;
  const auto found =
      std::find_if(begin, fields_.end(), [id](const Field& f) { return f.id == id; });
  if (found == fields_.end()) {
    add(id, value);
  } else {
    found->value = value;
  }
}

void EventBatch::clear_fields() {
  fields_.resize(heads_.back().first_field);
  heads_.back().field_count = 0;
}

const Value* EventBatch::find(std::size_t event, FieldId id) const {
  for (const Field& field : fields(event)) {
    if (field.id == id) {
      return &field.value;
    }
  }
  return nullptr;
}

std::string_view EventBatch::text(std::size_t event, FieldId id) const {
  const Value* value = find(event, id);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view{};
}

}  // namespace tocsin
