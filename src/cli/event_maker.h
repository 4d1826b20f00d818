// EventMaker: records to enriched events, for commands that work without a server. One per thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/published.h"
#include "decode/decoder.h"
#include "enrich/enricher.h"
#include "model/catalog.h"
#include "model/event.h"
#include "obs/metrics.h"

namespace tocsin {

struct EventMakerOptions {
  std::string format = "auto";
  std::optional<int> year;  // of times that tell none
};

class EventMaker {
 public:
  // The references outlive it; the catalogues may be shared between threads.
  EventMaker(const EventMakerOptions& options, FieldCatalog& fields, DatasetCatalog& datasets,
             const Published<EnrichTables>& tables, Metrics& metrics);

  std::shared_ptr<EventBatch> make(std::shared_ptr<const RecordBatch> records);

 private:
  FieldNames names_;
  Decoder decoder_;
  Enricher enricher_;
};

}  // namespace tocsin
