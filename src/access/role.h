// Role: what a person is here for; it gives the scopes that a session has. A value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "access/scope.h"

namespace tocsin {

enum class Role : std::uint8_t {
  kViewer,     // looks
  kAnalyst,    // looks, and says what alerts are
  kResponder,  // the same, and blocks
  kAuditor,    // looks, also at who did what
  kAdmin,      // everything
};
inline constexpr std::array kRoles = {Role::kViewer, Role::kAnalyst, Role::kResponder,
                                      Role::kAuditor, Role::kAdmin};
inline constexpr std::string_view kRoleWords = "viewer, analyst, responder, auditor, admin";

std::string_view role_name(Role role);
std::optional<Role> parse_role(std::string_view word);
ScopeSet scopes_of(Role role);

}  // namespace tocsin
