// From Settings (what people wrote) to each module's own options. The only place that knows both.
#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "enrich/feed_source.h"
#include "enrich/tables.h"
#include "enrich/threat_format.h"
#include "http/server.h"
#include "index/event_store.h"
#include "journal/options.h"
#include "obs/log.h"
#include "server/retro_match.h"

namespace tocsin {

JournalOptions journal_options(const Settings& settings);
StoreOptions store_options(const Settings& settings);
EnrichFiles enrich_files(const Settings& settings);
FeedSource feed_source(const ThreatListSettings& list);
ThreatFormatOptions threat_format_options(const ThreatListSettings& list);
RetroOptions retro_options(const Settings& settings);
// kInvalid when `listen` is not ADDR:PORT.
Result<HttpServerOptions> http_options(const Settings& settings);
Log make_log(const LogSettings& settings);

}  // namespace tocsin
