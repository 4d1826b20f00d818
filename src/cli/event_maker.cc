#include "cli/event_maker.h"

#include <utility>

namespace tocsin {
namespace {

DecodeOptionsOf decode_options(const EventMakerOptions& options) {
  return [options](const Origin&) {
    DecodeOptions decode;
    decode.format = options.format;
    decode.assumed_year = options.year;
    return decode;
  };
}

}  // namespace

EventMaker::EventMaker(const EventMakerOptions& options, FieldCatalog& fields,
                       DatasetCatalog& datasets, const Published<EnrichTables>& tables,
                       Metrics& metrics)
    : names_(fields),
      decoder_(names_, datasets, metrics, decode_options(options)),
      enricher_(tables, metrics) {}

std::shared_ptr<EventBatch> EventMaker::make(std::shared_ptr<const RecordBatch> records) {
  const RecordBatch& batch = *records;
  auto events = std::make_shared<EventBatch>(std::move(records));
  enricher_.begin_batch();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    decoder_.decode_next(batch, i, *events);
    enricher_.enrich_last(*events);
  }
  return events;
}

}  // namespace tocsin
