// The list of everything that the API answers.
#pragma once

#include <vector>

#include "api/alerts_resource.h"
#include "api/backtest_resource.h"
#include "api/evidence_resource.h"
#include "api/ingest_resource.h"
#include "api/journal_resource.h"
#include "api/keys_resource.h"
#include "api/monitors_resource.h"
#include "api/record_resource.h"
#include "api/router.h"
#include "api/rules_resource.h"
#include "api/search_resource.h"
#include "api/server_resource.h"
#include "api/sources_resource.h"
#include "api/tail_desk.h"
#include "api/threat_lists_resource.h"

namespace tocsin {

// Borrowed; outlive the routes.
struct Resources {
  IngestResource& ingest;
  SearchResource& search;
  TailDesk& tails;
  RecordResource& records;
  AlertsResource& alerts;
  RulesResource& rules;
  BacktestResource& backtests;
  JournalResource& journal;
  EvidenceResource& evidence;
  SourcesResource& sources;
  KeysResource& keys;
  ThreatListsResource& threats;
  MonitorsResource& monitors;
  ServerResource& server;
};

enum class MetricsAccess : std::uint8_t { kWithKey, kPublic };

std::vector<Route> make_routes(const Resources& of, MetricsAccess metrics);

}  // namespace tocsin
