// Every decoder: the first byte chooses the format (0 = automatic), the rest is one record. One
// event must come out, all its text valid UTF-8, within the limits.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "decode/decoder.h"
#include "decode/formats.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::size_t choice = data[0] % (formats().size() + 1);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"fuzz", "", ""});
  if (!records->add(origin, Micros(1'795'444'200'000'000), text)) {
    return 0;
  }
  FieldCatalog catalog;
  FieldNames names(catalog);
  DatasetCatalog datasets;
  Metrics metrics;
  DecodeOptions options;
  if (choice > 0) {
    options.format = std::string(formats()[choice - 1].name);
  }
  Decoder decoder(names, datasets, metrics, [&options](const Origin&) { return options; });
  EventBatch events(records);
  decoder.decode_next(*records, 0, events);
  CHECK(events.size() == 1);
  const DecodeLimits limits;
  CHECK(events.fields(0).size() <= limits.fields_max + 140);
  for (const Field& field : events.fields(0)) {
    if (field.value.is_text()) {
      CHECK(field.value.as_text().size() <= limits.value_bytes_max);
      CHECK(is_valid_utf8(field.value.as_text()));
    }
  }
  return 0;
}
