// Signals as calls that return, instead of handlers: block them first, then wait for them.
#pragma once

#include <cstdint>

namespace tocsin {

enum class StopSignal : std::uint8_t { kStop, kReload };  // SIGINT or SIGTERM; SIGHUP

// Blocks SIGINT, SIGTERM and SIGHUP for this thread and all it starts later, and ignores SIGPIPE.
// To be called by main before any thread exists.
void block_stop_signals();

// Waits for one of them. Only after block_stop_signals().
StopSignal wait_for_signal();

}  // namespace tocsin
