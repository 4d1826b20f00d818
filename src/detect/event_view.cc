#include "detect/event_view.h"

#include "detect/case_fold.h"
#include "detect/json_escapes.h"

namespace tocsin {

EventView::EventView(FieldCatalog& fields, DatasetCatalog& datasets)
    : datasets_(datasets),
      dataset_field_(fields.intern("event.dataset")),
      time_field_(fields.intern("@timestamp")),
      ingested_field_(fields.intern("event.ingested")),
      original_field_(fields.intern("event.original")),
      source_field_(fields.intern("tocsin.source")),
      lag_field_(fields.intern("tocsin.lag_seconds")),
      request_field_(fields.intern("tocsin.request")),
      parameter_field_(fields.intern("tocsin.parameter")),
      request_parts_(fields) {}

void EventView::reset(const EventBatch& batch, std::size_t event) {
  batch_ = &batch;
  event_ = event;
  used_ = 0;
  made_used_ = 0;
  record_says_all_.reset();
  request_made_ = false;
  unescaped_made_ = false;
  raw_folded_made_ = false;
  unescaped_folded_made_ = false;
  if (++epoch_ == 0) {
    heads_.clear();
    epoch_ = 1;
  }
  for (const Field& field : batch.fields(event)) {
    add(field.id, field.value);
  }
  add_virtual();
}

void EventView::add_virtual() {
  const EventHead& head = batch_->head(event_);
  const std::size_t dataset = head.dataset.value;
  if (dataset >= dataset_names_.size()) {
    dataset_names_.resize(dataset + 1);
  }
  if (dataset_names_[dataset].empty() && dataset < datasets_.size()) {
    dataset_names_[dataset] = datasets_.name(head.dataset);
  }
  const auto add_known = [this](std::optional<FieldId> field, Value value) {
    if (field) {
      add(*field, value);
    }
  };
  add_known(dataset_field_, Value::text(dataset_names_[dataset]));
  add_known(time_field_, Value::time(head.time));
  add_known(ingested_field_, Value::time(head.received));
  add_known(original_field_, Value::text(batch_->raw(event_)));
  add_known(lag_field_, Value::integer((head.received.value - head.time.value) / kMicrosPerSecond));
  add_known(source_field_, Value::text(batch_->origin(event_).source));
}

void EventView::add(FieldId id, Value value) {
  if (id.value >= heads_.size()) {
    heads_.resize(id.value + std::size_t{64});
  }
  if (used_ == slots_.size()) {
    slots_.emplace_back();
  }
  const std::uint32_t at = used_++;
  slots_[at] = {value, id, kNone, kNone};
  Head& head = heads_[id.value];
  if (head.epoch != epoch_) {
    head = {epoch_, at, at};
  } else {
    slots_[head.last].next = at;
    head.last = at;
  }
}

void EventView::add_request() {
  if (request_made_) {
    return;
  }
  request_made_ = true;
  for (const RequestPart& part : request_parts_.collect(*batch_, event_)) {
    if (request_field_) {
      add(*request_field_, Value::text(part.text));
    }
    if (parameter_field_ && part.parameter) {
      add(*parameter_field_, Value::text(part.text));
    }
  }
}

std::uint32_t EventView::first(FieldId id) {
  if (is_request_field(id)) {
    add_request();
  }
  return id.value < heads_.size() && heads_[id.value].epoch == epoch_ ? heads_[id.value].first
                                                                      : kNone;
}

EventView::Made& EventView::made(std::uint32_t slot) {
  std::uint32_t& at = slots_[slot].made;
  if (at == kNone) {
    if (made_used_ == made_.size()) {
      made_.emplace_back();
    }
    at = made_used_++;
    made_[at].has_text = false;
    made_[at].has_folded = false;
  }
  return made_[at];
}

std::string_view EventView::text(std::uint32_t slot) {
  const Value& value = slots_[slot].value;
  if (value.is_text()) {
    return value.as_text();
  }
  Made& texts = made(slot);
  if (!texts.has_text) {
    texts.text = value.to_text();
    texts.has_text = true;
  }
  return texts.text;
}

std::string_view EventView::folded(std::uint32_t slot) {
  const std::string_view plain = text(slot);
  Made& texts = made(slot);
  if (!texts.has_folded) {
    texts.folded.clear();
    fold_case_append(plain, texts.folded);
    texts.has_folded = true;
  }
  return texts.folded;
}

bool EventView::record_says_all() {
  if (!record_says_all_) {
    const std::string_view raw = batch_->raw(event_);
    record_says_all_ = !raw.starts_with('{') || has_only_usual_escapes(raw);
  }
  return *record_says_all_;
}

std::size_t EventView::keyword_texts() {
  if (!unescaped_made_) {
    const std::string_view raw = batch_->raw(event_);
    const bool needed = raw.starts_with('{') && raw.find('\\') != std::string_view::npos;
    unescaped_ = needed ? json_unescaped(raw) : std::string();
    unescaped_made_ = true;
  }
  return unescaped_.empty() ? 1 : 2;
}

std::string_view EventView::keyword_text(std::size_t which) {
  return which == 0 ? batch_->raw(event_) : std::string_view(unescaped_);
}

std::string_view EventView::keyword_folded(std::size_t which) {
  bool& made = which == 0 ? raw_folded_made_ : unescaped_folded_made_;
  std::string& folded = which == 0 ? raw_folded_ : unescaped_folded_;
  if (!made) {
    folded.clear();
    fold_case_append(keyword_text(which), folded);
    made = true;
  }
  return folded;
}

}  // namespace tocsin
