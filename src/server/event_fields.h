// JournalFields: fields of the event behind a Seq, for exceptions that have conditions on what is
// not in a finding's key: the record is read back from the journal and decoded as the workers do.
//
// Thread-safe: one question at a time. The newest event is kept, as questions about one come
// together. Its own counters, so that nothing is counted twice.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "alert/exceptions.h"
#include "base/mutex.h"
#include "journal/journal.h"
#include "server/event_work.h"

namespace tocsin {

class JournalFields final : public EventFields {
 public:
  JournalFields(Journal& journal, const EventWorkContext& work);

  std::optional<std::string> value(Seq seq, std::string_view field) override EXCLUDES(mutex_);

 private:
  bool load(Seq seq) REQUIRES(mutex_);

  Journal& journal_;
  const FieldCatalog& fields_;
  UndecodedCounts undecoded_;
  Metrics metrics_;
  Mutex mutex_;
  EventWork decode_ GUARDED_BY(mutex_);
  std::shared_ptr<const EventBatch> event_ GUARDED_BY(mutex_);
  Seq seq_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
