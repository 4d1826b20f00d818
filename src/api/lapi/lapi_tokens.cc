#include "api/lapi/lapi_tokens.h"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json_writer.h"

namespace tocsin {
namespace {

constexpr std::size_t kTokenBytesMax = 2'048;

std::string base64_url(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  text.erase(std::ranges::find(text, '='), text.end());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

Error denied(std::string_view why) {
  return Error(ErrorCode::kDenied, std::string(why));
}

}  // namespace

std::optional<LapiTokens::Claims> LapiTokens::read_claims(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view machine;
  std::string_view key_id;
  std::int64_t expires = 0;
  if (parser.parse(json).get(root) != simdjson::SUCCESS ||
      root["id"].get(machine) != simdjson::SUCCESS ||
      root["key"].get(key_id) != simdjson::SUCCESS ||
      root["exp"].get(expires) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return Claims{std::string(machine), std::string(key_id), Micros(expires * kMicrosPerSecond)};
}

std::string LapiTokens::signature(std::string_view signed_text) const {
  return base64_url(digest_view(hmac_sha256(secret_, signed_text)));
}

Result<WatcherToken> LapiTokens::log_in(const std::string& machine, const std::string& password) {
  if (machine.empty() || machine.size() > kMachineBytesMax) {
    return denied("incorrect Username or Password");
  }
  const Result<Principal> who = keys_.verify(password);
  if (!who && who.error().code() != ErrorCode::kDenied) {
    return who.error();
  }
  if (!who || !who->scopes.allows(Scope::kWatcher)) {
    return denied("incorrect Username or Password");
  }
  const std::int64_t now = clock_.now().value / kMicrosPerSecond;
  const std::int64_t expires = now + kLife.value / kMicrosPerSecond;
  JsonWriter header;
  header.begin_object().member("alg", "HS256").member("typ", "JWT").end_object();
  JsonWriter claims;
  claims.begin_object().member("exp", expires).member("id", machine);
  claims.member("key", who->key_id).member("orig_iat", now).end_object();
  const std::string text = base64_url(header.take()) + "." + base64_url(claims.take());
  return WatcherToken{text + "." + signature(text), Micros(expires * kMicrosPerSecond)};
}

Result<LapiTokens::Claims> LapiTokens::read(std::string_view token) const {
  if (token.empty()) {
    return denied("cookie token is empty");
  }
  const std::size_t end = token.rfind('.');
  const std::size_t middle = token.find('.');
  if (token.size() > kTokenBytesMax || end == std::string_view::npos || middle >= end ||
      !equal_in_constant_time(signature(token.substr(0, end)), token.substr(end + 1))) {
    return denied("signature is invalid");
  }
  const auto json = base64_decode(token.substr(middle + 1, end - middle - 1));
  std::optional<Claims> claims = json ? read_claims(*json) : std::nullopt;
  if (!claims) {
    return denied("signature is invalid");
  }
  if (claims->expires <= clock_.now()) {
    return denied("Token is expired");
  }
  return *std::move(claims);
}

Status LapiTokens::looks_valid(std::string_view token) const {
  TRY(read(token));
  return {};
}

Result<Watcher> LapiTokens::verify(std::string_view token) {
  TRY_ASSIGN(const Claims claims, read(token));
  TRY_ASSIGN(const KeyInfo key, keys_.get(claims.key_id));
  const bool over = key.revoked || (key.expires && *key.expires <= clock_.now());
  if (over || !key.scopes.allows(Scope::kWatcher)) {
    return denied("the key behind this token is no longer valid");
  }
  return Watcher{claims.machine, claims.key_id};
}

}  // namespace tocsin
