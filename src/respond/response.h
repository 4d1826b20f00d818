// Response: everything that decides, built in order on one state database: lists, memory, guards,
// book. For whoever runs it (the server, tests): the parts are used by their own doors.
// Thread-safe as its parts are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "obs/log.h"
#include "respond/decision_book.h"

namespace tocsin {

struct ResponseParts {
  const RespondSettings& settings;
  std::vector<std::string> trusted_proxies;
  StateDb& db;
  AuditSink& audit;
  FileSystem& files;
  Clock& clock;
  Metrics& metrics;
  std::uint64_t secret_seed;
};

class Response {
 public:
  static Result<std::unique_ptr<Response>> open(const ResponseParts& parts);

  NeverBlock& never_block() { return *never_block_; }
  AdminSessions& admins() { return *admins_; }
  LoginMemory& logins() { return *logins_; }
  ArmBook& armed() { return *armed_; }
  Guards& guards() { return *guards_; }
  DecisionBook& book() { return *book_; }
  AuditSink& audit() { return parts_.audit; }
  const RespondSettings& settings() const { return parts_.settings; }

  // An administrator was authenticated; frees him when a decision stands in his way.
  void admin_seen(std::string_view peer, const std::string& who);
  // Reads the lists again and lifts what they protect now. On an error they stay as they were.
  Status reload();
  // Every few hundred milliseconds: what has ended ends.
  Status tick() { return book_->tick(); }
  // About once a minute and at the end.
  Status flush();

 private:
  explicit Response(const ResponseParts& parts) : parts_(parts) {}

  const ResponseParts parts_;
  std::unique_ptr<NeverBlock> never_block_;
  std::unique_ptr<AdminSessions> admins_;
  std::unique_ptr<LoginMemory> logins_;
  std::unique_ptr<ArmBook> armed_;
  std::unique_ptr<Guards> guards_;
  std::unique_ptr<DecisionBook> book_;
};

}  // namespace tocsin
