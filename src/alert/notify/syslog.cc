// Asio under GCC 12 sees null pointers that are none.
#pragma GCC diagnostic ignored "-Wnull-dereference"
// Syslog: RFC 5424 over UDP (RFC 5426), TCP with octet counting (RFC 6587), or TLS (RFC 5425). The
// protocol has no acknowledgement: "sent" means that the kernel, or the peer's TCP, took it.
#include <algorithm>
#include <atomic>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <curl/curl.h>

#include "alert/notify/channel.h"
#include "alert/notify/neutral_text.h"
#include "alert/notify/syslog_message.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kDetailBytesMax = 300;

struct SyslogTarget {
  std::string host;
  std::string port;
  std::string transport;
  int facility = 4;
  std::string ca_file;
  Span timeout;
};

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

Delivery come_again(std::string_view why) {
  return {.outcome = Delivery::Outcome::kRetry, .detail = neutral(why, kDetailBytesMax)};
}

Delivery send_udp(const SyslogTarget& target, const std::string& message) {
  using boost::asio::ip::udp;
  boost::asio::io_context context;
  boost::system::error_code error;
  const auto found = udp::resolver(context).resolve(target.host, target.port, error);
  if (error || found.empty()) {
    return come_again(fmt::format("{}: {}", target.host, error.message()));
  }
  const udp::endpoint endpoint = found.begin()->endpoint();
  udp::socket socket(context);
  socket.open(endpoint.protocol(), error);
  if (!error) {
    socket.send_to(boost::asio::buffer(message), endpoint, 0, error);
  }
  return error ? come_again(error.message()) : Delivery{.detail = "sent as a datagram"};
}

// libcurl connects, checks the certificate, and leaves the connection to us.
class CurlStream {
 public:
  CurlStream(const SyslogTarget& target, std::atomic<bool>& cancelled)
      : target_(target), cancelled_(cancelled), handle_(curl_easy_init()) {}

  Status connect() {
    if (handle_ == nullptr) {
      return fail(ErrorCode::kExhausted, "no memory");
    }
    CURL* const curl = handle_.get();
    const bool is_v6 = target_.host.find(':') != std::string::npos;
    const std::string url =
        fmt::format("{}://{}{}{}:{}", target_.transport == "tls" ? "https" : "http",
                    is_v6 ? "[" : "", target_.host, is_v6 ? "]" : "", target_.port);
    const auto milliseconds = static_cast<long>(target_.timeout.value / kMicrosPerMilli);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_cancelled);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &cancelled_);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, CURLOPT_SSL_ENABLE_ALPN, 0L);
    if (!target_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, target_.ca_file.c_str());
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
      return fail(ErrorCode::kUnavailable, "{}: {}", target_.host, curl_easy_strerror(code));
    }
    return {};
  }

  Status send(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      const CURLcode code = curl_easy_send(handle_.get(), bytes.data(), bytes.size(), &sent);
      // A message is far smaller than an empty socket's buffer: CURLE_AGAIN means a stuck peer.
      if (code != CURLE_OK) {
        return fail(ErrorCode::kUnavailable, "{}: {}", target_.host, curl_easy_strerror(code));
      }
      bytes.remove_prefix(sent);
    }
    return {};
  }

 private:
  static int is_cancelled(void* flag, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
  }

  const SyslogTarget& target_;
  std::atomic<bool>& cancelled_;
  std::unique_ptr<CURL, FreeHandle> handle_;
};

Delivery send_stream(const SyslogTarget& target, const std::string& message,
                     std::atomic<bool>& cancelled) {
  CurlStream stream(target, cancelled);
  Status sent = stream.connect();
  if (sent) {
    sent = stream.send(fmt::format("{} {}", message.size(), message));
  }
  return sent ? Delivery{.detail = "sent over " + target.transport}
              : come_again(sent.error().full_text());
}

class SyslogChannel final : public Channel {
 public:
  explicit SyslogChannel(SyslogTarget target) : target_(std::move(target)) {}

  Delivery send(const Notice& notice) override {
    const std::string message = syslog_message(notice, target_.facility);
    return target_.transport == "udp" ? send_udp(target_, message)
                                      : send_stream(target_, message, cancelled_);
  }

  void cancel() override { cancelled_ = true; }

 private:
  const SyslogTarget target_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

ChannelResult make_syslog_channel(const ChannelParts& parts, Clock& clock) {
  static_cast<void>(clock);
  const std::string address = parts.text("address");
  const std::size_t colon = address.rfind(':');
  const std::int64_t port =
      colon == std::string::npos
          ? 0
          : parse_int(std::string_view(address).substr(colon + 1)).value_or(0);
  std::string host = address.substr(0, std::min(colon, address.size()));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const auto is_odd = [](char c) { return c <= ' ' || c == '/' || c == '@' || c == '?'; };
  if (port < 1 || port > 65'535 || host.empty() || std::ranges::any_of(host, is_odd)) {
    return fail(ErrorCode::kInvalid, "address \"{}\" is not HOST:PORT", address.substr(0, 100));
  }
  SyslogTarget target;
  target.host = host;
  target.port = fmt::format("{}", port);
  target.transport = parts.text("transport");
  target.facility = syslog_facility(parts.text("facility"));
  target.ca_file = parts.text("ca_file");
  target.timeout = parts.settings.timeout;
  return std::make_unique<SyslogChannel>(std::move(target));
}

}  // namespace tocsin
