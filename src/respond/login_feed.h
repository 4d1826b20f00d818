// What of an event LoginMemory wants to know: successful log-ins and answered requests of known
// users, with the address that they came from. Pure.
#pragma once

#include <optional>

#include "model/event.h"
#include "respond/login_memory.h"

namespace tocsin {

// Views into `events`. Nothing for most events.
std::optional<LoginSeen> login_in(const EventBatch& events, std::size_t event);

}  // namespace tocsin
