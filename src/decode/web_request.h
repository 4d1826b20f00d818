// What a web request means, whoever logged it: adds category, outcome, action (a 401 on a log-in
// path is a failed log-in). Called once per event, after method, path and status are known.
#pragma once

#include <cstdint>
#include <string_view>

#include "decode/event_writer.h"

namespace tocsin {

struct WebRequest {
  std::string_view method;  // "" = unknown
  std::string_view path;
  std::int64_t status = 0;  // 0 = unknown
};

// `plain` is the deed of a request that is nothing special: kWebRequested or kApiCalled.
void write_web_deed(const WebRequest& request, Deed plain, EventWriter& event);

}  // namespace tocsin
