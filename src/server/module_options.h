// From Settings (what people wrote) to each module's own options. The only place that knows both.
#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "enrich/tables.h"
#include "http/server.h"
#include "index/event_store.h"
#include "journal/options.h"
#include "obs/log.h"

namespace tocsin {

JournalOptions journal_options(const Settings& settings);
StoreOptions store_options(const Settings& settings);
EnrichFiles enrich_files(const Settings& settings);
// kInvalid when `listen` is not ADDR:PORT.
Result<HttpServerOptions> http_options(const Settings& settings);
Log make_log(const LogSettings& settings);

}  // namespace tocsin
