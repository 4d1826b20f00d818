#include "detect/sigma/monitor_document.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"
#include "detect/sigma/rule_document.h"

namespace tocsin::sigma {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kFieldsMax = 8;
constexpr std::size_t kExceptionsMax = 10'000;

using Model = MonitorModel;

struct ModelWord {
  std::string_view word;
  Model model;
};
constexpr std::array<ModelWord, 8> kModels = {{{"level", Model::kLevel},
                                               {"seasonal", Model::kSeasonal},
                                               {"series", Model::kSeries},
                                               {"new-value", Model::kNewValue},
                                               {"rare", Model::kRare},
                                               {"travel", Model::kTravel},
                                               {"silence", Model::kSilence},
                                               {"beacon", Model::kBeacon}}};
constexpr std::array<std::string_view, 3> kDirections = {"high", "low", "both"};
constexpr std::array<std::string_view, 3> kSensitivities = {"low", "normal", "high"};
constexpr std::array<std::string_view, 4> kMeasures = {"count", "distinct", "sum", "ratio"};

// Which models a key of the map is for: a bit for each, in the order of MonitorModel.
enum : unsigned {
  kForLevel = 1U << 0U,
  kForSeasonal = 1U << 1U,
  kForSeries = 1U << 2U,
  kForNewValue = 1U << 3U,
  kForRare = 1U << 4U,
  kForTravel = 1U << 5U,
  kForSilence = 1U << 6U,
  kForBeacon = 1U << 7U,
  kForNumbers = kForLevel | kForSeasonal | kForSeries,
  kForValues = kForNewValue | kForRare,
  kForAll = (1U << 8U) - 1,
};
struct KnownKey {
  std::string_view name;
  unsigned models;
};
constexpr std::array<KnownKey, 23> kKeys = {{{"model", kForAll},
                                             {"group-by", kForAll},
                                             {"hold-off", kForAll},
                                             {"max-keys", kForAll},
                                             {"measure", kForNumbers},
                                             {"direction", kForNumbers},
                                             {"bucket", kForNumbers | kForSilence},
                                             {"sensitivity", kForAll & ~(kForTravel | kForRare)},
                                             {"min", kForAll & ~kForTravel},
                                             {"warm-up", kForNumbers | kForValues | kForSilence},
                                             {"expire", kForAll},
                                             {"field", kForValues},
                                             {"max-values", kForValues},
                                             {"share", kForRare},
                                             {"location", kForTravel},
                                             {"speed", kForTravel},
                                             {"distance", kForTravel},
                                             {"except", kForTravel},
                                             {"quiet", kForSilence},
                                             {"jitter", kForBeacon},
                                             {"interval-min", kForBeacon},
                                             {"interval-max", kForBeacon},
                                             {"noun", kForAll}}};

constexpr unsigned bit(Model model) {
  return 1U << static_cast<unsigned>(model);
}

class Reader {
 public:
  explicit Reader(const YamlNode& map) : map_(map) {}

  Parsed<MonitorDraft> read();

 private:
  Parsed<bool> read_model();
  Parsed<bool> check_keys();
  void set_defaults();
  Parsed<bool> read_measure();
  Parsed<bool> read_common();
  Parsed<bool> read_own();
  Parsed<bool> read_exceptions();
  Parsed<bool> check();
  Parsed<bool> fields(const YamlNode& node, std::vector<std::string>& out);
  Parsed<bool> span(std::string_view key, Span least, Span most, Span& out);
  Parsed<bool> number(std::string_view key, double least, double most, double& out);
  Parsed<bool> size(std::string_view key, std::size_t most, std::size_t& out);
  Parsed<std::size_t> word(std::string_view key, std::span<const std::string_view> words,
                           std::size_t otherwise);

  const YamlNode& map_;
  MonitorDraft draft_;
};

Parsed<MonitorDraft> Reader::read() {
  if (!map_.is_mapping()) {
    return Problem{&map_, "\"monitor\" must be a map"};
  }
  TRY(read_model());
  TRY(check_keys());
  set_defaults();
  TRY(read_measure());
  TRY(read_common());
  TRY(read_own());
  TRY(check());
  return std::move(draft_);
}

Parsed<bool> Reader::read_model() {
  const YamlNode* node = map_.find("model");
  if (node == nullptr) {
    return Problem{&map_,
                   "the model is missing: level, seasonal, series, new-value, rare, travel, "
                   "silence or beacon"};
  }
  const auto found = std::ranges::find(kModels, std::string_view(node->text()), &ModelWord::word);
  if (found == kModels.end()) {
    return Problem{node,
                   fmt::format("unknown model \"{}\": level, seasonal, series, new-value, rare, "
                               "travel, silence or beacon",
                               node->text())};
  }
  draft_.monitor.model = found->model;
  return true;
}

Parsed<bool> Reader::check_keys() {
  std::vector<std::string_view> names;
  for (const KnownKey& known : kKeys) {
    names.push_back(known.name);
  }
  for (const auto& [key, value] : map_.entries()) {
    const auto found = std::ranges::find(kKeys, std::string_view(key->text()), &KnownKey::name);
    if (found == kKeys.end()) {
      const std::string_view close = closest_word(key->text(), names);
      return Problem{key, close.empty() ? fmt::format("unknown key \"{}\"", key->text())
                                        : fmt::format("unknown key \"{}\"; did you mean \"{}\"?",
                                                      key->text(), close)};
    }
    if ((found->models & bit(draft_.monitor.model)) == 0) {
      return Problem{key, fmt::format("\"{}\" means nothing to the model {}", key->text(),
                                      monitor_model_name(draft_.monitor.model))};
    }
  }
  return true;
}

void Reader::set_defaults() {
  Monitor& monitor = draft_.monitor;
  monitor.keys_max = 100'000;
  monitor.hold_off = span_s(kHour);
  monitor.expire = span_s(90 * kDay);
  monitor.values_max = 256;
  switch (monitor.model) {
    case Model::kLevel:
      monitor.bucket = span_s(5 * kMinute);
      monitor.warm_up = span_s(kDay);
      monitor.min = 10;
      break;
    case Model::kSeasonal:
      monitor.bucket = span_s(kHour);
      monitor.warm_up = span_s(7 * kDay);
      monitor.min = 10;
      break;
    case Model::kSeries:
      monitor.bucket = span_s(5 * kMinute);
      monitor.warm_up = span_s(2 * kDay);
      monitor.min = 10;
      monitor.keys_max = 1'000;
      break;
    case Model::kNewValue:
      monitor.warm_up = span_s(14 * kDay);
      monitor.min = 5;
      break;
    case Model::kRare:
      monitor.warm_up = span_s(7 * kDay);
      monitor.hold_off = span_s(kDay);
      monitor.min = 100;
      monitor.share = 0.001;
      break;
    case Model::kTravel:
      monitor.hold_off = span_s(kDay);
      monitor.speed_kmh = 1'000;
      monitor.distance_km = 500;
      draft_.location = "source.geo";
      break;
    case Model::kSilence:
      monitor.bucket = span_s(5 * kMinute);
      monitor.quiet = span_s(15 * kMinute);
      monitor.warm_up = span_s(kDay);
      monitor.hold_off = span_s(kDay);
      monitor.min = 20;
      break;
    case Model::kBeacon:
      monitor.hold_off = span_s(kDay);
      monitor.min = 20;
      monitor.jitter = 0.1;
      monitor.interval_min = span_s(5);
      monitor.interval_max = span_s(6 * kHour);
      break;
  }
}

// count | {distinct: FIELD…} | {sum: FIELD} | {ratio: CONDITION}
Parsed<bool> Reader::read_measure() {
  const YamlNode* node = map_.find("measure");
  if (node == nullptr || (node->is_scalar() && node->text() == "count")) {
    return true;
  }
  if (!node->is_mapping() || node->entries().size() != 1) {
    return Problem{node,
                   "a measure is count, {distinct: FIELD}, {sum: FIELD} or {ratio: CONDITION}"};
  }
  const auto& [key, value] = node->entries()[0];
  const auto found = std::ranges::find(kMeasures, std::string_view(key->text()));
  if (found == kMeasures.begin() || found == kMeasures.end()) {
    return Problem{key, fmt::format("unknown measure \"{}\": distinct, sum or ratio", key->text())};
  }
  Monitor& monitor = draft_.monitor;
  monitor.measure = static_cast<Measure>(found - kMeasures.begin());
  if (monitor.measure == Measure::kRatio) {
    if (!value->is_scalar() || value->text().empty()) {
      return Problem{value, "the ratio's condition must be text"};
    }
    draft_.ratio_at = value;
    monitor.min = 20;
    return true;
  }
  return fields(*value, draft_.fields);
}

Parsed<bool> Reader::read_common() {
  Monitor& monitor = draft_.monitor;
  if (const YamlNode* node = map_.find("group-by")) {
    TRY(fields(*node, draft_.group_by));
  }
  if (const YamlNode* node = map_.find("field")) {
    TRY(fields(*node, draft_.fields));
  }
  if (const YamlNode* node = map_.find("noun")) {
    monitor.noun = node->text();
  }
  TRY_ASSIGN(const std::size_t direction, word("direction", kDirections, 0));
  monitor.direction = static_cast<Direction>(direction);
  TRY_ASSIGN(const std::size_t sensitivity, word("sensitivity", kSensitivities, 1));
  monitor.sensitivity = static_cast<Sensitivity>(sensitivity);
  TRY(span("bucket", span_s(1), span_s(kDay), monitor.bucket));
  TRY(span("warm-up", Span(0), span_s(365 * kDay), monitor.warm_up));
  TRY(span("hold-off", Span(0), span_s(365 * kDay), monitor.hold_off));
  TRY(span("expire", span_s(kHour), span_s(3'650 * kDay), monitor.expire));
  TRY(number("min", 0, 1e15, monitor.min));
  TRY(size("max-keys", 10'000'000, monitor.keys_max));
  return size("max-values", 100'000, monitor.values_max);
}

Parsed<bool> Reader::read_own() {
  Monitor& monitor = draft_.monitor;
  TRY(number("share", 0, 0.5, monitor.share));
  TRY(number("speed", 1, 100'000, monitor.speed_kmh));
  TRY(number("distance", 0, 20'000, monitor.distance_km));
  TRY(number("jitter", 0, 1, monitor.jitter));
  TRY(span("quiet", span_s(1), span_s(365 * kDay), monitor.quiet));
  TRY(span("interval-min", span_ms(100), span_s(365 * kDay), monitor.interval_min));
  TRY(span("interval-max", span_ms(100), span_s(365 * kDay), monitor.interval_max));
  if (const YamlNode* node = map_.find("location")) {
    if (!node->is_scalar() || node->text().empty()) {
      return Problem{node, "a location is the prefix of its fields, like source.geo"};
    }
    draft_.location = node->text();
  }
  return read_exceptions();
}

// except: {networks: [CIDR…], owners: [TEXT…]}
Parsed<bool> Reader::read_exceptions() {
  const YamlNode* node = map_.find("except");
  if (node == nullptr) {
    return true;
  }
  if (!node->is_mapping()) {
    return Problem{node, "\"except\" is a map with \"networks\" and \"owners\""};
  }
  for (const auto& [key, value] : node->entries()) {
    TRY_ASSIGN(const std::vector<std::string> texts, read_texts(*value));
    if (texts.size() > kExceptionsMax) {
      return Problem{value, fmt::format("more than {} exceptions", kExceptionsMax)};
    }
    if (key->text() == "owners") {
      for (const std::string& text : texts) {
        draft_.monitor.except_owners.push_back(to_lower(text));
      }
      continue;
    }
    if (key->text() != "networks") {
      return Problem{key, fmt::format("unknown key \"{}\": networks or owners", key->text())};
    }
    for (const std::string& text : texts) {
      const auto network = parse_network(text);
      if (!network) {
        return Problem{value, fmt::format("\"{}\" is not a network like 10.0.0.0/8", text)};
      }
      draft_.monitor.except_networks.push_back(*network);
    }
  }
  return true;
}

Parsed<bool> Reader::check() {
  const Monitor& monitor = draft_.monitor;
  const bool watches = monitor.model == Model::kNewValue || monitor.model == Model::kRare;
  if (watches && draft_.fields.empty()) {
    return Problem{&map_,
                   fmt::format("the model {} needs \"field\"", monitor_model_name(monitor.model))};
  }
  if (monitor.measure == Measure::kSum && draft_.fields.size() != 1) {
    return Problem{map_.find("measure"), "a sum is of one field"};
  }
  const bool of_a_key = monitor.model == Model::kTravel || monitor.model == Model::kBeacon;
  if (of_a_key && draft_.group_by.empty()) {
    return Problem{
        &map_, fmt::format("the model {} needs \"group-by\"", monitor_model_name(monitor.model))};
  }
  if (monitor.interval_min.value > 0 && monitor.interval_max <= monitor.interval_min) {
    return Problem{&map_, "interval-max must be longer than interval-min"};
  }
  return true;
}

Parsed<bool> Reader::fields(const YamlNode& node, std::vector<std::string>& out) {
  TRY_ASSIGN(out, read_texts(node));
  if (out.empty() || out.size() > kFieldsMax) {
    return Problem{&node, fmt::format("1 to {} fields are expected", kFieldsMax)};
  }
  if (std::ranges::any_of(out, [](const std::string& name) { return name.empty(); })) {
    return Problem{&node, "the name of a field is empty"};
  }
  return true;
}

Parsed<bool> Reader::span(std::string_view key, Span least, Span most, Span& out) {
  const YamlNode* node = map_.find(key);
  if (node == nullptr) {
    return true;
  }
  const auto given = parse_span(node->text());
  if (!given || *given < least || *given > most) {
    return Problem{node, fmt::format("\"{}\" must be a span from {} to {}, like 5m, 1h or 30d, "
                                     "not \"{}\"",
                                     key, span_text(least), span_text(most), node->text())};
  }
  out = *given;
  return true;
}

Parsed<bool> Reader::number(std::string_view key, double least, double most, double& out) {
  const YamlNode* node = map_.find(key);
  if (node == nullptr) {
    return true;
  }
  const auto given = parse_double(node->text());
  if (!given || !(*given >= least && *given <= most)) {
    return Problem{node, fmt::format("\"{}\" must be a number from {} to {}, not \"{}\"", key,
                                     least, most, node->text())};
  }
  out = *given;
  return true;
}

Parsed<bool> Reader::size(std::string_view key, std::size_t most, std::size_t& out) {
  auto value = static_cast<double>(out);
  TRY(number(key, 1, static_cast<double>(most), value));
  out = static_cast<std::size_t>(value);
  return true;
}

Parsed<std::size_t> Reader::word(std::string_view key, std::span<const std::string_view> words,
                                 std::size_t otherwise) {
  const YamlNode* node = map_.find(key);
  if (node == nullptr) {
    return otherwise;
  }
  const auto found = std::ranges::find(words, std::string_view(node->text()));
  if (found == words.end()) {
    return Problem{node, fmt::format("\"{}\" is one of {}, not \"{}\"", key, fmt::join(words, ", "),
                                     node->text())};
  }
  return static_cast<std::size_t>(found - words.begin());
}

}  // namespace

std::string_view monitor_model_name(MonitorModel model) {
  return std::ranges::find(kModels, model, &ModelWord::model)->word;
}

std::string_view measure_name(Measure measure) {
  return kMeasures[static_cast<std::size_t>(measure)];
}

std::string_view sensitivity_name(Sensitivity sensitivity) {
  return kSensitivities[static_cast<std::size_t>(sensitivity)];
}

Parsed<MonitorDraft> read_monitor(const YamlNode& map) {
  return Reader(map).read();
}

}  // namespace tocsin::sigma
