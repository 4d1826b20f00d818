// What loading rules had to say, as JSON. Internal to api/.
#pragma once

#include "base/json_writer.h"
#include "detect/rule_set.h"

namespace tocsin {

// The member "issues".
void write_issues(JsonWriter& json, const LoadReport& report);

}  // namespace tocsin
