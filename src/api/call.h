// Call: one authenticated request on its way to a resource, with the means to answer it once.
// Movable; one owner at a time, on any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/key_store.h"
#include "base/result.h"
#include "http/message.h"
#include "http/responder.h"

namespace tocsin {

struct Call {
  HttpRequest request;
  Responder responder;
  Principal who;                                   // empty when the route is open
  std::string request_id;                          // the client's, or ours
  std::vector<std::string> path_values;            // what the pattern's {names} stand for, in order
  std::function<void(int status)> on_answer = {};  // called once, before the answer goes out

  // Adds the headers that every answer has, and sends it.
  void answer(HttpResponse response);
  void refuse(const Error& error);
  std::shared_ptr<EventStream> start_stream(std::string_view content_type);
};

// The client's X-Request-Id when it is 1..64 of [A-Za-z0-9._-]; else empty.
std::string_view wanted_request_id(const HttpRequest& request);

// X-Request-Id, Cache-Control: no-store, X-Content-Type-Options: nosniff.
HttpResponse with_common_headers(HttpResponse response, std::string_view request_id);

}  // namespace tocsin
