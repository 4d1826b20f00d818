// JournalSink: what intake and the API hand records to. Refuses while the stages behind the journal
// are further behind than allowed: senders keep their data and feel back-pressure.
#pragma once

#include <cstdint>
#include <functional>

#include "intake/record_sink.h"
#include "journal/journal.h"

namespace tocsin {

class JournalSink final : public RecordSink {
 public:
  JournalSink(Journal& journal, std::uint64_t lag_records_max,
              std::function<std::uint64_t()> lag_records)
      : journal_(journal),
        lag_records_max_(lag_records_max),
        lag_records_(std::move(lag_records)) {}

  void submit(std::shared_ptr<RecordBatch> batch,
              std::function<void(const Status&)> done) override {
    if (lag_records_() > lag_records_max_) {
      done(Error(ErrorCode::kExhausted, "too many records wait to be searchable"));
      return;
    }
    journal_.append(std::move(batch), std::move(done));
  }

 private:
  Journal& journal_;
  const std::uint64_t lag_records_max_;
  const std::function<std::uint64_t()> lag_records_;
};

}  // namespace tocsin
