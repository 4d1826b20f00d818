// Problems: errors as RFC 9457 application/problem+json, with a stable word in `code` and the
// request's id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace tocsin {

inline constexpr int kRetryAfterSeconds = 1;

// 400, 404, 409, 413, 429, 500, 503, 504: by what the caller can do about it.
int status_of(ErrorCode code);

// Faults of ours (kIo, kCorrupt, kInternal) keep their text: whoever has a key may know it.
HttpResponse problem_of(const Error& error, std::string_view request_id);
HttpResponse problem(int status, std::string_view code, std::string_view detail,
                     std::string_view request_id);

// 429 that says when to come again.
HttpResponse problem_wait(std::string_view detail, Span wait, std::string_view request_id);
// 400 that says what is wrong in which field of a form, in the member "errors".
struct FieldProblem {
  std::string field;
  std::string detail;
};
HttpResponse problem_of_fields(const std::vector<FieldProblem>& fields,
                               std::string_view request_id);

// The members of a problem, for an object that the caller has begun and ends.
void write_problem(JsonWriter& json, int status, std::string_view code, std::string_view detail,
                   std::string_view request_id);

}  // namespace tocsin
