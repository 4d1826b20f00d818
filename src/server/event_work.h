// EventWork: what a worker thread does with records: decode, enrich, match. One per thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/published.h"
#include "config/settings.h"
#include "decode/decoder.h"
#include "enrich/enricher.h"
#include "model/catalog.h"
#include "obs/metrics.h"
#include "respond/response.h"
#include "server/undecoded_counts.h"
#include "server/worker_stage.h"

namespace tocsin {

// What all workers share; outlives them.
struct EventWorkContext {
  const Settings& settings;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  const Published<EnrichTables>& tables;
  UndecodedCounts& undecoded;
  Metrics& metrics;
  std::uint64_t secret_seed = 0;  // of hash tables whose keys senders choose
  Response* response = nullptr;   // null: nothing is decided, nothing remembered
};

class EventWork final : public BatchWork {
 public:
  explicit EventWork(const EventWorkContext& context);

  // Decodes and enriches only.
  std::shared_ptr<EventBatch> decode(std::shared_ptr<const RecordBatch> batch, std::size_t from,
                                     std::size_t to);
  MatchedBatch run(std::shared_ptr<const RecordBatch> batch, std::size_t from, std::size_t to,
                   std::shared_ptr<const CompiledRules> rules) override;

 private:
  void count_undecoded(const EventBatch& events);
  // Hits of events that our own enforcers caused are none. Our audit, which quotes attackers, is
  // for rules about the audit only, and they see nothing else: no sender can imitate it.
  void drop_feedback(const EventBatch& events, const RuleSet& rules, std::vector<RuleHit>& hits);
  void remember_logins(const EventBatch& events);

  const EventWorkContext context_;
  const DatasetId undecoded_;
  FieldNames names_;
  Decoder decoder_;
  Enricher enricher_;
  std::shared_ptr<const CompiledRules> rules_;
  std::unique_ptr<Matcher> matcher_;
  Counter& enforced_seen_;
  std::vector<bool> enforced_;  // of the batch decoded last
  std::vector<LoginSeen> logins_;
};

// How the configuration wants a source decoded: by the source's name.
DecodeOptions decode_options_of(const Settings& settings, const Origin& origin);

}  // namespace tocsin
