// Api: HTTP at the door: who may come in, which resource is asked for, and what it answers.
//
// No business here: resources call the interfaces of the modules below. The wire is described in
// docs/api.md and served as OpenAPI 3.1 at /api/v1/openapi.json.
//
// Threads: handler() runs on the server's I/O threads and does not block: events are taken in
// place, everything else goes to a bounded pool of its own (full: 503), searches and tails end when
// their client goes. Destroy or stop() the Api after the HttpServer has stopped calling it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "access/key_store.h"
#include "alert/alert_store.h"
#include "api/accounts.h"
#include "api/console_desk.h"
#include "api/decisions_resource.h"
#include "api/enforcement.h"
#include "api/monitor_desk.h"
#include "api/people.h"
#include "api/playbooks_resource.h"
#include "api/services.h"
#include "backtest/backtest.h"
#include "base/clock.h"
#include "console/console_pages.h"
#include "http/server.h"
#include "index/event_store.h"
#include "intake/http_json/events_body.h"
#include "intake/record_sink.h"
#include "intake/source_stats.h"
#include "journal/journal.h"
#include "obs/log.h"
#include "obs/metrics.h"

namespace tocsin {

struct ApiSettings {
  std::string version;
  bool metrics_public = false;           // /metrics without a key
  std::size_t threads = 4;               // of the pool: searches, alerts, everything that may wait
  std::size_t waiting_max = 256;         // requests that wait for a thread of the pool
  std::size_t tails_max = 32;            // live tails at the same time
  std::size_t ingest_waiting_max = 512;  // requests whose records are not durable yet: else 429
  std::uint64_t search_rows_max = 100'000;
  Span search_time_max = span_s(30);
  EventsBodyLimits body;
};

// What the resources call. Everything outlives the Api.
struct ApiServices {
  KeyStore& keys;
  AccountServices accounts;
  AlertStore& alerts;
  EventStore& events;
  Journal& journal;
  RecordSink& sink;
  SourceStats& sources;
  RuleDesk& rules;
  CoverageDesk& coverage;
  Vitals& vitals;
  ThreatListDesk& threats;
  MonitorDesk& monitors;
  EnforcementServices enforcement;
  PeopleServices people;
  DecisionServices decisions;
  PlaybookServices playbooks;
  Metrics& metrics;
  Log& log;
  Clock& clock;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  std::function<DecodeRecords()> make_decode;  // records to events, as the stream does
  const ConsolePages& console;
  ConsoleServices desk;
};

class Api {
 public:
  virtual ~Api() = default;  // stops

  // Both may be called from any thread, and hold on to the Api.
  virtual HttpHandler handler() = 0;
  // Refuses before a body is read: unknown path, wrong method, no key, missing scope.
  virtual HttpGate gate() = 0;
  // Call every few seconds: takes the samples that rates on the sources page are made of.
  virtual void sample_rates() = 0;
  // Cancels searches and tails and waits for them. Later requests are answered 503.
  virtual void stop() = 0;
};

std::unique_ptr<Api> make_api(const ApiSettings& settings, const ApiServices& services);

}  // namespace tocsin
