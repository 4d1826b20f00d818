// AuditSink: where every change of decisions is written down. The server appends to the journal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/decision.h"

namespace tocsin {

struct AuditEntry {
  Micros at;
  std::string who;       // "user alice", "playbook flood", "tocsin"
  std::string action;    // "decision_taken", "breaker_opened", …: docs/decisions.md lists them
  std::string sentence;  // for people
  std::optional<Decision> decision;
  std::string guard;  // whose word it was, if one's
};

// Thread-safe; must not block and must not call the book.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void record(const AuditEntry& entry) = 0;
};

inline constexpr std::string_view kAuditDataset = "tocsin.audit";
// One JSON object in ECS names. What the decision is about is in tocsin.decision.*, never in
// source.ip: rules about attackers must not see our own words about them.
std::string audit_json(const AuditEntry& entry);

}  // namespace tocsin
