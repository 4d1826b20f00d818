#include "respond/decision_snapshot.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"

namespace tocsin {
namespace {

// The rest of the address bits, mixed with the seed. Networks of one size share a table.
std::uint64_t network_hash(const IpAddress& base, std::uint64_t seed) {
  const std::array<std::uint64_t, 2> words = {base.high, base.low};
  std::array<char, sizeof(words)> bytes{};
  std::memcpy(bytes.data(), words.data(), sizeof(words));
  return hash64(std::string_view(bytes.data(), bytes.size()), seed);
}

// Weaker ones have larger numbers.
int weakness(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kBlock:
      return 0;
    case DecisionKind::kRedirect:
      return 1;
    case DecisionKind::kDisable:
      return 2;
    case DecisionKind::kChallenge:
      return 3;
    case DecisionKind::kThrottle:
      return 4;
    case DecisionKind::kCustom:
      return 5;
  }
  return 5;
}

const PackedDecision* pick_strongest(const std::vector<const PackedDecision*>& found) {
  const PackedDecision* best = nullptr;
  for (const PackedDecision* decision : found) {
    if (best == nullptr || weakness(decision->kind()) < weakness(best->kind())) {
      best = decision;
    }
  }
  return best;
}

bool is_network(ScopeKind scope) {
  return scope == ScopeKind::kAddress || scope == ScopeKind::kNetwork;
}

}  // namespace

std::uint64_t DecisionSnapshot::hash_of(const DecisionTarget& target) const {
  return is_network(target.scope) ? network_hash(target.network.base, hash_seed_)
                                  : hash64(target.value, hash_seed_);
}

const PackedDecision* DecisionSnapshot::probe(const Shape& shape, std::uint64_t hash,
                                              ScopeKind scope, std::string_view value,
                                              const IpNetwork& network) {
  const PackedDecision* found = shape.by_target.find(hash);
  return found != nullptr && found->same_target(scope, value, network) ? found : nullptr;
}

void DecisionSnapshot::find(const IpAddress& address, Micros now,
                            std::vector<const PackedDecision*>& out) const {
  IpNetwork network{address, 128};
  std::uint64_t hash = 0;
  unsigned hashed_bits = 129;
  for (const Shape& shape : shapes_) {
    if (!is_network(shape.scope)) {
      break;
    }
    if (hashed_bits != shape.prefix_bits) {
      hashed_bits = shape.prefix_bits;
      network = network_around(address, hashed_bits);
      hash = network_hash(network.base, hash_seed_);
    }
    const PackedDecision* found = probe(shape, hash, shape.scope, {}, network);
    if (found != nullptr && found->until() > now) {
      out.push_back(found);
    }
  }
}

void DecisionSnapshot::find(ScopeKind scope, std::string_view value, Micros now,
                            std::vector<const PackedDecision*>& out) const {
  const std::uint64_t hash = hash64(value, hash_seed_);
  for (const Shape& shape : shapes_) {
    if (shape.scope != scope || is_network(scope)) {
      continue;
    }
    const PackedDecision* found = probe(shape, hash, scope, value, {});
    if (found != nullptr && found->until() > now) {
      out.push_back(found);
    }
  }
}

const PackedDecision* DecisionSnapshot::strongest(const IpAddress& address, Micros now) const {
  std::vector<const PackedDecision*> found;
  find(address, now, found);
  return pick_strongest(found);
}

const PackedDecision* DecisionSnapshot::strongest(ScopeKind scope, std::string_view value,
                                                  Micros now) const {
  std::vector<const PackedDecision*> found;
  find(scope, value, now, found);
  return pick_strongest(found);
}

const DecisionSnapshot::Shape* DecisionSnapshot::shape_of(ScopeKind scope, std::uint8_t prefix_bits,
                                                          DecisionKind kind,
                                                          std::string_view custom) const {
  const auto found = std::ranges::find_if(shapes_, [&](const Shape& shape) {
    return shape.scope == scope && shape.prefix_bits == prefix_bits && shape.kind == kind &&
           shape.custom == custom;
  });
  return found == shapes_.end() ? nullptr : &*found;
}

const PackedDecision* DecisionSnapshot::exact(const DecisionTarget& target, DecisionKind kind,
                                              std::string_view custom) const {
  const Shape* shape =
      shape_of(target.scope, static_cast<std::uint8_t>(target.network.prefix_bits), kind, custom);
  return shape == nullptr
             ? nullptr
             : probe(*shape, hash_of(target), target.scope, target.value, target.network);
}

void DecisionSnapshot::for_each(const Visit& visit, std::uint64_t after) const {
  by_id_.for_each(after + 1, [&](const PackedDecision& decision) {
    visit(decision);
    return true;
  });
}

void DecisionSnapshot::overlapping(const IpNetwork& network, const Visit& visit) const {
  for (const Shape& shape : shapes_) {
    if (!is_network(shape.scope)) {
      break;
    }
    if (shape.prefix_bits <= network.prefix_bits) {
      const IpNetwork around = network_around(network.base, shape.prefix_bits);
      const std::uint64_t hash = network_hash(around.base, hash_seed_);
      if (const PackedDecision* found = probe(shape, hash, shape.scope, {}, around)) {
        visit(*found);
      }
      continue;
    }
    shape.by_target.for_each(0, [&](const PackedDecision& decision) {
      if (network.contains(decision.network().base)) {
        visit(decision);
      }
      return true;
    });
  }
}

bool DecisionSnapshot::has_scope(ScopeKind scope) const {
  return std::ranges::any_of(shapes_, [scope](const Shape& shape) { return shape.scope == scope; });
}

void DecisionSnapshot::insert(Ref<PackedDecision> decision) {
  highest_id_ = std::max(highest_id_, decision->id());
  const auto prefix_bits = static_cast<std::uint8_t>(decision->network().prefix_bits);
  const ScopeKind scope = decision->scope();
  const Shape* shape = shape_of(scope, prefix_bits, decision->kind(), decision->context().custom);
  std::size_t index = 0;
  if (shape != nullptr) {
    index = static_cast<std::size_t>(shape - shapes_.data());
  } else {
    const auto place = std::ranges::find_if(shapes_, [&](const Shape& other) {
      if (is_network(other.scope) != is_network(scope)) {
        return is_network(scope);
      }
      return is_network(scope) ? other.prefix_bits > prefix_bits : other.scope > scope;
    });
    index = static_cast<std::size_t>(place - shapes_.begin());
    shapes_.insert(place,
                   Shape{scope, prefix_bits, decision->kind(), decision->context().custom, {}});
  }
  CHECK(by_id_.find(decision->id()) == nullptr);
  CHECK(shapes_[index].by_target.find(decision->target_hash()) == nullptr);
  ++shapes_[index].size;
  ++size_;
  by_id_.insert(decision);
  shapes_[index].by_target.insert(std::move(decision));
}

void DecisionSnapshot::erase(const PackedDecision& decision) {
  const Shape* shape =
      shape_of(decision.scope(), static_cast<std::uint8_t>(decision.network().prefix_bits),
               decision.kind(), decision.context().custom);
  CHECK(shape != nullptr);
  const auto index = static_cast<std::size_t>(shape - shapes_.data());
  const std::uint64_t hash = decision.target_hash();
  const Ref<PackedDecision> kept = Ref<PackedDecision>::share(&decision);
  CHECK(by_id_.erase(decision.id()));
  CHECK(shapes_[index].by_target.erase(hash));
  --size_;
  if (--shapes_[index].size == 0) {
    shapes_.erase(shapes_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

}  // namespace tocsin
