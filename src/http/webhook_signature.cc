#include "http/webhook_signature.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"

namespace tocsin {
namespace {

constexpr std::string_view kKeyPrefix = "whsec_";

std::string key_bytes(std::string_view key) {
  if (key.starts_with(kKeyPrefix)) {
    if (const auto decoded = base64_decode(key.substr(kKeyPrefix.size()))) {
      return *decoded;
    }
  }
  return std::string(key);
}

}  // namespace

std::vector<HttpHeader> sign_webhook(std::string_view key, std::string_view id, Micros at,
                                     std::string_view body) {
  const std::string seconds = fmt::format("{}", at.value / kMicrosPerSecond);
  const Sha256Digest mac = hmac_sha256(key_bytes(key), fmt::format("{}.{}.{}", id, seconds, body));
  return {{"webhook-id", std::string(id)},
          {"webhook-timestamp", seconds},
          {"webhook-signature", "v1," + base64_encode(digest_view(mac))}};
}

}  // namespace tocsin
