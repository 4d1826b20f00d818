#include "api/keys_resource.h"

#include "api/parameters.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

void write_time(JsonWriter& json, std::string_view name, const std::optional<Micros>& time) {
  json.key(name);
  if (time) {
    json.value(iso_time(*time));
  } else {
    json.null();
  }
}

void write_key_members(JsonWriter& json, const KeyInfo& key) {
  json.member("id", key.id);
  json.member("name", key.name);
  json.key("scopes").begin_array();
  for (const Scope scope : kScopes) {
    if (key.scopes.has(scope)) {
      json.value(scope_name(scope));
    }
  }
  json.end_array();
  json.member("created_by", key.created_by);
  json.member("created", iso_time(key.created));
  write_time(json, "expires", key.expires);
  write_time(json, "last_used", key.last_used);
  write_time(json, "revoked", key.revoked);
}

// A time ahead: ISO, or a span from now ("30d").
Result<std::optional<Micros>> read_expiry(const Parameters& given, Micros now) {
  TRY_ASSIGN(const std::optional<std::string> text, given.text("expires"));
  if (!text) {
    return std::optional<Micros>();
  }
  if (const std::optional<Micros> time = parse_iso_time(*text)) {
    return time;
  }
  if (const std::optional<Span> span = parse_span(*text)) {
    return std::optional(now + *span);
  }
  return fail(ErrorCode::kInvalid, "expires is neither an ISO time nor a span such as 30d: {}",
              text->substr(0, 32));
}

}  // namespace

Result<HttpResponse> KeysResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::vector<KeyInfo> keys, keys_.list());
  JsonWriter json;
  json.begin_object().key("keys").begin_array();
  for (const KeyInfo& key : keys) {
    json.begin_object();
    write_key_members(json, key);
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> KeysResource::create(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"name", "scopes", "expires"}));
  NewKey wanted;
  TRY_ASSIGN(const std::optional<std::string> name, given.text("name"));
  wanted.name = name.value_or("");
  TRY_ASSIGN(const std::vector<std::string> words, given.texts("scopes"));
  for (const std::string& word : words) {
    const std::optional<Scope> scope = parse_scope(word);
    if (!scope) {
      return fail(ErrorCode::kInvalid, "scope is none of {}: {}", kScopeWords, word.substr(0, 32));
    }
    wanted.scopes.add(*scope);
  }
  TRY_ASSIGN(wanted.expires, read_expiry(given, clock_.now()));
  wanted.created_by = call.who.actor();
  TRY_ASSIGN(const std::string text, keys_.create(wanted));
  TRY_ASSIGN(const KeyInfo made, keys_.get(text.substr(0, kKeyIdBytes)));
  JsonWriter json;
  json.begin_object();
  json.member("key", text);
  write_key_members(json, made);
  json.end_object();
  return HttpResponse::json(201, json.take());
}

Result<HttpResponse> KeysResource::revoke(const Call& call) {
  TRY(keys_.revoke(call.path_values[0]));
  return HttpResponse::empty(204);
}

}  // namespace tocsin
