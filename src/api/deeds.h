// Deeds: what people and keys do over the API that is written down: which route it is, what it is
// called in the audit, and when. A route that is not here is not written down; a test sees to it
// that every route that changes something is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tocsin {

enum class DeedKind : std::uint8_t {
  kDone,   // each time
  kLook,   // a search, a read: the same again is counted for a while, then written down once
  kTold,   // whoever does it writes it down with more to say; here only who was not let in
  kQuiet,  // the traffic of machines: not at all
};

struct Deed {
  std::string_view method;
  std::string_view pattern;
  DeedKind kind;
  std::string_view action;  // "alert_changed"
  std::string_view said;    // "changed the alert": who before it, the target behind it
};

std::span<const Deed> all_deeds();
// Null when the route is not there.
const Deed* deed_of(std::string_view method, std::string_view pattern);

}  // namespace tocsin
