// AuditSink: where every change of decisions is written down. The server appends to the journal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/decision.h"

namespace tocsin {

// A try to log in to this program: as the events of any other application tell it, so that the
// rules about log-ins see it.
struct AuditLogin {
  std::string user;  // as it was given, cut
  std::string peer;  // address
  bool success = false;
  std::string reason;  // of a failure
};

struct AuditEntry {
  Micros at;
  std::string who;       // "user alice", "playbook flood", "tocsin"
  std::string action;    // "decision_taken", "breaker_opened", …: docs/decisions.md lists them
  std::string sentence;  // for people
  std::optional<Decision> decision;
  std::string guard;  // whose word it was, if one's
  std::optional<AuditLogin> login = std::nullopt;
};

// Thread-safe; must not block and must not call the book.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void record(const AuditEntry& entry) = 0;
};

inline constexpr std::string_view kAuditDataset = "tocsin.audit";
// One JSON object in ECS names. What the decision is about is in tocsin.decision.*, never in
// source.ip: rules about attackers must not see our own words about them. A log-in is no such word:
// it has user.name and source.ip.
std::string audit_json(const AuditEntry& entry);

}  // namespace tocsin
