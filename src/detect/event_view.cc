#include "detect/event_view.h"

#include <charconv>

#include "base/utf8.h"
#include "detect/case_fold.h"

namespace tocsin {
namespace {

void append_escape(std::string_view text, std::size_t& at, std::string& out) {
  const char c = text[at + 1];
  at += 2;
  switch (c) {
    case 'n':
      out += '\n';
      return;
    case 't':
      out += '\t';
      return;
    case 'r':
      out += '\r';
      return;
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'u':
      break;
    default:
      out += c;
      return;
  }
  std::uint32_t unit = 0;
  const char* const begin = text.data() + at;
  const char* const end = begin + (text.size() - at < 4 ? text.size() - at : 4);
  const auto [stop, error] = std::from_chars(begin, end, unit, 16);
  if (error != std::errc{} || stop != begin + 4) {
    out += "\\u";
    return;
  }
  at += 4;
  append_utf8(out, unit);
}

}  // namespace

std::string json_unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      append_escape(text, at, out);
    } else {
      out += text[at++];
    }
  }
  return out;
}

EventView::EventView(FieldCatalog& fields, DatasetCatalog& datasets)
    : datasets_(datasets),
      dataset_field_(fields.intern("event.dataset")),
      time_field_(fields.intern("@timestamp")),
      ingested_field_(fields.intern("event.ingested")),
      original_field_(fields.intern("event.original")),
      source_field_(fields.intern("tocsin.source")),
      request_field_(fields.intern("tocsin.request")),
      parameter_field_(fields.intern("tocsin.parameter")),
      request_parts_(fields) {}

void EventView::reset(const EventBatch& batch, std::size_t event) {
  batch_ = &batch;
  event_ = event;
  used_ = 0;
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
  Slot& slot = slots_[at];
  slot.value = value;
  slot.field = id;
  slot.next = kNone;
  slot.made = 0;
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

std::string_view EventView::text(std::uint32_t slot) {
  Slot& s = slots_[slot];
  if (s.value.is_text()) {
    return s.value.as_text();
  }
  if ((s.made & kTextMade) == 0) {
    s.text = s.value.to_text();
    s.made |= kTextMade;
  }
  return s.text;
}

std::string_view EventView::folded(std::uint32_t slot) {
  Slot& s = slots_[slot];
  if ((s.made & kFoldedMade) == 0) {
    s.folded.clear();
    fold_case_append(text(slot), s.folded);
    s.made |= kFoldedMade;
  }
  return s.folded;
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
