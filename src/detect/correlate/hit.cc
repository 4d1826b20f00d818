#include "detect/correlate/hit.h"

#include <algorithm>

namespace tocsin {

using sigma::NamedField;

namespace {

Micros time_of(const EventHead& head) {
  return head.time > head.received + kFutureMax ? head.received : head.time;
}

// A length of one byte; this one: four bytes follow.
constexpr std::uint32_t kLongSize = 0xFF;

// As append_part(), in fewer bytes: there are millions of keys.
bool append_key_part(const Hit& hit, const NamedField& field, std::string& out) {
  const std::size_t at = out.size();
  out.push_back('\0');
  if (!append_value(hit, field, out)) {
    return false;
  }
  const auto size = static_cast<std::uint32_t>(out.size() - at - 1);
  if (size < kLongSize) {
    out[at] = static_cast<char>(size);
    return true;
  }
  out[at] = static_cast<char>(kLongSize);
  out.insert(at + 1, reinterpret_cast<const char*>(&size), sizeof size);
  return true;
}

}  // namespace

Hit hit_of(const EventBatch& batch, std::size_t event) {
  const EventHead& head = batch.head(event);
  return {&batch, event, nullptr, time_of(head), head.received, head.seq};
}

bool append_value(const Hit& hit, const NamedField& field, std::string& out) {
  if (hit.key != nullptr) {
    const auto part = std::ranges::find(*hit.key, field.name, &KeyPart::field);
    if (part != hit.key->end()) {
      out += part->value;
      return true;
    }
  }
  if (hit.batch == nullptr) {
    return false;
  }
  for (const FieldId id : field.ids) {
    const Value* value = hit.batch->find(hit.event, id);
    if (value == nullptr || value->is_null()) {
      continue;
    }
    if (value->is_text()) {
      out += value->as_text();
    } else {
      out += value->to_text();
    }
    return true;
  }
  // A virtual field, as event_view.h shows it.
  if (field.name == "tocsin.source") {
    out += hit.batch->origin(hit.event).source;
    return true;
  }
  return false;
}

bool append_part(const Hit& hit, const NamedField& field, std::string& out) {
  const std::size_t at = out.size();
  out.append(sizeof(std::uint32_t), '\0');
  if (!append_value(hit, field, out)) {
    return false;
  }
  const auto size = static_cast<std::uint32_t>(out.size() - at - sizeof(std::uint32_t));
  out.replace(at, sizeof size, reinterpret_cast<const char*>(&size), sizeof size);
  return true;
}

bool append_key(const Hit& hit, const std::vector<NamedField>& group_by, std::string& out) {
  return std::ranges::all_of(
      group_by, [&](const NamedField& field) { return append_key_part(hit, field, out); });
}

std::vector<KeyPart> key_parts(const std::vector<std::string>& names, std::string_view key) {
  std::vector<KeyPart> parts;
  for (const std::string& name : names) {
    std::uint32_t size = static_cast<unsigned char>(key[0]);
    key.remove_prefix(1);
    if (size == kLongSize) {
      std::ranges::copy(key.substr(0, sizeof size), reinterpret_cast<char*>(&size));
      key.remove_prefix(sizeof size);
    }
    parts.push_back({name, std::string(key.substr(0, size))});
    key.remove_prefix(size);
  }
  return parts;
}

}  // namespace tocsin
