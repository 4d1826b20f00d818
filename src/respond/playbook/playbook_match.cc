#include "respond/playbook/playbook_match.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::array<std::pair<std::string_view, ScopeKind>, 9> kFields = {{
    {"source.ip", ScopeKind::kAddress},
    {"client.ip", ScopeKind::kAddress},
    {"user.name", ScopeKind::kUser},
    {"user.id", ScopeKind::kUser},
    {"session.id", ScopeKind::kSession},
    {"tocsin.session.id", ScopeKind::kSession},
    {"tocsin.api_key.id", ScopeKind::kApiKey},
    {"source.geo.country_iso_code", ScopeKind::kCountry},
    {"source.as.number", ScopeKind::kNetworkOwner},
}};

bool any_glob(const std::vector<std::string>& patterns, const std::vector<std::string>& texts) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return std::ranges::any_of(texts,
                               [&](const std::string& text) { return glob_match(pattern, text); });
  });
}

bool value_matches(const std::string& pattern, const std::string& value) {
  const std::optional<IpNetwork> network = parse_network(pattern);
  const std::optional<IpAddress> address = parse_ip(value);
  return network && address ? network->contains(*address) : glob_match(pattern, value);
}

// Of the patterns for one field any must match; every field that is named must.
bool key_holds(const std::vector<KeyPart>& wanted, const std::vector<KeyPart>& key) {
  return std::ranges::all_of(wanted, [&](const KeyPart& one) {
    return std::ranges::any_of(wanted, [&](const KeyPart& other) {
      return other.field == one.field && std::ranges::any_of(key, [&](const KeyPart& part) {
               return part.field == other.field && value_matches(other.value, part.value);
             });
    });
  });
}

}  // namespace

std::optional<ScopeKind> scope_of_field(std::string_view field) {
  const auto found = std::ranges::find(kFields, field, [](const auto& row) { return row.first; });
  return found == kFields.end() ? std::nullopt : std::optional(found->second);
}

std::vector<DecisionTarget> alert_targets(const Alert& alert) {
  std::vector<DecisionTarget> targets;
  for (const KeyPart& part : alert.key) {
    const std::optional<ScopeKind> scope = scope_of_field(part.field);
    if (!scope) {
      continue;
    }
    if (Result<DecisionTarget> target = canonical_target(*scope, part.value)) {
      targets.push_back(std::move(*target));
    }
  }
  return targets;
}

bool condition_holds(const PlaybookCondition& condition, const Alert& alert) {
  if ((condition.level_min && alert.level < *condition.level_min) ||
      alert.findings < condition.findings_min || alert.events < condition.events_min ||
      (!condition.rules.empty() && !any_glob(condition.rules, {alert.rule_id, alert.title})) ||
      (!condition.tags.empty() && !any_glob(condition.tags, alert.tags))) {
    return false;
  }
  const std::vector<DecisionTarget> targets =
      condition.entities.empty() ? std::vector<DecisionTarget>() : alert_targets(alert);
  const bool about =
      condition.entities.empty() || std::ranges::any_of(targets, [&](const DecisionTarget& target) {
        return std::ranges::find(condition.entities, target.scope) != condition.entities.end();
      });
  return about && key_holds(condition.key, alert.key);
}

bool is_triggered(const Playbook& playbook, const Alert& alert, std::string_view linked) {
  return (!playbook.trigger.linked || linked == playbook.name) &&
         condition_holds(playbook.trigger.when, alert);
}

}  // namespace tocsin
