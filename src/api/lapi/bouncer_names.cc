#include "api/lapi/bouncer_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::size_t kAgentBytesMax = 100;

}  // namespace

std::string bouncer_name(std::span<const EnforcerInfo> known, std::string_view key_name,
                         std::string_view key_id, std::string_view address) {
  const auto same_name = std::ranges::find(known, key_name, &EnforcerInfo::name);
  if (same_name == known.end() || (same_name->key_id == key_id && same_name->address == address)) {
    return std::string(key_name);
  }
  if (same_name->key_id != key_id) {
    return fmt::format("{} {}@{}", key_name, key_id, address);
  }
  return fmt::format("{}@{}", key_name, address);
}

BouncerAgent parse_bouncer_agent(std::string_view user_agent) {
  user_agent = user_agent.substr(0, kAgentBytesMax);
  const std::size_t slash = user_agent.find('/');
  const bool pair =
      slash != std::string_view::npos && user_agent.find('/', slash + 1) == std::string_view::npos;
  if (!pair) {
    return {user_agent.empty() ? "unknown" : std::string(user_agent), "N/A"};
  }
  return {std::string(user_agent.substr(0, slash)), std::string(user_agent.substr(slash + 1))};
}

}  // namespace tocsin
