#include "enrich/enricher.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/ip.h"
#include "enrich/threat_matching.h"
#include "model/ecs_fields.h"

namespace tocsin {
namespace {

constexpr std::size_t kCacheSlots = 8192;  // a power of two
constexpr std::size_t kListsKeptMax = 4;   // threat lists named per address

// What the tables say about one address.
struct Known {
  IpAddress address;
  bool filled = false;
  IpScope scope = IpScope::kPublic;
  std::uint8_t list_count = 0;
  std::array<std::uint16_t, kListsKeptMax> lists{};
  std::array<const IndicatorDetail*, kListsKeptMax> details{};  // valid at some time
  std::string_view country;
  std::optional<NetworkOwner> owner;
};

struct End {
  FieldId ip;
  FieldId scope;
  FieldId country;
  FieldId as_number;
  FieldId as_name;
};

constexpr End kSource{fields::source_ip, fields::source_scope, fields::source_geo_country,
                      fields::source_as_number, fields::source_as_name};
constexpr End kDestination{fields::destination_ip, fields::destination_scope,
                           fields::destination_geo_country, fields::destination_as_number,
                           fields::destination_as_name};

}  // namespace

struct Enricher::State {
  State(const Published<EnrichTables>& tables, Metrics& metrics)
      : published(tables), threats(metrics), cache(kCacheSlots) {}

  const Known& look_up(const IpAddress& address) {
    const std::uint64_t mixed =
        (address.high * 0xD6E8FEB86659FD93ULL ^ address.low) * 0x9E3779B97F4A7C15ULL;
    Known& known = cache[mixed >> 51U];
    if (!known.filled || known.address != address) {
      known = ask(address);
    }
    return known;
  }

  Known ask(const IpAddress& address) const {
    Known known;
    known.address = address;
    known.filled = true;
    known.scope = ip_scope(address);
    if (current->country != nullptr) {
      known.country = current->country->find(address);
    }
    if (current->owner != nullptr) {
      known.owner = current->owner->find(address);
    }
    for (std::size_t i = 0; i < current->threats.size() && known.list_count < kListsKeptMax; ++i) {
      if (const ThreatHit hit = current->threats[i]->find_address(address, std::nullopt)) {
        known.details[known.list_count] = hit.detail;
        known.lists[known.list_count++] = static_cast<std::uint16_t>(i);
      }
    }
    return known;
  }

  // Texts are copied: the event may outlive the tables.
  void write(const End& end, std::string_view ip_text, const Known& known, bool has_country,
             bool has_owner, EventBatch& events) {
    events.add_text(end.scope, ip_scope_name(known.scope));
    if (!has_country && !known.country.empty()) {
      events.add_copy(end.country, known.country);
    }
    if (!has_owner && known.owner) {
      events.add(end.as_number, Value::integer(known.owner->number));
      if (!known.owner->name.empty()) {
        events.add_copy(end.as_name, known.owner->name);
      }
    }
    for (std::size_t i = 0; i < known.list_count; ++i) {
      const IndicatorDetail* detail = known.details[i];
      if (!detail->covers(events.last_head().time)) {  // a wider network may be valid still
        const ThreatList& list = *current->threats[known.lists[i]];
        detail = list.find_address(known.address, events.last_head().time).detail;
      }
      if (detail != nullptr) {
        threats.hit_address(events, end.ip, ip_text, known.address.is_v4(), known.lists[i],
                            *detail);
      }
    }
  }

  const Published<EnrichTables>& published;
  ThreatMatching threats;
  std::shared_ptr<const EnrichTables> current;
  std::vector<Known> cache;
};

Enricher::Enricher(const Published<EnrichTables>& tables, Metrics& metrics)
    : state_(std::make_unique<State>(tables, metrics)) {
  begin_batch();
}

Enricher::~Enricher() = default;

void Enricher::begin_batch() {
  auto newest = state_->published.get();
  if (newest != state_->current) {
    state_->current = std::move(newest);
    state_->threats.adopt(state_->current);
    state_->cache.assign(kCacheSlots, Known{});
  }
}

void Enricher::name_client(EventBatch& events) {
  const TrustedProxies& proxies = state_->current->proxies;
  if (proxies.empty()) {
    return;
  }
  std::optional<IpAddress> peer;
  std::array<IpAddress, TrustedProxies::kHopsMax> hops;
  std::size_t count = 0;
  for (const Field& field : events.fields(events.size() - 1)) {
    if (!field.value.is_text()) {
      continue;
    }
    if (field.id == fields::source_ip && !peer) {
      peer = parse_ip(field.value.as_text());
    } else if (field.id == fields::network_forwarded_ip) {
      if (const std::optional<IpAddress> hop = parse_ip(field.value.as_text())) {
        // Of a chain that is too long the newest hops count: the oldest are the client's.
        if (count == hops.size()) {
          std::shift_left(hops.begin(), hops.end(), 1);
          --count;
        }
        hops[count++] = *hop;
      }
    }
  }
  if (!peer) {
    return;
  }
  const IpAddress client = proxies.client(*peer, std::span(hops).first(count));
  if (client != *peer) {
    events.set(fields::source_ip, Value::text(events.arena().copy(ip_text(client))));
    events.add_copy(fields::network_proxy_ip, ip_text(*peer));
  }
}

void Enricher::enrich_last(EventBatch& events) {
  name_client(events);
  std::string_view source;
  std::string_view destination;
  std::array<bool, 4> told{};  // source country, source owner, destination country, its owner
  for (const Field& field : events.fields(events.size() - 1)) {
    if (field.id == kSource.ip && source.empty() && field.value.is_text()) {
      source = field.value.as_text();
    } else if (field.id == kDestination.ip && destination.empty() && field.value.is_text()) {
      destination = field.value.as_text();
    } else {
      told[0] = told[0] || field.id == kSource.country;
      told[1] = told[1] || field.id == kSource.as_number;
      told[2] = told[2] || field.id == kDestination.country;
      told[3] = told[3] || field.id == kDestination.as_number;
    }
  }
  state_->threats.begin_event();
  if (const auto address = parse_ip(source)) {
    state_->write(kSource, source, state_->look_up(*address), told[0], told[1], events);
  }
  if (const auto address = parse_ip(destination)) {
    state_->write(kDestination, destination, state_->look_up(*address), told[2], told[3], events);
  }
  if (state_->threats.looks_at_texts()) {
    state_->threats.match_texts(events);
  }
}

}  // namespace tocsin
