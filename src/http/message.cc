#include "http/message.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"

namespace tocsin {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr auto kReasons = std::to_array<Reason>({
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

HttpResponse problem_response(int status, std::string_view code, std::string_view detail) {
  JsonWriter json;
  json.begin_object();
  json.member("type", "about:blank");
  json.member("title", http_reason(status));
  json.member("status", status);
  if (!code.empty()) {
    json.member("code", code);
  }
  json.member("detail", detail);
  json.end_object();
  return HttpResponse::bytes(status, "application/problem+json", json.take());
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (equals_ignore_case(header.name, name)) {
      return header.value;
    }
  }
  return {};
}

bool HttpRequest::has_header(std::string_view name) const {
  return std::ranges::any_of(
      headers, [&](const HttpHeader& header) { return equals_ignore_case(header.name, name); });
}

std::optional<std::string_view> HttpRequest::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &QueryParameter::name);
  if (found == query.end()) {
    return std::nullopt;
  }
  return found->value;
}

std::string HttpRequest::content_type() const {
  const std::string_view value = header("Content-Type");
  return to_lower(trim(value.substr(0, value.find(';'))));
}

std::string_view HttpRequest::bearer_token() const {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = trim(header("Authorization"));
  if (value.size() <= kScheme.size() ||
      !equals_ignore_case(value.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return trim(value.substr(kScheme.size()));
}

HttpResponse HttpResponse::bytes(int status, std::string_view content_type, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::string(content_type)});
  response.body = std::move(body);
  return response;
}

HttpResponse HttpResponse::text(int status, std::string body) {
  return bytes(status, "text/plain; charset=utf-8", std::move(body));
}

HttpResponse HttpResponse::json(int status, std::string json) {
  return bytes(status, "application/json", std::move(json));
}

HttpResponse HttpResponse::empty(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

HttpResponse HttpResponse::problem(int status, std::string_view detail) {
  return problem_response(status, {}, detail);
}

HttpResponse HttpResponse::problem(int status, std::string_view code, std::string_view detail) {
  return problem_response(status, code, detail);
}

HttpResponse& HttpResponse::with(std::string_view name, std::string_view value) & {
  headers.push_back({std::string(name), std::string(value)});
  return *this;
}

HttpResponse&& HttpResponse::with(std::string_view name, std::string_view value) && {
  return std::move(with(name, value));
}

std::string_view http_reason(int status) {
  const auto found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Status" : found->text;
}

}  // namespace tocsin
