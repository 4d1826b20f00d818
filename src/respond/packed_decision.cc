#include "respond/packed_decision.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>

#include "base/encoding.h"
#include "base/hash.h"

namespace tocsin {
namespace {

constexpr std::size_t kAllocatorBytes = 16;

bool has_network(ScopeKind scope) {
  return scope == ScopeKind::kAddress || scope == ScopeKind::kNetwork;
}

std::uint16_t size16(std::string_view text) {
  return static_cast<std::uint16_t>(
      std::min<std::size_t>(text.size(), std::numeric_limits<std::uint16_t>::max()));
}

}  // namespace

std::string decision_uuid(std::uint64_t seed, std::uint64_t id) {
  std::array<char, sizeof(id)> bytes{};
  std::memcpy(bytes.data(), &id, sizeof(id));
  const std::string_view view(bytes.data(), bytes.size());
  const IpAddress both{hash64(view, seed), hash64(view, ~seed)};
  auto raw = both.bytes();
  raw[6] = static_cast<unsigned char>((raw[6] & 0x0FU) | 0x40U);
  raw[8] = static_cast<unsigned char>((raw[8] & 0x3FU) | 0x80U);
  std::array<char, 16> chars{};
  std::memcpy(chars.data(), raw.data(), raw.size());
  std::string hex = hex_encode(std::string_view(chars.data(), chars.size()));
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) {
    hex.insert(dash, 1, '-');
  }
  return hex;
}

PackedDecision::PackedDecision(const Decision& decision,
                               std::shared_ptr<const DecisionContext> context,
                               std::uint64_t target_hash)
    : strike_(decision.strike),
      id_(decision.id),
      target_hash_(target_hash),
      created_(decision.created),
      until_(decision.until),
      base_(decision.network.base),
      context_(std::move(context)),
      prefix_bits_(static_cast<std::uint8_t>(decision.network.prefix_bits)),
      kind_(decision.kind),
      scope_(decision.scope),
      dry_run_(decision.dry_run) {}

Ref<PackedDecision> PackedDecision::make(const Decision& decision,
                                         std::shared_ptr<const DecisionContext> context,
                                         std::uint64_t target_hash) {
  const std::string_view value =
      has_network(decision.scope) ? std::string_view() : std::string_view(decision.value);
  const std::string_view reason =
      context->reason.empty() ? std::string_view(decision.reason) : std::string_view();
  const std::array<std::string_view, 3> texts = {value, reason, decision.alert_id};
  std::size_t bytes = 0;
  for (const std::string_view text : texts) {
    bytes += size16(text);
  }
  void* memory = ::operator new(sizeof(PackedDecision) + bytes);
  auto* packed = new (memory) PackedDecision(decision, std::move(context), target_hash);
  packed->value_size_ = size16(value);
  packed->reason_size_ = size16(reason);
  packed->alert_size_ = size16(decision.alert_id);
  char* at = std::launder(reinterpret_cast<char*>(packed + 1));
  for (const std::string_view text : texts) {
    at = std::copy_n(text.data(), size16(text), at);
  }
  return Ref<PackedDecision>::adopt(packed);
}

void PackedDecision::release() const {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    auto* self = const_cast<PackedDecision*>(this);
    self->~PackedDecision();
    ::operator delete(self);
  }
}

std::string_view PackedDecision::text(std::size_t from, std::size_t size) const {
  return {std::launder(reinterpret_cast<const char*>(this + 1)) + from, size};
}

std::string_view PackedDecision::reason() const {
  return context_->reason.empty() ? text(value_size_, reason_size_)
                                  : std::string_view(context_->reason);
}

std::string_view PackedDecision::alert_id() const {
  return text(std::size_t{value_size_} + reason_size_, alert_size_);
}

std::string PackedDecision::value() const {
  switch (scope_) {
    case ScopeKind::kAddress:
      return ip_text(base_);
    case ScopeKind::kNetwork:
      return network_text(network());
    case ScopeKind::kNetworkOwner:
    case ScopeKind::kCountry:
    case ScopeKind::kUser:
    case ScopeKind::kSession:
    case ScopeKind::kApiKey:
      break;
  }
  return std::string(text(0, value_size_));
}

std::string PackedDecision::uuid() const {
  return decision_uuid(context_->uuid_seed, id_);
}

bool PackedDecision::same_target(ScopeKind scope, std::string_view value,
                                 const IpNetwork& network_wanted) const {
  return scope == scope_ && network_wanted == network() &&
         (has_network(scope) || value == text(0, value_size_));
}

Decision PackedDecision::full() const {
  Decision decision;
  decision.id = id_;
  decision.uuid = uuid();
  decision.kind = kind_;
  decision.custom = context_->custom;
  decision.scope = scope_;
  decision.value = value();
  decision.network = network();
  decision.created = created_;
  decision.until = until_;
  decision.reason = reason();
  decision.rule_id = context_->rule_id;
  decision.rule_version = context_->rule_version;
  decision.rule_title = context_->rule_title;
  decision.alert_id = alert_id();
  decision.playbook = context_->playbook;
  decision.decided_by = context_->decided_by;
  decision.origin = context_->origin;
  decision.strike = strike_;
  decision.dry_run = dry_run_;
  decision.rate = context_->rate;
  decision.redirect_to = context_->redirect_to;
  return decision;
}

std::size_t PackedDecision::bytes() const {
  return sizeof(PackedDecision) + value_size_ + reason_size_ + alert_size_ + kAllocatorBytes;
}

}  // namespace tocsin
