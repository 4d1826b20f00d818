// Bodies that watchers and bouncers send: read or refused.
#include <string_view>

#include "api/lapi/go_duration.h"
#include "api/lapi/lapi_alerts.h"
#include "api/lapi/usage_metrics.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(tocsin::parse_lapi_alerts(text, "machine"));
  static_cast<void>(tocsin::parse_usage_metrics(text));
  const auto span = tocsin::parse_go_duration(text);
  if (span) {
    const tocsin::Span whole(span->value / tocsin::kMicrosPerSecond * tocsin::kMicrosPerSecond);
    if (tocsin::parse_go_duration(tocsin::go_duration_text(*span)) != whole) {
      __builtin_trap();
    }
  }
  return 0;
}
