// The body of POST /api/v1/events: first byte chooses the content type, second the limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "intake/http_json/events_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kTypes[] = {"", "text/plain", "application/json",
                                         "application/x-ndjson"};
  if (size < 2) {
    return 0;
  }
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  tocsin::EventsBodyLimits limits;
  if (data[1] % 2 == 1) {
    limits = {.record_bytes_max = 32, .records_max = 5, .depth_max = 3, .rejections_listed_max = 2};
  }
  tocsin::RecordBatch batch;
  const std::uint32_t origin = batch.add_origin({"fuzz", "", ""});
  const tocsin::EventsBodyResult result =
      tocsin::read_events_body(body, kTypes[data[0] % 4], limits, tocsin::Micros(1), origin, batch);
  CHECK(result.accepted == batch.size());
  CHECK(batch.bytes() <= body.size());
  CHECK(result.rejections.size() <= limits.rejections_listed_max);
  for (const tocsin::RejectedRecord& rejected : result.rejections) {
    CHECK(rejected.line >= 1 && rejected.column >= 1);
  }
  return 0;
}
