// Enricher: adds to an event what tables know about it. The door of enrich/.
//
// For source.ip and destination.ip: scope (always), country and network owner (when the tables have
// them); for addresses, domains, URLs, hashes and user agents the threat lists that name them
// (enrich/threat_matching.h). Adds fields only; the one that it changes is source.ip, when a
// trusted proxy sent the request for somebody else (trusted_proxies.h): network.proxy_ip is then
// the proxy. The tables are one immutable snapshot, replaced whole by whoever reloads
// (load_enrich_tables, Published::publish). One Enricher per worker thread.
#pragma once

#include <memory>

#include "base/published.h"
#include "enrich/tables.h"
#include "model/event.h"
#include "obs/metrics.h"

namespace tocsin {

class Enricher {
 public:
  Enricher(const Published<EnrichTables>& tables, Metrics& metrics);
  ~Enricher();
  Enricher(const Enricher&) = delete;
  Enricher& operator=(const Enricher&) = delete;

  // Takes the newest tables; call it once before each batch.
  void begin_batch();
  // Enriches the event begun last in `events`.
  void enrich_last(EventBatch& events);

 private:
  void name_client(EventBatch& events);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
