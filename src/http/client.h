// HttpClient: a small blocking HTTP/HTTPS client over libcurl, for the command line and for
// outgoing notifications. Keeps its connection between requests. One thread at a time.
//
// Errors say what to do: "connecting to http://127.0.0.1:8080: connection refused: is the server
// running?" (kUnavailable), kTimeout, kTooLarge, kInvalid (URL), kDenied (certificate), kCancelled.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace tocsin {

struct HttpClientRequest {
  std::string method = "GET";
  std::string url;  // http:// or https:// only
  std::vector<HttpHeader> headers;
  std::string body;
  Span timeout = span_s(30);  // the whole exchange; 0: none
  Span connect_timeout = span_s(5);
  std::uint64_t response_bytes_max = 256ULL << 20U;
};

struct HttpClientResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;

  std::string_view header(std::string_view name) const;  // any case; empty when absent
};

struct HttpClientOptions {
  std::string ca_file;  // PEM to trust instead of the system's
  bool verify_certificate = true;
  std::string user_agent = "tocsin";
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is a response; an Error means that there was none.
  Result<HttpClientResponse> request(const HttpClientRequest& request);
  // The same; kCancelled soon after `keep_going` (asked about once a second) says false.
  Result<HttpClientResponse> request(const HttpClientRequest& request,
                                     const std::function<bool()>& keep_going);

  // For bodies that do not end: calls `on_bytes` for every piece of a 2xx body; false stops (and is
  // no error). `keep_going`, asked about once a second and at each piece, false stops as well.
  // The response's body holds the body of a non-2xx answer. `timeout` limits the time to the
  // header.
  Result<HttpClientResponse> stream(const HttpClientRequest& request,
                                    const std::function<bool(std::string_view)>& on_bytes,
                                    const std::function<bool()>& keep_going);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin
