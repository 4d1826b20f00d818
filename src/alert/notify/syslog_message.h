// One syslog message (RFC 5424) for a notice. Pure.
#pragma once

#include <string>
#include <string_view>

#include "alert/notify/notice.h"

namespace tocsin {

// By RFC 5424; auth for an unknown word.
int syslog_facility(std::string_view word);

// One line: values are escaped as the RFC has it, MSG holds no control character.
// Structured data: [tocsin kind="…" alert="…" rule="…" level="…" about="…"]; the id has no
// enterprise number, as this program has none.
std::string syslog_message(const Notice& notice, int facility);

}  // namespace tocsin
