// What applications write as text, in a line of their own, behind a syslog header or in the
// message of a JSON record: the shared reading of such text.
#pragma once

#include <string_view>

#include "decode/event_writer.h"

namespace tocsin {

// "authn_login_fail:joe,…" (OWASP logging vocabulary), in any case. False: it is none.
bool write_owasp(std::string_view text, EventWriter& event);

// "Event: Authentication Attempt, Details: User: joe, Status: Failed" and its siblings.
bool write_event_details(std::string_view text, EventWriter& event);

// A sentence about a log-in ("Login attempt by user: alice").
bool write_sentence(std::string_view text, EventWriter& event);

// By the category that was written: app.auth, app.config, app.api, app.log.
void write_app_dataset(EventWriter& event);

}  // namespace tocsin
