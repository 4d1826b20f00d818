#include "decode/event_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/ip.h"
#include "base/text.h"
#include "base/utf8.h"
#include "decode/json_reader.h"

namespace tocsin {
namespace {

// Known fields still pass above fields_max: an attacker must not push user.name out of the event
// by writing 512 fields of his own before it.
constexpr std::size_t kKnownFieldsExtra = 128;
constexpr std::size_t kNamedDatasetsMax = 1'000;

Counter& truncated_counter(Metrics& metrics, const char* what) {
  return metrics.counter("tocsin_decode_truncated_total",
                         "Events of which a part was cut off, by what was over its limit",
                         {{"what", what}});
}

std::optional<std::int64_t> as_integer(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kInt:
    case ValueKind::kTime:
    case ValueKind::kBool:
      return value.as_int();
    case ValueKind::kDouble: {
      const double number = value.as_double();
      if (std::abs(number) < 9e18 && std::trunc(number) == number) {
        return static_cast<std::int64_t>(number);
      }
      return std::nullopt;
    }
    case ValueKind::kText:
      return parse_int(value.as_text());
    case ValueKind::kNull:
      return std::nullopt;
  }
  return std::nullopt;
}

constexpr std::size_t kForwardedMax = 32;

// One hop as the headers write it: "203.0.113.7", or RFC 7239's
// for="[2001:db8::1]:443";proto=https.
std::string_view forwarded_address(std::string_view hop) {
  for (std::string_view pair : split(hop, ';')) {
    pair = trim(pair);
    if (pair.size() > 4 && equals_ignore_case(pair.substr(0, 4), "for=")) {
      pair = trim(pair.substr(4));
      const bool quoted = pair.size() >= 2 && pair.front() == '"' && pair.back() == '"';
      return quoted ? pair.substr(1, pair.size() - 2) : pair;
    }
  }
  return trim(hop);
}

}  // namespace

EventWriter::EventWriter(FieldNames& names, DatasetCatalog& datasets, const DecodeLimits& limits,
                         Metrics& metrics)
    : names_(names),
      datasets_(datasets),
      limits_(limits),
      dataset_ids_{},
      truncations_{{{"value", &truncated_counter(metrics, "value"), false},
                    {"fields", &truncated_counter(metrics, "fields"), false},
                    {"depth", &truncated_counter(metrics, "depth"), false},
                    {"names", &truncated_counter(metrics, "names"), false}}},
      times_unreadable_(metrics.counter("tocsin_decode_times_unreadable_total",
                                        "Events whose time stamp could not be read or believed")),
      json_(std::make_unique<JsonReader>(names)) {
  for (std::size_t i = 0; i < kDatasetNames.size(); ++i) {
    dataset_ids_[i] = datasets_.intern(kDatasetNames[i]);
  }
}

EventWriter::~EventWriter() = default;

void EventWriter::start(EventBatch& out, std::size_t index, const DecodeOptions& options) {
  out_ = &out;
  options_ = &options;
  const EventHead& head = out.begin_event(index);
  rules_ = {head.received, span_s(options.utc_offset_minutes * 60), options.assumed_year};
  refusal_ = {};
  clear();
}

void EventWriter::clear() {
  out_->clear_fields();
  EventHead& head = out_->last_head();
  head.time = head.received;
  head.dataset = dataset_ids_[static_cast<std::size_t>(Dataset::kUndecoded)];
  dataset_set_ = false;
  for (Truncation& truncation : truncations_) {
    truncation.seen = false;
  }
}

void EventWriter::finish() {
  for (const Truncation& truncation : truncations_) {
    if (truncation.seen) {
      truncation.counter->add();
      out_->add(fields::truncated, Value::text(truncation.what));
    }
  }
  if (!options_->dataset.empty() && dataset_set_) {
    dataset(options_->dataset);
  }
}

void EventWriter::dataset(Dataset dataset) {
  out_->last_head().dataset = dataset_ids_[static_cast<std::size_t>(dataset)];
  dataset_set_ = dataset != Dataset::kUndecoded;
}

void EventWriter::dataset(std::string_view name) {
  dataset_set_ = true;
  const auto found = named_datasets_.find(std::string(name));
  if (found != named_datasets_.end()) {
    out_->last_head().dataset = found->second;
    return;
  }
  const DatasetId id = datasets_.intern(name);
  if (named_datasets_.size() < kNamedDatasetsMax) {
    named_datasets_.emplace(name, id);
  }
  out_->last_head().dataset = id;
}

void EventWriter::time(Micros time) {
  if (plausible(time)) {
    out_->last_head().time = time;
  } else {
    times_unreadable_.add();
  }
}

void EventWriter::time_unreadable(std::string_view text_of_time) {
  times_unreadable_.add();
  text(fields::time_text, text_of_time);
}

bool EventWriter::time_text(std::string_view text_of_time) {
  const auto parsed = parse_time(text_of_time, rules_);
  if (!parsed || !plausible(*parsed)) {
    time_unreadable(text_of_time);
    return false;
  }
  out_->last_head().time = *parsed;
  return true;
}

void EventWriter::add(FieldId id, Value value) {
  const std::size_t count = out_->last_head().field_count;
  if (count >= limits_.fields_max) [[unlikely]] {
    const bool known = id.value < kKnownFields.size();
    if (!known || count >= limits_.fields_max + kKnownFieldsExtra) {
      note_truncated("fields");
      return;
    }
  }
  out_->add(id, value);
}

void EventWriter::text(FieldId id, std::string_view value) {
  if (value.size() > limits_.value_bytes_max) [[unlikely]] {
    note_truncated("value");
    value = utf8_prefix(value, limits_.value_bytes_max);
  }
  add(id, Value::text(value));
}

void EventWriter::text_if_any(FieldId id, std::string_view value) {
  if (!value.empty() && value != "-") {
    text(id, value);
  }
}

bool EventWriter::integer_text(FieldId id, std::string_view digits) {
  const auto number = parse_int(digits);
  if (number) {
    integer(id, *number);
  }
  return number.has_value();
}

bool EventWriter::ip(FieldId id, std::string_view address_text) {
  // A strict IPv4 text is canonical already and need not be copied.
  auto address = parse_ip(address_text);
  if (address && address->is_v4() && address_text.find(':') == std::string_view::npos) {
    add(id, Value::text(address_text));
    return true;
  }
  if (!address) {
    address = parse_ip_lenient(address_text);
  }
  if (address) {
    add(id, Value::text(copy(ip_text(*address))));
  }
  return address.has_value();
}

void EventWriter::forwarded(std::string_view list) {
  if (has(fields::network_forwarded_ip)) {
    return;
  }
  const std::vector<std::string_view> hops = split(list, ',');
  std::size_t first = hops.size();
  while (first > 0 && hops.size() - first < kForwardedMax &&
         parse_ip_lenient(forwarded_address(hops[first - 1]))) {
    --first;
  }
  for (; first < hops.size(); ++first) {
    ip(fields::network_forwarded_ip, forwarded_address(hops[first]));
  }
}

void EventWriter::source(std::string_view host) {
  if (host.empty() || host == "-") {
    return;
  }
  if (!ip(fields::source_ip, host)) {
    text(fields::source_address, host);
  }
}

void EventWriter::url(std::string_view original) {
  text(fields::url_original, original);
  std::string_view path = original;
  if (const std::size_t scheme = original.find("://");
      scheme != std::string_view::npos && scheme < 8 && !original.starts_with('/')) {
    text(fields::url_scheme, original.substr(0, scheme));
    std::string_view rest = original.substr(scheme + 3);
    const std::size_t host_end = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view host = rest.substr(0, host_end);
    text_if_any(fields::url_domain, host.substr(0, host.rfind(':')));
    path = rest.substr(host_end);
  }
  const std::size_t fragment = path.find('#');
  path = path.substr(0, fragment);
  const std::size_t query = path.find('?');
  if (query != std::string_view::npos) {
    text(fields::url_query, path.substr(query + 1));
    path = path.substr(0, query);
  }
  text_if_any(fields::url_path, path);
}

void EventWriter::fitting(FieldId id, Value value) {
  if (value.is_null()) {
    return;
  }
  switch (FieldCatalog::type(id)) {
    case FieldType::kKeyword:
    case FieldType::kText:
      if (value.is_text()) {
        text(id, value.as_text());
      } else if (id.value < kKnownFields.size()) {
        add(id, Value::text(copy(value.to_text())));
      } else {
        add(id, value);
      }
      return;
    case FieldType::kIp:
      if (value.is_text() && ip(id, value.as_text())) {
        return;
      }
      break;
    case FieldType::kLong:
      if (const auto number = as_integer(value)) {
        integer(id, *number);
        return;
      }
      break;
    case FieldType::kDouble:
    case FieldType::kBool:
    case FieldType::kDate:
      add(id, value);
      return;
  }
  // Not of the field's type: kept beside it, so that nothing is lost and no column changes type.
  const std::string name = std::string(names_.catalog().name(id)) + ".invalid";
  if (const auto beside = field(name)) {
    value.is_text() ? text(*beside, value.as_text()) : add(*beside, value);
  }
}

void EventWriter::deed(Deed deed) {
  deed_outcome(deed, deed_words(deed).outcome);
}

void EventWriter::deed_outcome(Deed deed, std::string_view outcome) {
  const DeedWords& words = deed_words(deed);
  add(fields::event_category, Value::text(words.category));
  add(fields::event_type, Value::text(words.type));
  if (!words.action.empty()) {
    add(fields::event_action, Value::text(words.action));
  }
  if (!outcome.empty()) {
    add(fields::event_outcome, Value::text(outcome));
  }
}

void EventWriter::category(std::string_view category) {
  for (const Field& field : out_->fields(event_index())) {
    if (field.id == fields::event_category && field.value.is_text() &&
        field.value.as_text() == category) {
      return;
    }
  }
  add(fields::event_category, Value::text(category));
}

void EventWriter::logsource(const Logsource& from) {
  text_if_any(fields::logsource_product, from.product);
  text_if_any(fields::logsource_category, from.category);
  text_if_any(fields::logsource_service, from.service);
}

void EventWriter::note_truncated(std::string_view what) {
  for (Truncation& truncation : truncations_) {
    if (truncation.what == what) {
      truncation.seen = true;
    }
  }
}

std::optional<FieldId> EventWriter::field(std::string_view name) {
  const auto id = names_.intern(name);
  if (!id) {
    note_truncated("names");
  }
  return id;
}

const Value* EventWriter::find(FieldId id) const {
  return out_->find(out_->size() - 1, id);
}

}  // namespace tocsin
