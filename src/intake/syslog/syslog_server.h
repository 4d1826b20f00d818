// SyslogServer: syslog over UDP (RFC 5426), TCP (RFC 6587, every framing in use) and TLS
// (RFC 5425). Frames messages and keeps their bytes; headers are decode/'s work.
//
// One thread. When the sink is full, TCP senders are made to wait (their sockets are not read) and
// UDP datagrams are lost in the kernel, which is counted as kernel_drop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/server.h"
#include "intake/intake_source.h"

namespace tocsin {

enum class SyslogTransport : std::uint8_t { kUdp, kTcp };

struct SyslogListener {
  SyslogTransport transport = SyslogTransport::kUdp;
  std::string address = "127.0.0.1";
  std::uint16_t port = 514;     // 0: any free port
  std::string name;             // of the Source; empty: "syslog-udp:514"
  std::string hint;             // Origin::hint
  std::optional<TlsFiles> tls;  // TCP only
};

struct SyslogLimits {
  std::size_t message_bytes_max = 256 << 10U;
  std::size_t connections_max = 512;
  std::size_t batch_bytes_max = 1 << 20U;
  std::size_t batch_records_max = 20'000;
  Span linger = span_ms(20);             // a batch waits so long for more messages
  Span unframed_silence = span_ms(300);  // ends a message that has no end mark
  Span idle_timeout = span_s(3600);
  std::size_t udp_receive_buffer_bytes = 4 << 20U;
};

class SyslogServer : public IntakeSource {
 public:
  // Listens when it returns. Errors as of HttpServer::start().
  static Result<std::unique_ptr<SyslogServer>> start(std::vector<SyslogListener> listeners,
                                                     const SyslogLimits& limits,
                                                     const IntakeContext& context);
  // Of the listener at this index.
  virtual std::uint16_t port(std::size_t listener) const = 0;
};

}  // namespace tocsin
