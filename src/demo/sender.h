// LineSender: where the demo's lines go: to a server's HTTP door, to its syslog door, into files.
// One thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "demo/line.h"
#include "http/client.h"
#include "sys/file_system.h"

namespace tocsin {

class LineSender {
 public:
  virtual ~LineSender() = default;
  // `lines`: each ended by a newline. Returns when they are accepted for good.
  virtual Status send(Channel channel, std::string_view lines) = 0;
};

using Pause = std::function<void(Span)>;

// POST /api/v1/events, a request a call. 429 and 503 are tried again after what the server says,
// for two minutes at most.
class HttpSender final : public LineSender {
 public:
  HttpSender(std::string url, std::string key, HttpClientOptions options, Pause pause);

  Status send(Channel channel, std::string_view lines) override;

 private:
  const std::string url_;
  const std::string key_;
  HttpClient client_;
  const Pause pause_;
};

// Syslog over TCP (RFC 6587, newline framing) for the hosts' channel, `rest` for the others.
class SyslogSender final : public LineSender {
 public:
  static Result<std::unique_ptr<SyslogSender>> connect(const std::string& host,
                                                       const std::string& port, LineSender& rest);
  ~SyslogSender() override;

  Status send(Channel channel, std::string_view lines) override;

 private:
  struct Link;
  SyslogSender(std::unique_ptr<Link> link, LineSender& rest);

  std::unique_ptr<Link> link_;
  LineSender& rest_;
};

// DIR/<source>.log, one a channel; refuses to add to files that exist.
class FileSender final : public LineSender {
 public:
  static Result<std::unique_ptr<FileSender>> open(FileSystem& files, const std::string& directory);

  Status send(Channel channel, std::string_view lines) override;

 private:
  FileSender() = default;
  std::map<Channel, std::unique_ptr<File>> files_;
};

}  // namespace tocsin
