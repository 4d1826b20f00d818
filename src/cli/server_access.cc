#include "cli/server_access.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include <simdjson.h>

#include "base/clock.h"
#include "base/fail.h"
#include "server/local_access.h"
#include "server/server.h"

namespace tocsin {
namespace {

constexpr int kReplayWaitSeconds = 120;

// The directory that connection options mean when nothing runs there.
std::string data_directory(const ConnectionOptions& options) {
  return options.data.empty() ? "./var" : options.data;
}

bool holds_a_journal(const std::string& data) {
  PosixFileSystem files;
  return files.info(data + "/journal").has_value();
}

// Everything durable is searchable: the replay is over.
bool caught_up(Connection& connection) {
  const auto health = connection.get("/api/v1/health");
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::uint64_t lag = 1;
  return health && parser.parse(simdjson::padded_string(*health)).get(root) == simdjson::SUCCESS &&
         root["lag_records"]["searchable"].get(lag) == simdjson::SUCCESS && lag == 0;
}

}  // namespace

class OwnServer {
 public:
  Status start(const std::string& data) {
    Settings settings;
    settings.data_directory = data;
    settings.listen = "127.0.0.1:0";
    TRY_ASSIGN(server_, Server::start(settings, files_, clock_, log_));
    return {};
  }
  const std::string& url() const { return server_->url(); }

 private:
  PosixFileSystem files_;
  SystemClock clock_;
  Log log_{LogLevel::kError};
  std::unique_ptr<Server> server_;
};

ServerAccess::ServerAccess(Connection connection, std::unique_ptr<OwnServer> own)
    : own_(std::move(own)), connection_(std::move(connection)) {}
ServerAccess::ServerAccess(ServerAccess&&) noexcept = default;
ServerAccess::~ServerAccess() = default;

Result<ServerAccess> ServerAccess::open(const ConnectionOptions& options) {
  auto running = Connection::find(options);
  if (running && (!options.url.empty() || running->get("/health").has_value())) {
    return ServerAccess(std::move(*running), nullptr);
  }
  const std::string data = data_directory(options);
  if (!holds_a_journal(data)) {
    return running
               ? fail(ErrorCode::kUnavailable, "the server at {} does not answer", running->url())
               : running.error();
  }
  auto own = std::make_unique<OwnServer>();
  TRY(own->start(data));
  ConnectionOptions local = options;
  local.data = data;
  TRY_ASSIGN(Connection connection, Connection::find(local));
  for (int i = 0; i < kReplayWaitSeconds * 10 && !caught_up(connection); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return ServerAccess(std::move(connection), std::move(own));
}

}  // namespace tocsin
