// Mail messages as they go over the wire (RFC 5322, MIME): plain text only, in base64, so that
// nothing in it is markup and no line of it can be a header. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/notify/notice.h"

namespace tocsin {

// "Ann <ann@example.com>" or "ann@example.com", ASCII; nothing for what is no address, holds a
// line end or several.
struct MailAddress {
  std::string name;     // may be empty
  std::string address;  // "ann@example.com"
};
std::optional<MailAddress> parse_mail_address(std::string_view text);

// All that is said about one alert is one thread; Message-ID is the same at each attempt.
std::string mail_message(const Notice& notice, const MailAddress& from,
                         const std::vector<MailAddress>& to, Micros now);

}  // namespace tocsin
