// What an enforcer is called that does not say its own name: that of its key, and "NAME@ADDRESS"
// for further machines with the same key, each with its own place in the stream. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "respond/receipt_book.h"

namespace tocsin {

std::string bouncer_name(std::span<const EnforcerInfo> known, std::string_view key_name,
                         std::string_view key_id, std::string_view address);

// "crowdsec-firewall-bouncer/v0.0.34": type and version; a text that is no such pair is the type
// and its version "N/A".
struct BouncerAgent {
  std::string type;
  std::string version;
};
BouncerAgent parse_bouncer_agent(std::string_view user_agent);

}  // namespace tocsin
