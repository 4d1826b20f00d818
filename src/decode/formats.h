// The formats: the hand-written list of what can be recognised. A new format is one file with one
// function and one line in formats.cc.
//
// A decoder looks at the text and either writes the whole event and returns true, or returns false
// (what it wrote is then forgotten). It is strict: it accepts only what is clearly its own.
#pragma once

#include <span>
#include <string_view>

#include "decode/event_writer.h"

namespace tocsin {

struct Format {
  std::string_view name;
  bool (*decode)(std::string_view text, EventWriter& event);
};

// In the order in which they are tried.
std::span<const Format> formats();
// By its own name or by the name of a dataset that it makes; null when there is none.
const Format* find_format(std::string_view name);

// Whether the text begins as this format's lines do, for formats that begin alike.
bool has_syslog_header(std::string_view text, const TimeRules& rules);
bool has_nginx_error_header(std::string_view text, const TimeRules& rules);

bool decode_json(std::string_view text, EventWriter& event);
bool decode_access(std::string_view text, EventWriter& event);
bool decode_web_error(std::string_view text, EventWriter& event);
bool decode_syslog(std::string_view text, EventWriter& event);
bool decode_owasp(std::string_view text, EventWriter& event);
bool decode_app_line(std::string_view text, EventWriter& event);
bool decode_logfmt(std::string_view text, EventWriter& event);

}  // namespace tocsin
