// HttpRequest and HttpResponse: values that cross the border between http/ and those who answer.
//
// A request's path is percent-decoded and normalised ("/a//b/../c" is "/a/c"), its query is decoded
// in order, its body is already decompressed. No routes and no meaning here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/body_budget.h"

namespace tocsin {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct QueryParameter {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method;  // as sent: "GET", "POST", …
  std::string target;  // as sent: path and query, not decoded
  std::string path;    // decoded, normalised, begins with '/'
  std::vector<QueryParameter> query;
  std::vector<HttpHeader> headers;
  std::string body;
  std::uint64_t body_wire_bytes = 0;  // before decompression
  std::string peer_ip;                // canonical text; no port, no brackets
  std::uint16_t peer_port = 0;
  bool tls = false;
  // Keeps the body's bytes counted in the server's memory budget; let go with the request.
  BodyLease body_lease;

  // First header of that name (any case), or empty.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  // First query parameter of that name (case-sensitive).
  std::optional<std::string_view> parameter(std::string_view name) const;
  // Media type in lower case without its parameters: "application/json"; empty when absent.
  std::string content_type() const;
  // What follows "Bearer " in Authorization, or empty.
  std::string_view bearer_token() const;
};

struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers;  // Content-Length, Date and Connection are the server's to add
  std::string body;
  // Instead of `body`, when set: one buffer for many answers. Sent as it is, never compressed here.
  std::shared_ptr<const std::string> shared_body;

  // Called once on the I/O thread when the answer was handed to the network whole, never otherwise.
  std::function<void()> on_written;

  std::string_view body_view() const {
    return shared_body != nullptr ? std::string_view(*shared_body) : std::string_view(body);
  }

  static HttpResponse text(int status, std::string body);
  // `json` is finished JSON text (JsonWriter::take()).
  static HttpResponse json(int status, std::string json);
  static HttpResponse bytes(int status, std::string_view content_type, std::string body);
  static HttpResponse empty(int status);
  // RFC 9457 application/problem+json: {"type":"about:blank","title","status","detail"}.
  static HttpResponse problem(int status, std::string_view detail);
  // The same with a stable word for programs in the member "code".
  static HttpResponse problem(int status, std::string_view code, std::string_view detail);

  HttpResponse& with(std::string_view name, std::string_view value) &;
  HttpResponse&& with(std::string_view name, std::string_view value) &&;
};

// "Not Found" for 404; "Status" for numbers that RFC 9110 and its registry do not know.
std::string_view http_reason(int status);

}  // namespace tocsin
