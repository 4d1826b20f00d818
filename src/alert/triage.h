// Triage: what people may do with an alert, pure. States: new → acknowledged → closed, and back.
#pragma once

#include <string>
#include <vector>

#include "alert/alert_store.h"

namespace tocsin {

// kInvalid when the patch is empty, too long, or contradicts itself.
Status check_patch(const AlertPatch& patch);

// Changes `alert` and tells each change; none when everything was so already. kInvalid when it
// would be closed without a verdict. Opening it again forgets the verdict.
Result<std::vector<AlertChange>> apply_patch(Alert& alert, const AlertPatch& patch,
                                             const std::string& who, Micros now);

std::optional<AlertState> parse_alert_state(std::string_view word);
std::optional<AlertVerdict> parse_alert_verdict(std::string_view word);

}  // namespace tocsin
