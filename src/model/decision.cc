#include "model/decision.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, kDecisionKinds> kKindNames = {
    "block", "throttle", "challenge", "redirect", "disable", "custom"};
constexpr std::array<std::string_view, kScopeKinds> kScopeNames = {
    "address", "network", "network_owner", "country", "user", "session", "api_key"};

constexpr std::uint32_t kThrottleRequestsMax = 1'000'000;
constexpr Span kThrottlePerMin = span_s(1);
constexpr Span kThrottlePerMax = span_s(86'400);

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view word) {
  const auto found = std::ranges::find(names, word);
  if (found == names.end()) {
    return std::nullopt;
  }
  return static_cast<Enum>(found - names.begin());
}

// "203.0.113.9/24" → 203.0.113.0/24. Nothing when it is not an address with a prefix.
std::optional<IpNetwork> network_with_host_bits(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<IpAddress> address = parse_ip(text.substr(0, slash));
  const std::optional<std::int64_t> bits = parse_int(text.substr(slash + 1));
  if (!address || !bits || *bits < 0 || !is_digit(text[slash + 1])) {
    return std::nullopt;
  }
  const bool v4 = address->is_v4() && text.find(':') == std::string_view::npos;
  if (*bits > (v4 ? 32 : 128)) {
    return std::nullopt;
  }
  return network_around(*address, static_cast<unsigned>(*bits) + (v4 ? 96U : 0U));
}

DecisionTarget of_address(const IpAddress& address) {
  return {ScopeKind::kAddress, ip_text(address), IpNetwork{address, 128}};
}

std::optional<DecisionTarget> network_target(std::string_view value) {
  const std::optional<IpNetwork> network = network_with_host_bits(value);
  if (!network) {
    return std::nullopt;
  }
  if (network->prefix_bits == 128) {
    return of_address(network->base);
  }
  return DecisionTarget{ScopeKind::kNetwork, network_text(*network), *network};
}

std::optional<DecisionTarget> owner_target(std::string_view value) {
  if (value.size() > 2 && equals_ignore_case(value.substr(0, 2), "as")) {
    value = value.substr(2);
  }
  const std::optional<std::int64_t> number = parse_int(value);
  if (!number || *number <= 0 || *number > 4'294'967'294 || !is_digit(value.front())) {
    return std::nullopt;
  }
  return DecisionTarget{ScopeKind::kNetworkOwner, fmt::format("AS{}", *number), {}};
}

std::optional<DecisionTarget> country_target(std::string_view value) {
  const auto letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  if (value.size() != 2 || !letter(value[0]) || !letter(value[1])) {
    return std::nullopt;
  }
  DecisionTarget target{ScopeKind::kCountry, std::string(value), {}};
  for (char& c : target.value) {
    c = static_cast<char>(c >= 'a' ? c - 32 : c);
  }
  return target;
}

std::optional<DecisionTarget> word_target(ScopeKind scope, std::string_view value) {
  const bool control = std::ranges::any_of(value, [](char c) { return c >= 0 && c < ' '; });
  if (value.empty() || control || !is_valid_utf8(value)) {
    return std::nullopt;
  }
  return DecisionTarget{scope, std::string(value), {}};
}

std::optional<DecisionTarget> try_target(ScopeKind scope, std::string_view value) {
  switch (scope) {
    case ScopeKind::kAddress:
      if (const std::optional<IpAddress> address = parse_ip(value)) {
        return of_address(*address);
      }
      if (auto target = network_target(value); target && target->scope == ScopeKind::kAddress) {
        return target;
      }
      return std::nullopt;
    case ScopeKind::kNetwork:
      if (const std::optional<IpAddress> address = parse_ip(value)) {
        return of_address(*address);
      }
      return network_target(value);
    case ScopeKind::kNetworkOwner:
      return owner_target(value);
    case ScopeKind::kCountry:
      return country_target(value);
    case ScopeKind::kUser:
    case ScopeKind::kSession:
    case ScopeKind::kApiKey:
      return word_target(scope, value);
  }
  return std::nullopt;
}

std::string describe(ScopeKind scope, const std::string& value) {
  switch (scope) {
    case ScopeKind::kAddress:
    case ScopeKind::kNetwork:
      return value;
    case ScopeKind::kNetworkOwner:
      return "network owner " + value;
    case ScopeKind::kCountry:
      return "country " + value;
    case ScopeKind::kUser:
      return "user " + value;
    case ScopeKind::kSession:
      return "session " + value;
    case ScopeKind::kApiKey:
      return "API key " + value;
  }
  return value;
}

}  // namespace

std::string_view decision_kind_name(DecisionKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<DecisionKind> parse_decision_kind(std::string_view word) {
  return find_name<DecisionKind>(kKindNames, word);
}

std::string_view scope_kind_name(ScopeKind scope) {
  return kScopeNames[static_cast<std::size_t>(scope)];
}

std::optional<ScopeKind> parse_scope_kind(std::string_view word) {
  return find_name<ScopeKind>(kScopeNames, word);
}

std::string_view lift_cause_name(LiftCause cause) {
  switch (cause) {
    case LiftCause::kExpired:
      return "expired";
    case LiftCause::kRemoved:
      return "removed";
    case LiftCause::kGuard:
      return "guard";
    case LiftCause::kReplaced:
      return "replaced";
  }
  return "expired";
}

std::optional<ThrottleRate> parse_throttle_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> requests = parse_int(text.substr(0, slash));
  const std::optional<Span> per = parse_span(text.substr(slash + 1));
  if (!requests || *requests < 1 || *requests > kThrottleRequestsMax || !per ||
      *per < kThrottlePerMin || *per > kThrottlePerMax) {
    return std::nullopt;
  }
  return ThrottleRate{static_cast<std::uint32_t>(*requests), *per};
}

std::string throttle_rate_text(const ThrottleRate& rate) {
  const std::int64_t seconds = rate.per.value / kMicrosPerSecond;
  return fmt::format("{}/{}s", rate.requests, seconds);
}

Result<DecisionTarget> canonical_target(ScopeKind scope, std::string_view value) {
  value = trim(value);
  if (value.size() <= kDecisionValueBytesMax) {
    if (std::optional<DecisionTarget> target = try_target(scope, value)) {
      return std::move(*target);
    }
  }
  return fail(ErrorCode::kInvalid, "\"{}\" is not a value of the scope {}", utf8_prefix(value, 80),
              scope_kind_name(scope));
}

std::optional<DecisionTarget> target_of_text(std::string_view value) {
  value = trim(value);
  if (value.size() > kDecisionValueBytesMax) {
    return std::nullopt;
  }
  if (std::optional<DecisionTarget> target = try_target(ScopeKind::kNetwork, value)) {
    return target;
  }
  if (value.size() > 2 && equals_ignore_case(value.substr(0, 2), "as")) {
    return owner_target(value);
  }
  return std::nullopt;
}

std::string target_text(const DecisionTarget& target) {
  return describe(target.scope, target.value);
}

std::string target_text(const Decision& decision) {
  return describe(decision.scope, decision.value);
}

}  // namespace tocsin
