#include "alert/baseline_text.h"

#include <simdjson.h>

#include "base/time_text.h"
#include "base/utf8.h"
#include "model/baseline_json.h"

namespace tocsin {
namespace {

using simdjson::dom::element;

constexpr std::size_t kTextBytesMax = 256;  // of a unit or a value

double number_of(const element& from, std::string_view name) {
  double number = 0;
  return from[name].get(number) == simdjson::SUCCESS ? number : 0;
}

std::string text_of(const element& from, std::string_view name) {
  std::string_view text;
  return from[name].get(text) == simdjson::SUCCESS ? std::string(utf8_prefix(text, kTextBytesMax))
                                                   : std::string();
}

}  // namespace

std::string baseline_text(const Baseline* baseline) {
  if (baseline == nullptr) {
    return {};
  }
  JsonWriter json;
  write_baseline(json, *baseline);
  return json.take();
}

std::shared_ptr<const Baseline> baseline_of(const std::string& text) {
  simdjson::dom::parser parser;
  element root;
  if (text.empty() || parser.parse(text).get(root) != simdjson::SUCCESS) {
    return nullptr;
  }
  auto baseline = std::make_shared<Baseline>();
  baseline->observed = number_of(root, "observed");
  baseline->low = number_of(root, "low");
  baseline->high = number_of(root, "high");
  baseline->unit = text_of(root, "unit");
  simdjson::dom::array items;
  if (root["history"].get(items) == simdjson::SUCCESS) {
    for (const element item : items) {
      const auto time = parse_iso_time(text_of(item, "time"));
      if (time && baseline->history.size() < Baseline::kPointsMax) {
        baseline->history.push_back(
            {*time, number_of(item, "value"), number_of(item, "low"), number_of(item, "high")});
      }
    }
  }
  if (root["usual"].get(items) == simdjson::SUCCESS) {
    for (const element item : items) {
      if (baseline->usual.size() < Baseline::kUsualMax) {
        std::uint64_t count = 0;
        if (item["count"].get(count) != simdjson::SUCCESS) {
          count = 0;
        }
        baseline->usual.push_back({text_of(item, "value"), count});
      }
    }
  }
  return baseline;
}

}  // namespace tocsin
