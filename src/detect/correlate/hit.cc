#include "detect/correlate/hit.h"

#include <algorithm>

namespace tocsin {

using sigma::Correlation;
using sigma::NamedField;

namespace {

Micros time_of(const EventHead& head) {
  return head.time > head.received + kFutureMax ? head.received : head.time;
}

constexpr std::size_t kKeyHeadBytes = 1 + sizeof(std::uint32_t);

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

bool make_group_key(const Hit& hit, std::uint32_t correlation,
                    const std::vector<NamedField>& group_by, std::string& key) {
  key.assign(1, static_cast<char>(Lane::kLive));
  key.append(reinterpret_cast<const char*>(&correlation), sizeof correlation);
  return std::ranges::all_of(group_by,
                             [&](const NamedField& field) { return append_part(hit, field, key); });
}

std::vector<KeyPart> key_parts(const Correlation& correlation, std::string_view key) {
  std::vector<KeyPart> parts;
  std::size_t at = kKeyHeadBytes;
  for (const std::string& name : correlation.group_by) {
    std::uint32_t size = 0;
    std::ranges::copy(key.substr(at, sizeof size), reinterpret_cast<char*>(&size));
    parts.push_back({name, std::string(key.substr(at + sizeof size, size))});
    at += sizeof size + size;
  }
  return parts;
}

}  // namespace tocsin
