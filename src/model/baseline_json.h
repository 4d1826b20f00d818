// A Baseline as JSON: the same in the state database and in the API.
#pragma once

#include "base/json_writer.h"
#include "model/finding.h"

namespace tocsin {

// {"observed":…,"low":…,"high":…,"unit":…,"history":[{"time":…,"value":…,"low":…,"high":…}],
//  "usual":[{"value":…,"count":…}]}
void write_baseline(JsonWriter& json, const Baseline& baseline);

}  // namespace tocsin
