// For the tests of decode/: one text in, one readable event out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/time_text.h"
#include "decode/decoder.h"

namespace tocsin::decode_test {

// 2026-11-23T14:30:00Z
inline constexpr Micros kReceived{1'795'444'200'000'000};

// The decoded event as values that outlive the batch.
struct Seen {
  std::string dataset;
  Micros time;
  std::vector<std::pair<std::string, std::string>> fields;

  // The values of a field, joined by '|'; "" when there is none.
  std::string operator[](std::string_view name) const {
    std::string all;
    for (const auto& [field, value] : fields) {
      if (field == name) {
        all += (all.empty() ? "" : "|") + value;
      }
    }
    return all;
  }
  bool has(std::string_view name) const {
    for (const auto& [field, value] : fields) {
      if (field == name) {
        return true;
      }
    }
    return false;
  }
};

class Bench {
 public:
  explicit Bench(DecodeOptionsOf options = {}, DecodeLimits limits = {})
      : names_(catalog_), decoder_(names_, datasets_, metrics_, std::move(options), limits) {}

  Seen decode(std::string_view text, std::string_view source = "test", std::string_view hint = "") {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({std::string(source), "", std::string(hint)});
    if (!records->add(origin, kReceived, text)) {
      return {};
    }
    EventBatch events(records);
    decoder_.decode_next(*records, 0, events);
    return seen(events, 0);
  }

  std::vector<Seen> decode_all(const std::vector<std::string>& texts,
                               std::string_view source = "test") {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({std::string(source), "", ""});
    std::vector<Seen> all;
    for (const std::string& text : texts) {
      if (!records->add(origin, kReceived, text)) {
        return all;
      }
    }
    EventBatch events(records);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      decoder_.decode_next(*records, i, events);
      all.push_back(seen(events, i));
    }
    return all;
  }

  Metrics& metrics() { return metrics_; }
  FieldCatalog& catalog() { return catalog_; }

 private:
  Seen seen(const EventBatch& events, std::size_t event) const {
    Seen result;
    result.dataset = datasets_.name(events.head(event).dataset);
    result.time = events.head(event).time;
    for (const Field& field : events.fields(event)) {
      result.fields.emplace_back(catalog_.name(field.id), field.value.to_text());
    }
    return result;
  }

  FieldCatalog catalog_;
  FieldNames names_;
  DatasetCatalog datasets_;
  Metrics metrics_;
  Decoder decoder_;
};

}  // namespace tocsin::decode_test
