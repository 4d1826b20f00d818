#include "decode/formats.h"

#include <array>

#include "decode/datasets.h"

namespace tocsin {
namespace {

bool decode_text(std::string_view, EventWriter&) {
  return false;
}

constexpr auto kFormats = std::to_array<Format>({
    {"json", decode_json},
    {"access", decode_access},
    {"syslog", decode_syslog},
    {"web_error", decode_web_error},
    {"app_line", decode_app_line},
    {"owasp", decode_owasp},
    {"logfmt", decode_logfmt},
});

constexpr Format kText{"text", decode_text};

struct Alias {
  std::string_view name;
  std::string_view format;
};

constexpr auto kAliases = std::to_array<Alias>({
    {"nginx.access", "access"},     {"apache.access", "access"},
    {"web.access", "access"},       {"combined", "access"},
    {"common", "access"},           {"nginx.error", "web_error"},
    {"apache.error", "web_error"},  {"web.error", "web_error"},
    {"linux.auth", "syslog"},       {"linux.cron", "syslog"},
    {"linux.syslog", "syslog"},     {"ndjson", "json"},
    {"windows.sysmon", "json"},     {"windows.security", "json"},
    {"windows.powershell", "json"}, {"windows.event", "json"},
    {"suricata.eve", "json"},       {"aws.cloudtrail", "json"},
    {"okta.system", "json"},        {"zeek", "json"},
});

const Format* by_own_name(std::string_view name) {
  for (const Format& format : kFormats) {
    if (format.name == name) {
      return &format;
    }
  }
  return name == kText.name ? &kText : nullptr;
}

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

const Format* find_format(std::string_view name) {
  for (const Alias& alias : kAliases) {
    if (alias.name == name) {
      return by_own_name(alias.format);
    }
  }
  return by_own_name(name);
}

}  // namespace tocsin
