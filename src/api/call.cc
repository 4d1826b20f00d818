#include "api/call.h"

#include <algorithm>
#include <utility>

#include "api/problem.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kRequestIdBytesMax = 64;
constexpr int kStreams = 200;

}  // namespace

std::string_view wanted_request_id(const HttpRequest& request) {
  const std::string_view wanted = request.header("X-Request-Id");
  const bool fits =
      !wanted.empty() && wanted.size() <= kRequestIdBytesMax &&
      std::ranges::all_of(wanted, [](char c) {
        const char low = ascii_lower(c);
        return is_digit(c) || (low >= 'a' && low <= 'z') || c == '.' || c == '_' || c == '-';
      });
  return fits ? wanted : std::string_view();
}

HttpResponse with_common_headers(HttpResponse response, std::string_view request_id) {
  response.with("X-Request-Id", request_id);
  response.with("Cache-Control", "no-store");
  response.with("X-Content-Type-Options", "nosniff");
  return response;
}

void Call::answer(HttpResponse response) {
  if (on_answer) {
    std::exchange(on_answer, {})(response.status);
  }
  responder.send(with_common_headers(std::move(response), request_id));
}

void Call::refuse(const Error& error) {
  answer(problem_of(error, request_id));
}

std::shared_ptr<EventStream> Call::start_stream(std::string_view content_type) {
  if (on_answer) {
    std::exchange(on_answer, {})(kStreams);
  }
  return responder.start_stream({{"Content-Type", std::string(content_type)},
                                 {"X-Request-Id", request_id},
                                 {"Cache-Control", "no-store"},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"X-Accel-Buffering", "no"}});
}

}  // namespace tocsin
