// JSON objects: reads the keys, then lets the first shape that recognises them write the event.
#include <array>

#include "decode/formats.h"
#include "decode/json_shapes.h"

namespace tocsin {
namespace json_shape {
namespace {

bool write_one_time(const Value& value, EventWriter& event) {
  switch (value.kind()) {
    case ValueKind::kText: {
      const auto time = parse_time(value.as_text(), event.time_rules());
      if (time && plausible(*time)) {
        event.time(*time);
        return true;
      }
      return false;
    }
    case ValueKind::kInt:
    case ValueKind::kDouble: {
      const auto time = value.kind() == ValueKind::kInt ? epoch_time(value.as_int())
                                                        : epoch_time(value.as_double());
      if (time) {
        event.time(*time);
      }
      return time.has_value();
    }
    case ValueKind::kNull:
    case ValueKind::kBool:
    case ValueKind::kTime:
      return false;
  }
  return false;
}

}  // namespace

void write_all(const JsonView& json, EventWriter& event) {
  for (const Field& field : json.fields()) {
    event.fitting(field.id, field.value);
  }
}

JsonName write_time(const JsonView& json, std::initializer_list<JsonName> names,
                    EventWriter& event) {
  const Value* unreadable = nullptr;
  for (const JsonName name : names) {
    const Value* value = json.find(name);
    if (value == nullptr) {
      continue;
    }
    if (write_one_time(*value, event)) {
      return name;
    }
    unreadable = unreadable == nullptr ? value : unreadable;
  }
  if (unreadable != nullptr) {
    event.time_unreadable(unreadable->is_text() ? unreadable->as_text()
                                                : event.copy(unreadable->to_text()));
  }
  return JsonName::kNone;
}

void add_if_any(FieldId id, const Value* value, EventWriter& event) {
  if (value == nullptr || value->is_null() || event.has(id)) {
    return;
  }
  if (value->is_text() && (value->as_text().empty() || value->as_text() == "-")) {
    return;
  }
  event.fitting(id, *value);
}

}  // namespace json_shape

namespace {

struct Shape {
  bool (*recognise)(const JsonView& json);
  void (*write)(const JsonView& json, EventWriter& event);
};

constexpr auto kShapes = std::to_array<Shape>({
    {json_shape::is_windows, json_shape::write_windows},
    {json_shape::is_zeek, json_shape::write_zeek},
    {json_shape::is_suricata, json_shape::write_suricata},
    {json_shape::is_cloudtrail, json_shape::write_cloudtrail},
    {json_shape::is_okta, json_shape::write_okta},
    {json_shape::is_syslog_record, json_shape::write_syslog_record},
});

}  // namespace

bool decode_json(std::string_view text, EventWriter& event) {
  if (!text.starts_with('{')) {
    return false;
  }
  if (const std::string_view trouble = event.json().read(text, event); !trouble.empty()) {
    event.refuse(trouble);
    return false;
  }
  const JsonView& json = event.json().view();
  for (const Shape& shape : kShapes) {
    if (shape.recognise(json)) {
      shape.write(json, event);
      return true;
    }
  }
  json_shape::write_application(json, event);
  return true;
}

}  // namespace tocsin
