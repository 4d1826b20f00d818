// How wide a decision may be: smallest prefixes by who proposes, and whole countries and network
// owners only with a person's yes. Pure.
#pragma once

#include "config/respond_settings.h"
#include "respond/guard/judgement.h"

namespace tocsin {

Judgement judge_size(const Proposal& proposal, const RespondSettings& settings);

}  // namespace tocsin
