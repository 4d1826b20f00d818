// JsonReader: one JSON object → a flat list of fields. "a":{"b":1} is the field "a.b"; an array is
// its values one after the other under one name; nulls and empty arrays are nothing. A key that
// comes twice gives both values (rules match any of them) — where one is needed, the last counts.
//
// Numbers that fit are integers or doubles, others stay as the digits that were written. Strings
// without escapes are views into the text. Limits: DecodeLimits, and kJsonBytesMax. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decode/json_names.h"
#include "model/event.h"

namespace tocsin {

class EventWriter;

inline constexpr std::size_t kJsonBytesMax = 8U * 1024 * 1024;

// What was read; valid until the next read.
class JsonView {
 public:
  std::span<const Field> fields() const { return fields_; }
  JsonName name_of(const Field& field) const { return names_->of(field.id); }
  bool has(JsonName name) const { return at_[static_cast<std::size_t>(name)] != 0; }
  // The last value under this key, or null.
  const Value* find(JsonName name) const {
    const std::uint16_t at = at_[static_cast<std::size_t>(name)];
    return at == 0 ? nullptr : &fields_[at - 1U].value;
  }
  // Its text when it is text; else "".
  std::string_view text(JsonName name) const {
    const Value* value = find(name);
    return value != nullptr && value->is_text() ? value->as_text() : std::string_view{};
  }
  std::string_view first_text(std::initializer_list<JsonName> names) const {
    for (const JsonName name : names) {
      if (const std::string_view found = text(name); !found.empty()) {
        return found;
      }
    }
    return {};
  }
  const Value* first(std::initializer_list<JsonName> names) const {
    for (const JsonName name : names) {
      if (const Value* found = find(name)) {
        return found;
      }
    }
    return nullptr;
  }

 private:
  friend class JsonReader;
  std::span<const Field> fields_;
  const JsonNames* names_ = nullptr;
  std::array<std::uint16_t, kJsonNameCount> at_{};
};

class JsonReader {
 public:
  explicit JsonReader(FieldNames& names);
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // "" when all is well, else why the text is no JSON object.
  std::string_view read(std::string_view text, EventWriter& event);
  // The same for key=value texts: begin, keep each, end.
  void begin(EventWriter& event);
  void keep(std::string_view name, Value value);
  void end();
  const JsonView& view() const { return view_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  JsonView view_;
};

}  // namespace tocsin
