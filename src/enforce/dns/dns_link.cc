#include "enforce/dns/dns_link.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kMessageBytesMax = 65'535;

// A connected socket that never blocks, and the time until which all of it must be done.
class Talk {
 public:
  Talk(const DnsEndpoint& server, Clock& clock, Span deadline)
      : server_(server), clock_(clock), deadline_(deadline) {}
  ~Talk() {
    if (socket_ >= 0) {
      ::close(socket_);
    }
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  Status open(DnsLink::Way way) {
    const int kind = way == DnsLink::Way::kUdp ? SOCK_DGRAM : SOCK_STREAM;
    const bool v4 = server_.address.is_v4();
    socket_ = ::socket(v4 ? AF_INET : AF_INET6, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
      return fault("opening a socket for");
    }
    int done = 0;
    if (v4) {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(server_.port);
      to.sin_addr.s_addr = htonl(server_.address.v4());
      done = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    } else {
      sockaddr_in6 to{};
      to.sin6_family = AF_INET6;
      to.sin6_port = htons(server_.port);
      const auto bytes = server_.address.bytes();
      std::memcpy(&to.sin6_addr, bytes.data(), bytes.size());
      done = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    }
    return done == 0 || errno == EINPROGRESS ? Status() : Status(fault("connecting to"));
  }

  Status send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      TRY(wait(POLLOUT));
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        return fault("sending to");
      }
      bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return {};
  }

  // What is there, at most `bytes_max`.
  Result<std::string> receive(std::size_t bytes_max) {
    for (;;) {
      TRY(wait(POLLIN));
      std::string bytes(bytes_max, '\0');
      const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (got >= 0) {
        bytes.resize(static_cast<std::size_t>(got));
        return bytes;
      }
      if (errno != EAGAIN && errno != EINTR) {
        return fault("reading from");
      }
    }
  }

  Result<std::string> receive_exactly(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
      TRY_ASSIGN(const std::string more, receive(size - bytes.size()));
      if (more.empty()) {
        return fail(ErrorCode::kUnavailable, "{} closed the connection", place());
      }
      bytes += more;
    }
    return bytes;
  }

 private:
  std::string place() const {
    return fmt::format("the DNS server {} port {}", ip_text(server_.address), server_.port);
  }

  Error fault(std::string_view doing) const {
    const int code = errno;
    return fail(ErrorCode::kUnavailable, "{} {}: {}", doing, place(),
                std::generic_category().message(code));
  }

  Status wait(short events) {
    for (;;) {
      const std::int64_t left = deadline_.value - clock_.since_boot().value;
      if (left <= 0) {
        return fail(ErrorCode::kTimeout, "{} does not answer", place());
      }
      pollfd one{socket_, events, 0};
      const int ready = ::poll(&one, 1, static_cast<int>(left / kMicrosPerMilli + 1));
      if (ready > 0) {
        return {};
      }
      if (ready < 0 && errno != EINTR) {
        return fault("waiting for");
      }
    }
  }

  const DnsEndpoint& server_;
  Clock& clock_;
  const Span deadline_;
  int socket_ = -1;
};

bool same_id(std::string_view answer, std::string_view question) {
  return answer.size() >= kHeaderBytes && answer.substr(0, 2) == question.substr(0, 2);
}

Result<std::string> over_udp(Talk& talk, const std::string& question) {
  TRY(talk.send_all(question));
  for (;;) {
    TRY_ASSIGN(std::string answer, talk.receive(kMessageBytesMax));
    if (same_id(answer, question)) {
      return answer;
    }
  }
}

Result<std::string> over_tcp(Talk& talk, const std::string& question) {
  const std::string length = {static_cast<char>(question.size() >> 8U),
                              static_cast<char>(question.size() & 0xFFU)};
  TRY(talk.send_all(length + question));
  for (;;) {
    TRY_ASSIGN(const std::string head, talk.receive_exactly(kLengthBytes));
    const auto high = static_cast<unsigned char>(head[0]);
    const auto low = static_cast<unsigned char>(head[1]);
    TRY_ASSIGN(std::string answer, talk.receive_exactly(std::size_t{high} << 8U | low));
    if (same_id(answer, question)) {
      return answer;
    }
  }
}

}  // namespace

Result<std::string> SocketDnsLink::exchange(const std::string& question, Way way, Span wait) {
  if (question.size() < kHeaderBytes || question.size() > kMessageBytesMax) {
    return fail(ErrorCode::kTooLarge, "a DNS message of {} bytes", question.size());
  }
  Talk talk(server_, clock_, Span(clock_.since_boot().value + wait.value));
  TRY(talk.open(way));
  return way == Way::kUdp ? over_udp(talk, question) : over_tcp(talk, question);
}

}  // namespace tocsin
