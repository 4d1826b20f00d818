#include "decode/decoder.h"

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "decode/event_writer.h"
#include "decode/formats.h"
#include "decode/scan.h"

namespace tocsin {
namespace {

constexpr std::size_t kSourceLabelsMax = 256;

struct SourceState {
  DecodeOptions options;
  const Format* only = nullptr;    // configured: nothing else is tried
  const Format* hinted = nullptr;  // declared by the sender: tried first
  const Format* last = nullptr;    // worked last
  Counter* undecoded = nullptr;
};

}  // namespace

struct Decoder::State {
  State(FieldNames& names, DatasetCatalog& datasets, Metrics& metrics_of,
        DecodeOptionsOf options_function, const DecodeLimits& limits)
      : writer(names, datasets, limits, metrics_of),
        options_of(std::move(options_function)),
        metrics(metrics_of),
        sources_max(limits.sources_max),
        repaired(metrics.counter("tocsin_decode_utf8_repaired_total",
                                 "Records with bytes that are not UTF-8")),
        others(new_source(Origin{"others", "", ""})) {
    for (const Format& format : formats()) {
      decoded.push_back(&metrics.counter("tocsin_decode_events_total", "Events by their format",
                                         {{"format", std::string(format.name)}}));
    }
  }

  SourceState new_source(const Origin& origin) {
    SourceState source;
    source.options = options_of ? options_of(origin) : DecodeOptions{};
    source.only = source.options.format == "auto" ? nullptr : find_format(source.options.format);
    source.hinted = find_format(origin.hint);
    const bool labelled = sources.size() < kSourceLabelsMax;
    source.undecoded =
        &metrics.counter("tocsin_decode_undecoded_total", "Records that no format recognised",
                         {{"source", labelled ? origin.source : "other sources"}});
    return source;
  }

  SourceState& source_of(const RecordBatch& records, std::size_t index) {
    const std::uint32_t origin_index = records.origin_index(index);
    const Origin& origin = records.origins()[origin_index];
    if (&records == last_batch && &origin == last_origin && last_source != nullptr &&
        origin.source == last_name) {
      return *last_source;
    }
    std::string key = origin.source;
    key.append(1, '\0').append(origin.hint);
    auto found = sources.find(key);
    if (found == sources.end() && sources.size() < sources_max) {
      found = sources.emplace(key, new_source(origin)).first;
    }
    last_batch = &records;
    last_origin = &origin;
    last_name = origin.source;
    last_source = found == sources.end() ? &others : &found->second;
    return *last_source;
  }

  bool attempt(const Format& format, std::string_view text) {
    if (format.decode(text, writer)) {
      count(format);
      return true;
    }
    writer.clear();
    return false;
  }

  void count(const Format& format) {
    const auto at = static_cast<std::size_t>(&format - formats().data());
    if (at < decoded.size()) {
      decoded[at]->add();
    }
  }

  bool decode(SourceState& source, std::string_view text) {
    if (source.only != nullptr) {
      return attempt(*source.only, text);
    }
    const Format* const first = source.hinted != nullptr ? source.hinted : source.last;
    if (first != nullptr && attempt(*first, text)) {
      return true;
    }
    for (const Format& format : formats()) {
      if (&format != first && attempt(format, text)) {
        source.last = &format;
        return true;
      }
    }
    return false;
  }

  void write_undecoded(SourceState& source, std::string_view text) {
    source.undecoded->add();
    writer.text(fields::message, text);
    if (!writer.refusal().empty()) {
      writer.text(fields::error_message, writer.refusal());
    } else if (source.only != nullptr && source.only->name != "text") {
      writer.text(fields::error_message, "not in the format that this source is set to");
    }
  }

  EventWriter writer;
  DecodeOptionsOf options_of;
  Metrics& metrics;
  std::size_t sources_max;
  Counter& repaired;
  std::vector<Counter*> decoded;
  std::unordered_map<std::string, SourceState> sources;
  SourceState others;

  const RecordBatch* last_batch = nullptr;
  const Origin* last_origin = nullptr;
  std::string last_name;
  SourceState* last_source = nullptr;
};

Decoder::Decoder(FieldNames& names, DatasetCatalog& datasets, Metrics& metrics,
                 DecodeOptionsOf options_of, const DecodeLimits& limits)
    : state_(std::make_unique<State>(names, datasets, metrics, std::move(options_of), limits)) {}

Decoder::~Decoder() = default;

void Decoder::decode_next(const RecordBatch& records, std::size_t index, EventBatch& out) {
  State& state = *state_;
  SourceState& source = state.source_of(records, index);
  state.writer.start(out, index, source.options);
  std::string_view text = trim(records[index].bytes);
  // The JSON reader checks the bytes itself, and nothing else accepts a text that begins so.
  const bool json = text.starts_with('{') && source.only == nullptr;
  bool done = json && state.decode(source, text);
  const bool valid = done || is_valid_utf8(text);
  if (!valid) {
    state.repaired.add();
    state.writer.refuse({});
    text = trim(out.arena().copy(to_valid_utf8(text)));
  }
  if (!done && (!valid || !json)) {
    skip(text, "\xEF\xBB\xBF");
    done = state.decode(source, text);
  }
  if (!done) {
    state.write_undecoded(source, text);
  }
  state.writer.finish();
}

}  // namespace tocsin
