// What happens by itself: cron, monitoring probes, crawlers, administrators at work, deployments
// and the small tools of the office. One class an actor; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "demo/actor.h"
#include "demo/people.h"

namespace tocsin {

// All of them, each with an Rng of its own. `people` outlives them.
std::vector<std::unique_ptr<Actor>> make_machines(const People& people, std::uint64_t seed,
                                                  Micros start);

}  // namespace tocsin
