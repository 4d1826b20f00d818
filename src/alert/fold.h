// Folding, pure: which alert a finding belongs to, and what it changes there. No database, no
// clock.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/alert.h"
#include "model/finding.h"

namespace tocsin {

// An alert as the store keeps it: with what folding needs and nobody else.
struct FoldedAlert {
  Alert alert;
  std::string identity;  // see alert_identity()
};

// 32 hexadecimal digits of a hash over rule and key, whatever bytes they hold.
std::string alert_identity(const std::string& rule_id, const std::vector<KeyPart>& key);

// The key of the alert that takes what a full rule cannot open alerts for.
std::vector<KeyPart> overflow_key(std::uint64_t open_max);

// A new alert for `finding`, with nothing folded yet.
FoldedAlert open_alert(const Finding& finding, const std::vector<KeyPart>& key, Micros now);

// Folds those of `findings` (Seq order) that are newer than the alert's last_seq. Gives how many.
std::size_t fold_into(FoldedAlert& into, std::span<const Finding* const> findings, Micros now);

}  // namespace tocsin
