// AuditSink: where every change of decisions is written down. The server appends to the journal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/decision.h"
#include "model/own_datasets.h"

namespace tocsin {

// A try to log in to this program: as the events of any other application tell it, so that the
// rules about log-ins see it.
struct AuditLogin {
  std::string user;  // as it was given, cut
  std::string peer;  // address
  bool success = false;
  std::string reason;  // of a failure
};

// What somebody asked of the API.
struct AuditRequest {
  std::string peer;    // address
  std::string target;  // what it was about: an id, a name; may be empty
  std::string query;   // of a search, cut
  int status = 0;      // of the answer
  Span took{0};
  bool is_read = false;       // a search, a look: of kReadsDataset
  std::uint64_t repeats = 0;  // the same again, asked since it was last written down
};

struct AuditEntry {
  Micros at;
  std::string who;       // "user alice", "playbook flood", "tocsin"
  std::string action;    // "decision_taken", "breaker_opened", …: docs/decisions.md lists them
  std::string sentence;  // for people
  std::optional<Decision> decision;
  std::string guard;  // whose word it was, if one's
  std::optional<AuditLogin> login = std::nullopt;
  std::optional<AuditRequest> request = std::nullopt;

  std::string_view dataset() const {
    return request && request->is_read ? kReadsDataset : kAuditDataset;
  }
};

// Thread-safe; must not block and must not call the book.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void record(const AuditEntry& entry) = 0;
};

// One JSON object in ECS names. What the decision is about is in tocsin.decision.*, never in
// source.ip: rules about attackers must not see our own words about them. A log-in is no such word:
// it has user.name and source.ip.
std::string audit_json(const AuditEntry& entry);

}  // namespace tocsin
