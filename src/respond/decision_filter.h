// Which decisions to list, and the pages that come of it. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/decision.h"

namespace tocsin {

enum class DecisionState : std::uint8_t { kActive, kEnded, kDryRun };

inline constexpr std::size_t kDecisionsPageMax = 1'000;

struct DecisionFilter {
  std::optional<DecisionState> state = {};  // absent: everything
  std::optional<DecisionTarget> target = {};
  std::optional<IpAddress> covers = {};  // active ones on the address or a network around it
  std::optional<ScopeKind> scope = {};
  std::optional<DecisionKind> kind = {};
  std::optional<std::string> origin = {};
  std::optional<std::string> rule_id = {};
  std::optional<std::string> alert_id = {};
  std::optional<std::string> playbook = {};
  std::size_t limit = 100;  // 1..kDecisionsPageMax
  std::string cursor = {};  // DecisionPage::next of the page before
};

struct DecisionRow {
  Decision decision;
  std::optional<LiftedDecision> lifted;  // absent: it stands
};

struct DecisionPage {
  std::vector<DecisionRow> decisions;  // newest first
  std::string next;                    // empty: this is the last page
};

}  // namespace tocsin
