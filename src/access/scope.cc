#include "access/scope.h"

#include "base/text.h"

namespace tocsin {
std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::kIngest:
      return "ingest";
    case Scope::kRead:
      return "read";
    case Scope::kEnforcer:
      return "enforcer";
    case Scope::kWatcher:
      return "watcher";
    case Scope::kTriage:
      return "triage";
    case Scope::kRespond:
      return "respond";
    case Scope::kAudit:
      return "audit";
    case Scope::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Scope> parse_scope(std::string_view word) {
  for (const Scope scope : kScopes) {
    if (word == scope_name(scope)) {
      return scope;
    }
  }
  return std::nullopt;
}

std::string scopes_text(ScopeSet scopes) {
  std::string text;
  for (const Scope scope : kScopes) {
    if (scopes.has(scope)) {
      text += text.empty() ? "" : ",";
      text += scope_name(scope);
    }
  }
  return text;
}

std::optional<ScopeSet> parse_scopes(std::string_view text) {
  ScopeSet scopes;
  for (const std::string_view part : split(text, ',')) {
    const std::optional<Scope> scope = parse_scope(trim(part));
    if (!scope) {
      return std::nullopt;
    }
    scopes.add(*scope);
  }
  return scopes;
}

}  // namespace tocsin
