// ServerAccess: a server to ask: the running one, or, when none runs on --data, one of our own on
// that directory for as long as the command needs it (loopback, nothing ingested).
#pragma once

#include <memory>

#include "base/result.h"
#include "cli/connection.h"

namespace tocsin {

class OwnServer;

class ServerAccess {
 public:
  static Result<ServerAccess> open(const ConnectionOptions& options);
  ServerAccess(ServerAccess&&) noexcept;
  ServerAccess& operator=(ServerAccess&&) = delete;
  ~ServerAccess();

  Connection& connection() { return connection_; }

 private:
  ServerAccess(Connection connection, std::unique_ptr<OwnServer> own);

  std::unique_ptr<OwnServer> own_;
  Connection connection_;
};

}  // namespace tocsin
