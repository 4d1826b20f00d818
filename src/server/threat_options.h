// From the settings of threat lists to what fetches, reads and looks back.
#pragma once

#include "config/settings.h"
#include "enrich/feed_source.h"
#include "enrich/threat_format.h"
#include "server/retro_match.h"

namespace tocsin {

FeedSource feed_source(const ThreatListSettings& list);
ThreatFormatOptions threat_format_options(const ThreatListSettings& list);
RetroOptions retro_options(const Settings& settings);

}  // namespace tocsin
