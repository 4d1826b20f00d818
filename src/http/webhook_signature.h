// Signatures of webhooks, as the Standard Webhooks specification 1.0 has them: the receiver knows
// who sent the body, and that it is fresh. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/message.h"

namespace tocsin {

// The headers webhook-id, webhook-timestamp and webhook-signature: "v1," and the base64 of
// HMAC-SHA256(key, "ID.SECONDS.BODY"). A key that begins with "whsec_" is base64 behind that.
std::vector<HttpHeader> sign_webhook(std::string_view key, std::string_view id, Micros at,
                                     std::string_view body);

}  // namespace tocsin
