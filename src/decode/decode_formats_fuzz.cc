// Every decoder: the first byte chooses the format (0 = automatic), the rest is one record. One
// event must come out, all its text valid UTF-8, within the limits.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "decode/decoder.h"
#include "decode/formats.h"

using namespace tocsin;

namespace {

constexpr int kInputsPerWorld = 256;

// Catalogues and decoders are dear to make: they serve some inputs, then are made anew.
struct World {
  World() {
    for (std::size_t choice = 0; choice <= formats().size(); ++choice) {
      DecodeOptions options;
      options.format = choice == 0 ? "auto" : std::string(formats()[choice - 1].name);
      decoders.push_back(std::make_unique<Decoder>(names, datasets, metrics,
                                                   [options](const Origin&) { return options; }));
    }
  }

  FieldCatalog catalog;
  FieldNames names{catalog};
  DatasetCatalog datasets;
  Metrics metrics;
  std::vector<std::unique_ptr<Decoder>> decoders;
  int inputs = 0;
};

}  // namespace

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
  static auto world = std::make_unique<World>();
  if (++world->inputs > kInputsPerWorld) {
    world = std::make_unique<World>();
  }
  EventBatch events(records);
  world->decoders[choice]->decode_next(*records, 0, events);
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
