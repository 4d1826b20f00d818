// What a person may say about how a source is decoded, and the limits that hold for every event.
// Plain values; config/ fills them, Decoder reads them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/record.h"

namespace tocsin {

struct DecodeOptions {
  // "auto", or a name of decode/formats.h ("json", "access", "web_error", "syslog", "app_line",
  // "owasp", "logfmt", "text") or of a dataset that one of them makes ("nginx.access"). A named
  // format is the only one tried; an unknown name means "auto".
  std::string format = "auto";
  std::string dataset;                    // instead of the dataset that the format would give
  int utc_offset_minutes = 0;             // of times that tell no zone
  std::optional<int> assumed_year;        // of times that tell no year; else from the received time
  std::vector<std::string> log_in_paths;  // globs ("/api/*/enter") besides the usual names
};

struct DecodeLimits {
  std::size_t fields_max = 512;             // per event; known fields still pass, up to 128 more
  std::size_t depth_max = 32;               // nested JSON below it is kept as text
  std::size_t value_bytes_max = 32 * 1024;  // one value; longer ones are cut
  std::size_t sources_max = 10'000;         // remembered per worker; the rest share one memory
};

// Asked once per origin and worker.
using DecodeOptionsOf = std::function<DecodeOptions(const Origin&)>;

}  // namespace tocsin
