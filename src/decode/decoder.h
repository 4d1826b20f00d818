// Decoder: turns one record into one event. The door of decode/.
//
// A record always becomes exactly one event: what no format recognises goes to the dataset
// "undecoded" with the text in `message`; nothing a record contains can make it fail. All text
// values of the event are valid UTF-8. Formats are strict and disjoint (formats_test.cc holds them
// to it), so the result depends on the record and its source's options only; the format that
// worked last for a source is merely tried first.
//
// Not for: enrichment (enrich/), rules (detect/), masking (scrub/). One Decoder per worker thread,
// no locks; the EventBatch must hold the same RecordBatch.
#pragma once

#include <cstddef>
#include <memory>

#include "decode/options.h"
#include "model/catalog.h"
#include "model/event.h"
#include "model/record.h"
#include "obs/metrics.h"

namespace tocsin {

class Decoder {
 public:
  // `options_of` may be empty: every source is then recognised automatically.
  Decoder(FieldNames& names, DatasetCatalog& datasets, Metrics& metrics,
          DecodeOptionsOf options_of = {}, const DecodeLimits& limits = {});
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Appends the event of record `index` to `out`, which was made of the same `records`.
  void decode_next(const RecordBatch& records, std::size_t index, EventBatch& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
