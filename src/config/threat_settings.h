// One entry of enrich.threat_lists. For the loader only (config/load.h).
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace tocsin {

ThreatListSettings read_threat_list(Section& item);

}  // namespace tocsin
