#include "detect/match/witness.h"

#include <algorithm>

namespace tocsin::match {
namespace {

struct Found {
  std::vector<std::uint32_t> atoms;
  std::uint32_t cost = 0;  // of the whole set
};

std::optional<Found> of_node(const sigma::Detection& detection, const sigma::Node& node,
                             const Cost& cost);

// All children must hold: the cheapest child's witnesses serve for all.
std::optional<Found> of_and(const sigma::Detection& detection, const sigma::Node& node,
                            const Cost& cost) {
  std::optional<Found> best;
  for (const sigma::Node& child : node.children) {
    auto found = of_node(detection, child, cost);
    if (found && (!best || found->cost < best->cost)) {
      best = std::move(found);
    }
  }
  return best;
}

// Any child may hold: every child needs witnesses, and all of them together serve.
std::optional<Found> of_or(const sigma::Detection& detection, const sigma::Node& node,
                           const Cost& cost) {
  Found all;
  for (const sigma::Node& child : node.children) {
    auto found = of_node(detection, child, cost);
    if (!found) {
      return std::nullopt;
    }
    all.cost += found->cost;
    all.atoms.insert(all.atoms.end(), found->atoms.begin(), found->atoms.end());
  }
  return all;
}

std::optional<Found> of_node(const sigma::Detection& detection, const sigma::Node& node,
                             const Cost& cost) {
  switch (node.kind) {
    case sigma::NodeKind::kAtom: {
      const sigma::Atom& atom = detection.atoms[node.atom];
      if (!is_positive(atom)) {
        return std::nullopt;
      }
      return Found{{node.atom}, cost(atom)};
    }
    case sigma::NodeKind::kAnd:
      return of_and(detection, node, cost);
    case sigma::NodeKind::kOr:
      return of_or(detection, node, cost);
    case sigma::NodeKind::kNot:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool is_positive(const sigma::Atom& atom) {
  switch (atom.op) {
    case sigma::Op::kEquals:
    case sigma::Op::kContains:
    case sigma::Op::kStartsWith:
    case sigma::Op::kEndsWith:
    case sigma::Op::kWildcard:
    case sigma::Op::kRegex:
    case sigma::Op::kCidr:
    case sigma::Op::kNumber:
      return true;
    case sigma::Op::kBool:
    case sigma::Op::kExists:
    case sigma::Op::kNull:
    case sigma::Op::kFieldRef:
    case sigma::Op::kTimePart:
      return false;
  }
  return false;
}

std::optional<std::vector<std::uint32_t>> find_witnesses(const sigma::Detection& detection,
                                                         const Cost& cost) {
  auto found = of_node(detection, detection.root, cost);
  if (!found) {
    return std::nullopt;
  }
  std::ranges::sort(found->atoms);
  const auto repeated = std::ranges::unique(found->atoms);
  found->atoms.erase(repeated.begin(), repeated.end());
  return std::move(found->atoms);
}

}  // namespace tocsin::match
