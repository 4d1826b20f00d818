// Server: one running Tocsin on one data directory: builds every part in order, stops them in
// reverse. Not for business: each part knows its own.
//
// start() returns when the API accepts requests; the replay of the journal goes on behind. One
// server a data directory (kConflict otherwise). All functions from the thread that started it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "obs/log.h"
#include "sys/file_system.h"

namespace tocsin {

class Server {
 public:
  // `files`, `clock` and `log` outlive the server.
  static Result<std::unique_ptr<Server>> start(Settings settings, FileSystem& files, Clock& clock,
                                               Log& log);
  virtual ~Server() = default;  // stops

  // "http://127.0.0.1:7117", with the port that was really taken.
  virtual const std::string& url() const = 0;
  // Only of the very first start on a data directory.
  virtual const std::optional<std::string>& first_admin_key() const = 0;
  // While nobody may log in: what stands behind "/setup#" in the link that makes the first user.
  virtual const std::optional<std::string>& setup_token() const = 0;
  // Reads rules, threat lists and geo tables again; what cannot be read stays as it is.
  virtual void reload() = 0;
  // Stops taking, finishes what was acknowledged, seals the index, signs the last checkpoint.
  virtual Status stop() = 0;
};

}  // namespace tocsin
