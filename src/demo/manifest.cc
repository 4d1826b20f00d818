#include "demo/manifest.h"

#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).begin_array();
  for (const std::string& name : names) {
    json.value(name);
  }
  json.end_array();
}

}  // namespace

std::string manifest_json(const DemoManifest& manifest) {
  JsonWriter json;
  json.begin_object().member("seed", manifest.seed);
  json.key("expected").begin_array();
  for (const ExpectedAlert& alert : manifest.expected) {
    json.begin_object().member("attack", alert.attack).member("rule", alert.rule);
    json.key("key").begin_object();
    if (!alert.field.empty()) {
      json.member(alert.field, alert.value);
    }
    json.end_object().member("first", iso_time(alert.first)).end_object();
  }
  json.end_array().key("innocents").begin_object();
  write_names(json, "source.ip", manifest.innocent_addresses);
  write_names(json, "user.name", manifest.innocent_users);
  json.end_object().end_object();
  return json.take();
}

}  // namespace tocsin
