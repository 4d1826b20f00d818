#include "enrich/threat_matching.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/encoding.h"
#include "base/text.h"
#include "enrich/domain_name.h"
#include "model/ecs_fields.h"

namespace tocsin {
namespace {

constexpr std::size_t kMd5Bytes = 16;
constexpr std::size_t kSha1Bytes = 20;

// What is looked up of each known field; kAddress stands for "nothing here".
constexpr auto kWatched = [] {
  std::array<IndicatorKind, kKnownFields.size()> kinds{};
  kinds.fill(IndicatorKind::kAddress);
  for (const FieldId id : {fields::dns_question_name, fields::url_domain,
                           fields::destination_domain, fields::tls_server_name}) {
    kinds[id.value] = IndicatorKind::kDomain;
  }
  for (const FieldId id : {fields::url_full, fields::url_original}) {
    kinds[id.value] = IndicatorKind::kUrl;
  }
  for (const FieldId id : {fields::windows_hashes, fields::file_hash_md5, fields::file_hash_sha1,
                           fields::file_hash_sha256, fields::process_hash_md5,
                           fields::process_hash_sha1, fields::process_hash_sha256,
                           fields::dll_hash_md5, fields::dll_hash_sha1, fields::dll_hash_sha256}) {
    kinds[id.value] = IndicatorKind::kHash;
  }
  kinds[fields::user_agent.value] = IndicatorKind::kAgent;
  return kinds;
}();

FieldId hash_field(std::string_view bytes) {
  if (bytes.size() == kMd5Bytes) {
    return fields::threat_indicator_md5;
  }
  return bytes.size() == kSha1Bytes ? fields::threat_indicator_sha1
                                    : fields::threat_indicator_sha256;
}

std::string_view type_name(IndicatorKind kind) {
  switch (kind) {
    case IndicatorKind::kAddress:
      return "ipv4-addr";
    case IndicatorKind::kDomain:
      return "domain-name";
    case IndicatorKind::kUrl:
      return "url";
    case IndicatorKind::kHash:
      return "file";
    case IndicatorKind::kAgent:
      return "user-agent";
  }
  return {};
}

// "SHA1=…,MD5=…,SHA256=…,IMPHASH=…": the hashes of the whole file.
std::vector<std::string_view> hashes_of(std::string_view text) {
  constexpr std::size_t kBytesMax = 1'024;
  std::vector<std::string_view> hashes;
  for (const std::string_view part : split(text.substr(0, kBytesMax), ',')) {
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos &&
        !equals_ignore_case(trim(part.substr(0, equals)), "IMPHASH")) {
      hashes.push_back(part.substr(equals + 1));
    }
  }
  return hashes;
}

}  // namespace

const std::vector<WatchedField>& watched_fields() {
  static const std::vector<WatchedField> kFields = [] {
    std::vector<WatchedField> list = {{"source.ip", IndicatorKind::kAddress},
                                      {"destination.ip", IndicatorKind::kAddress}};
    for (std::size_t i = 0; i < kWatched.size(); ++i) {
      if (kWatched[i] != IndicatorKind::kAddress) {
        list.push_back({kKnownFields[i].name, kWatched[i]});
      }
    }
    return list;
  }();
  return kFields;
}

std::optional<std::string> normal_value(IndicatorKind kind, std::string_view value) {
  switch (kind) {
    case IndicatorKind::kAddress:
      return std::string(value);
    case IndicatorKind::kDomain:
      return normal_domain(value);
    case IndicatorKind::kUrl:
      return normal_url(value);
    case IndicatorKind::kHash:
      return normal_hash(value);
    case IndicatorKind::kAgent:
      return normal_agent(value);
  }
  return std::nullopt;
}

std::vector<std::string_view> values_of_field(std::string_view field, std::string_view text) {
  return field == kKnownFields[fields::windows_hashes.value].name
             ? hashes_of(text)
             : std::vector<std::string_view>{text};
}

ThreatMatching::ThreatMatching(Metrics& metrics)
    : dropped_(metrics.counter("tocsin_enrich_threat_hits_dropped_total",
                               "Hits on threat lists that an event had no room for")) {
  for (std::size_t kind = 0; kind < kIndicatorKinds; ++kind) {
    hits_[kind] = &metrics.counter(
        "tocsin_enrich_threat_hits_total", "Values in events that a threat list names",
        {{"kind", std::string(indicator_kind_name(static_cast<IndicatorKind>(kind)))}});
  }
  values_.reserve(kValuesMax);
}

void ThreatMatching::adopt(std::shared_ptr<const EnrichTables> tables) {
  tables_ = std::move(tables);
  texts_ = false;
  for (std::size_t kind = 0; kind < kIndicatorKinds; ++kind) {
    lists_[kind].clear();
    for (std::size_t i = 0; i < tables_->threats.size(); ++i) {
      if (tables_->threats[i]->has(static_cast<IndicatorKind>(kind))) {
        lists_[kind].push_back(static_cast<std::uint16_t>(i));
      }
    }
    texts_ = texts_ || (kind > 0 && !lists_[kind].empty());
  }
}

void ThreatMatching::begin_event() {
  written_ = 0;
  named_.clear();
}

void ThreatMatching::collect(const EventBatch& events) {
  values_.clear();
  domain_ = path_ = query_ = {};
  has_url_ = false;
  for (const Field& field : events.fields(events.size() - 1)) {
    if (field.id.value >= kWatched.size() || !field.value.is_text()) {
      continue;
    }
    const IndicatorKind kind = kWatched[field.id.value];
    const std::string_view text = field.value.as_text();
    domain_ = field.id == fields::url_domain ? text : domain_;
    path_ = field.id == fields::url_path ? text : path_;
    query_ = field.id == fields::url_query ? text : query_;
    if (kind == IndicatorKind::kAddress || lists_[static_cast<std::size_t>(kind)].empty() ||
        (kind == IndicatorKind::kUrl && text.find("://") == std::string_view::npos)) {
      continue;
    }
    has_url_ = has_url_ || kind == IndicatorKind::kUrl;
    if (values_.size() < kValuesMax) {
      values_.push_back({field.id, kind, text});
    } else {
      dropped_.add();
    }
  }
}

void ThreatMatching::match_texts(EventBatch& events) {
  collect(events);
  const Micros at = events.last_head().time;
  for (const Value& value : values_) {
    match(events, value, at);
  }
  const bool has_parts = !has_url_ && !domain_.empty() && path_.starts_with('/');
  if (has_parts && !lists_[static_cast<std::size_t>(IndicatorKind::kUrl)].empty()) {
    std::string url = "http://";
    url.append(domain_).append(path_);
    if (!query_.empty()) {
      url.append("?").append(query_);
    }
    match_url(events, {fields::url_path, IndicatorKind::kUrl, url}, at);
  }
}

void ThreatMatching::match(EventBatch& events, const Value& value, Micros at) {
  switch (value.kind) {
    case IndicatorKind::kAddress:
      return;
    case IndicatorKind::kDomain: {
      std::array<char, kDomainBytesMax> buffer;
      std::size_t size = buffer.size();
      if (plain_domain(value.text, buffer.data(), size)) {
        look_up(events, value, {buffer.data(), size}, at);
      } else if (const auto domain = normal_domain(value.text)) {
        look_up(events, value, *domain, at);
      }
      return;
    }
    case IndicatorKind::kUrl:
      match_url(events, value, at);
      return;
    case IndicatorKind::kHash:
      match_hashes(events, value, at);
      return;
    case IndicatorKind::kAgent:
      look_up(events, value, normal_agent(value.text), at);
      return;
  }
}

// Most URLs are of hosts of which none is listed: told without putting them into normal form.
bool ThreatMatching::may_list(std::string_view url) const {
  const std::size_t begin = url.find("://") + 3;
  const std::string_view host = url.substr(begin, url.find_first_of("/?#:@", begin) - begin);
  const std::size_t end = begin + host.size();
  std::array<char, kDomainBytesMax> buffer;
  std::size_t size = buffer.size();
  const bool ends_host = end == url.size() || (url[end] != ':' && url[end] != '@');
  if (!ends_host || !plain_domain(host, buffer.data(), size)) {
    return true;
  }
  const std::vector<std::uint16_t>& lists = lists_[static_cast<std::size_t>(IndicatorKind::kUrl)];
  return std::ranges::any_of(lists, [&](std::uint16_t list) {
    return tables_->threats[list]->may_list_urls_of({buffer.data(), size});
  });
}

void ThreatMatching::match_url(EventBatch& events, const Value& value, Micros at) {
  if (!may_list(value.text)) {
    return;
  }
  if (const auto url = normal_url(value.text)) {
    look_up(events, value, *url, at);
  }
}

void ThreatMatching::match_hashes(EventBatch& events, const Value& value, Micros at) {
  if (value.field != fields::windows_hashes) {
    if (const auto bytes = normal_hash(value.text)) {
      look_up(events, value, *bytes, at);
    }
    return;
  }
  for (const std::string_view hash : hashes_of(value.text)) {
    if (const auto bytes = normal_hash(hash)) {
      look_up(events, value, *bytes, at);
    }
  }
}

void ThreatMatching::look_up(EventBatch& events, const Value& value, std::string_view normal,
                             Micros at) {
  for (const std::uint16_t list : lists_[static_cast<std::size_t>(value.kind)]) {
    const ThreatHit hit = tables_->threats[list]->find(value.kind, normal, at);
    if (hit) {
      write(events, {value.field, value.kind, value.text, hit.listed, list, hit.detail,
                     type_name(value.kind)});
    }
  }
}

void ThreatMatching::hit_address(EventBatch& events, FieldId field, std::string_view text, bool v4,
                                 std::size_t list, const IndicatorDetail& detail) {
  write(events, {field, IndicatorKind::kAddress, text, text, list, &detail,
                 v4 ? type_name(IndicatorKind::kAddress) : "ipv6-addr"});
}

// Texts are copied: the event may outlive the tables.
void ThreatMatching::write(EventBatch& events, const Hit& hit) {
  hits_[static_cast<std::size_t>(hit.kind)]->add();
  if (written_ >= kHitsMax) {
    dropped_.add();
    return;
  }
  ++written_;
  const auto list = static_cast<std::uint16_t>(hit.list);
  if (std::ranges::find(named_, list) == named_.end()) {
    named_.push_back(list);
    events.add_copy(fields::threat_list, tables_->threats[list]->name());
  }
  const std::string name = indicator_text(hit.kind, hit.name);
  events.add_text(fields::threat_indicator_type, hit.type);
  events.add_copy(fields::threat_indicator_name, name);
  events.add_text(fields::threat_confidence, confidence_word(hit.detail->confidence));
  events.add_text(fields::threat_matched_field, kKnownFields[hit.field.value].name);
  events.add_copy(fields::threat_matched_atomic, hit.atomic);
  switch (hit.kind) {
    case IndicatorKind::kAddress:
      events.add_copy(fields::threat_indicator_ip, hit.atomic);
      break;
    case IndicatorKind::kDomain:
      events.add_copy(fields::threat_indicator_domain, name);
      break;
    case IndicatorKind::kUrl:
      events.add_copy(fields::threat_indicator_url, name);
      break;
    case IndicatorKind::kHash:
      events.add_copy(hash_field(hit.name), name);
      break;
    case IndicatorKind::kAgent:
      break;
  }
  if (!hit.detail->label.empty()) {
    events.add_copy(fields::threat_indicator_description, hit.detail->label);
  }
  if (!hit.detail->reference.empty()) {
    events.add_copy(fields::threat_indicator_reference, hit.detail->reference);
  }
}

}  // namespace tocsin
