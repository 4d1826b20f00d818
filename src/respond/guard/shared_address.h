// Shared addresses: one from which many users logged in lately is an office, a school, a carrier's
// NAT: blocking it hurts them, so it is throttled instead. Only log-ins that were there well before
// the attack count: an attacker cannot make his address a shared one by succeeding.
#pragma once

#include "config/respond_settings.h"
#include "respond/guard/judgement.h"
#include "respond/login_memory.h"

namespace tocsin {

Judgement judge_shared(const Proposal& proposal, const RespondSettings& settings,
                       const LoginMemory& logins);

}  // namespace tocsin
