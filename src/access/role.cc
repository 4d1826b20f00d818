#include "access/role.h"

namespace tocsin {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kAnalyst:
      return "analyst";
    case Role::kResponder:
      return "responder";
    case Role::kAuditor:
      return "auditor";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Role> parse_role(std::string_view word) {
  for (const Role role : kRoles) {
    if (word == role_name(role)) {
      return role;
    }
  }
  return std::nullopt;
}

ScopeSet scopes_of(Role role) {
  switch (role) {
    case Role::kViewer:
      return {Scope::kRead};
    case Role::kAnalyst:
      return {Scope::kRead, Scope::kTriage};
    case Role::kResponder:
      return {Scope::kRead, Scope::kTriage, Scope::kRespond};
    case Role::kAuditor:
      return {Scope::kRead, Scope::kAudit};
    case Role::kAdmin:
      return {Scope::kAdmin};
  }
  return {};
}

}  // namespace tocsin
