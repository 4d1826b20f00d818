// Hit: what a correlation counts, and the key of the group that it belongs to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/correlation.h"
#include "model/event.h"
#include "model/finding.h"

namespace tocsin {

// An event that a rule matched, or a finding of a correlation below.
struct Hit {
  const EventBatch* batch = nullptr;  // null: a window ended without a new event
  std::size_t event = 0;
  const std::vector<KeyPart>* key = nullptr;  // of the correlation below
  Micros time;
  Micros received;
  Seq seq;
};

// An event stamped more than this after it was received is taken at the time it was received.
inline constexpr Span kFutureMax = span_s(300);
Hit hit_of(const EventBatch& batch, std::size_t event);

// Appends the field's first value; false when there is none.
bool append_value(const Hit& hit, const sigma::NamedField& field, std::string& out);
// The same with its length before it: no value can imitate two.
bool append_part(const Hit& hit, const sigma::NamedField& field, std::string& out);
// Appends the parts of the group-by. False when one has no value.
bool append_key(const Hit& hit, const std::vector<sigma::NamedField>& group_by, std::string& out);
// Names and values of a key.
std::vector<KeyPart> key_parts(const std::vector<std::string>& names, std::string_view key);

}  // namespace tocsin
