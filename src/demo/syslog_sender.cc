// Asio's inlined code makes GCC see null pointers that cannot be.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "base/fail.h"
#include "demo/sender.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kPriority = "<86>";  // authpriv, informational

}  // namespace

struct SyslogSender::Link {
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
};

SyslogSender::SyslogSender(std::unique_ptr<Link> link, LineSender& rest)
    : link_(std::move(link)), rest_(rest) {}

SyslogSender::~SyslogSender() = default;

Result<std::unique_ptr<SyslogSender>> SyslogSender::connect(const std::string& host,
                                                            const std::string& port,
                                                            LineSender& rest) {
  auto link = std::make_unique<Link>();
  asio::ip::tcp::resolver resolver(link->context);
  error_code error;
  const auto endpoints = resolver.resolve(host, port, error);
  if (!error) {
    asio::connect(link->socket, endpoints, error);
  }
  if (error) {
    return fail(ErrorCode::kUnavailable, "connecting to syslog at {}:{}: {}", host, port,
                error.message());
  }
  return std::unique_ptr<SyslogSender>(new SyslogSender(std::move(link), rest));
}

Status SyslogSender::send(Channel channel, std::string_view lines) {
  if (channel != Channel::kHosts) {
    return rest_.send(channel, lines);
  }
  std::string framed;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n') + 1;
    framed.append(kPriority).append(lines.substr(0, end));
    lines.remove_prefix(end);
  }
  error_code error;
  asio::write(link_->socket, asio::buffer(framed), error);
  if (error) {
    return fail(ErrorCode::kUnavailable, "sending syslog: {}", error.message());
  }
  return {};
}

}  // namespace tocsin
