// Time stamps of all kinds: never crash, and take no more than there is.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "decode/time_parse.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const TimeRules rules{Micros(1'795'444'200'000'000), span_s(3'600), std::nullopt};
  Micros time;
  for (const auto take :
       {take_iso_time, take_syslog_time, take_apache_time, take_ctime, take_rfc2822_time}) {
    CHECK(take(text, rules, time) <= text.size());
  }
  parse_time(text, rules);
  return 0;
}
