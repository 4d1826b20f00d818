#include "api/problem.h"

#include <string>

namespace tocsin {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return 400;
    case ErrorCode::kDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kExhausted:
      return 429;
    case ErrorCode::kUnavailable:
    case ErrorCode::kDiskFull:
    case ErrorCode::kCancelled:
      return 503;
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

void write_problem(JsonWriter& json, int status, std::string_view code, std::string_view detail,
                   std::string_view request_id) {
  json.member("type", "about:blank");
  json.member("title", http_reason(status));
  json.member("status", status);
  json.member("detail", detail);
  json.member("code", code);
  json.member("request_id", request_id);
}

HttpResponse problem(int status, std::string_view code, std::string_view detail,
                     std::string_view request_id) {
  JsonWriter json;
  json.begin_object();
  write_problem(json, status, code, detail, request_id);
  json.end_object();
  HttpResponse response = HttpResponse::bytes(status, "application/problem+json", json.take());
  if (status == 429 || status == 503) {
    response.with("Retry-After", std::to_string(kRetryAfterSeconds));
  }
  return response;
}

HttpResponse problem_wait(std::string_view detail, Span wait, std::string_view request_id) {
  HttpResponse refusal = problem(429, "exhausted", detail, request_id);
  for (HttpHeader& header : refusal.headers) {
    if (header.name == "Retry-After") {
      header.value = std::to_string(wait.value / kMicrosPerSecond + 1);
    }
  }
  return refusal;
}

HttpResponse problem_of_fields(const std::vector<FieldProblem>& fields,
                               std::string_view request_id) {
  JsonWriter json;
  json.begin_object();
  write_problem(json, 400, "invalid", fields.empty() ? std::string() : fields[0].detail,
                request_id);
  json.key("errors").begin_array();
  for (const FieldProblem& one : fields) {
    json.begin_object().member("field", one.field).member("detail", one.detail).end_object();
  }
  json.end_array().end_object();
  return HttpResponse::bytes(400, "application/problem+json", json.take());
}

HttpResponse problem_of(const Error& error, std::string_view request_id) {
  return problem(status_of(error.code()), error_code_name(error.code()), error.full_text(),
                 request_id);
}

}  // namespace tocsin
