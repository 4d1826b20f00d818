#include "server/event_fields.h"

namespace tocsin {
namespace {

constexpr std::size_t kReadBytesMax = 4 * kMiB;

}  // namespace

JournalFields::JournalFields(Journal& journal, const EventWorkContext& work)
    : journal_(journal),
      fields_(work.fields),
      decode_({.settings = work.settings,
               .fields = work.fields,
               .datasets = work.datasets,
               .tables = work.tables,
               .undecoded = undecoded_,
               .metrics = metrics_,
               .secret_seed = work.secret_seed,
               .response = nullptr}) {}

bool JournalFields::load(Seq seq) {
  if (event_ != nullptr && seq_ == seq) {
    return true;
  }
  const auto batch = journal_.read(seq, 1, kReadBytesMax);
  if (!batch || (*batch)->empty() || (*batch)->first_seq() > seq) {
    return false;
  }
  const std::size_t index = seq.value - (*batch)->first_seq().value;
  if (index >= (*batch)->size()) {
    return false;
  }
  event_ = decode_.decode(*batch, index, index + 1);
  seq_ = seq;
  return event_->size() == 1;
}

std::optional<std::string> JournalFields::value(Seq seq, std::string_view field) {
  const std::optional<FieldId> id = fields_.find(field);
  const MutexLock lock(mutex_);
  if (!id || !load(seq)) {
    return std::nullopt;
  }
  const Value* const found = event_->find(0, *id);
  return found == nullptr ? std::nullopt : std::optional(found->to_text());
}

}  // namespace tocsin
