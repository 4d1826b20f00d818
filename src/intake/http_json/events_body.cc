#include "intake/http_json/events_body.h"

#include <algorithm>
#include <array>
#include <utility>

#include <simdjson.h>

#include "intake/http_json/json_check.h"

namespace tocsin {
namespace {

constexpr std::size_t kReserveRecordsMax = 1 << 20U;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

constexpr auto kJsonLinesTypes = std::to_array<std::string_view>(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl",
     "application/jsonlines", "application/x-jsonlines", "application/json-lines",
     "application/stream+json", "text/x-ndjson", "text/ndjson"});

enum class Declared : std::uint8_t { kNothing, kText, kJson, kJsonLines };

Declared declared_by(std::string_view content_type) {
  if (std::ranges::find(kJsonLinesTypes, content_type) != kJsonLinesTypes.end()) {
    return Declared::kJsonLines;
  }
  if (content_type == "application/json" || content_type == "text/json" ||
      content_type.ends_with("+json")) {
    return Declared::kJson;
  }
  return content_type.starts_with("text/") ? Declared::kText : Declared::kNothing;
}

std::string_view without_space(std::string_view text) {
  while (!text.empty() && is_json_space(text.front())) {
    text.remove_prefix(1);
  }
  return text;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// Undeclared text is JSON only when it cannot well be anything else: log lines, too, begin with
// '[' or '{'.
bool looks_like_json(std::string_view text) {
  const std::string_view start = without_space(text);
  if (start.empty()) {
    return false;
  }
  const std::string_view next = without_space(start.substr(1));
  if (start[0] == '{') {
    return next.starts_with('"') || next.starts_with('}');
  }
  return start[0] == '[' && (next.starts_with('{') || next.starts_with('"'));
}

class BodyReader {
 public:
  BodyReader(std::string_view body, const EventsBodyLimits& limits, Micros received,
             std::uint32_t origin, RecordBatch& batch)
      : body_(body), limits_(limits), received_(received), origin_(origin), batch_(batch) {
    if (parser_.allocate(simdjson::SIMDJSON_PADDING, limits.depth_max) != simdjson::SUCCESS) {
      parser_.set_max_capacity(0);
    }
  }

  void read(Declared declared) {
    if (body_.starts_with(kBom)) {
      at_ = kBom.size();
    }
    const bool json = declared == Declared::kJson || declared == Declared::kJsonLines ||
                      (declared == Declared::kNothing && looks_like_json(rest()));
    if (!json) {
      result_.shape = BodyShape::kPlainLines;
      read_plain_lines();
    } else if (declared == Declared::kJsonLines || !is_one_structure()) {
      result_.shape = BodyShape::kJsonLines;
      read_json_lines();
    } else {
      result_.shape = BodyShape::kJsonValues;
      read_json_values();
    }
  }

  EventsBodyResult take() { return std::move(result_); }

 private:
  std::string_view rest() const { return body_.substr(at_); }

  // An array, an object written over several lines, or objects without line ends between them.
  bool is_one_structure() {
    const std::string_view start = without_space(rest());
    return start.starts_with('[') || !is_valid(first_line(start));
  }

  bool is_valid(std::string_view text) {
    return fast_accepts(text) || json_check(text, limits_.depth_max).fault == JsonFault::kNone;
  }

  // simdjson reads past the end of its input: near the end of the body it gets a padded copy.
  bool fast_accepts(std::string_view text) {
    const char* const readable_end = body_.data() + body_.size();
    const bool padded = text.data() + text.size() + simdjson::SIMDJSON_PADDING <= readable_end;
    if (!padded) {
      scratch_.assign(text);
      scratch_.append(simdjson::SIMDJSON_PADDING, '\0');
      text = std::string_view(scratch_).substr(0, text.size());
    }
    simdjson::dom::element ignored;
    return parser_.parse(text.data(), text.size(), false).get(ignored) == simdjson::SUCCESS;
  }

  void read_plain_lines() {
    const auto lines = static_cast<std::size_t>(std::count(body_.begin(), body_.end(), '\n')) + 1;
    batch_.reserve(batch_.size() + std::min(lines, kReserveRecordsMax),
                   batch_.bytes() + body_.size());
    while (at_ < body_.size()) {
      const std::size_t start = at_;
      std::string_view line = next_line();
      if (line.empty()) {
        continue;
      }
      if (line.size() > limits_.record_bytes_max) {
        line = line.substr(0, limits_.record_bytes_max);
        ++result_.truncated;
      }
      if (!keep(line, start)) {
        return;
      }
    }
  }

  std::string_view next_line() {
    const std::string_view text = rest();
    const std::size_t end = text.find('\n');
    at_ = end == std::string_view::npos ? body_.size() : at_ + end + 1;
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    return line;
  }

  void read_json_lines() {
    while (at_ < body_.size()) {
      const std::size_t start = at_;
      const std::string_view line = next_line();
      if (!without_space(line).empty() && !judge(line, start)) {
        return;
      }
    }
  }

  void skip_space() { at_ = body_.size() - without_space(rest()).size(); }

  // An array's elements, or values one after the other.
  void read_json_values() {
    skip_space();
    if (!rest().starts_with('[')) {
      read_value_sequence();
      return;
    }
    ++at_;
    skip_space();
    if (rest().starts_with(']')) {
      ++at_;
      end_of_array();
      return;
    }
    while (read_value()) {
      skip_space();
      if (rest().starts_with(']')) {
        ++at_;
        end_of_array();
        return;
      }
      if (!rest().starts_with(',')) {
        reject(at_, IntakeLoss::kBadJson,
               at_ == body_.size() ? "the array is cut off" : "expected ',' or ']'");
        return;
      }
      ++at_;
      skip_space();
    }
  }

  void end_of_array() {
    skip_space();
    if (at_ < body_.size()) {
      reject(at_, IntakeLoss::kBadJson, "expected nothing after the array");
    }
  }

  // After a bad value, reading goes on at the next line that begins with an object.
  void read_value_sequence() {
    while (at_ < body_.size()) {
      const std::size_t start = at_;
      const std::uint64_t rejected = result_.rejected;
      const bool found = read_value();
      if (found && result_.rejected == rejected) {
        skip_space();
        continue;
      }
      const std::size_t next = body_.find("\n{", start);
      if (next == std::string_view::npos || result_.accepted >= limits_.records_max) {
        return;
      }
      at_ = next + 1;
    }
  }

  // False when what follows cannot be found.
  bool read_value() {
    const std::size_t start = at_;
    const std::size_t size = json_extent(rest());
    if (size == std::string_view::npos || size == 0) {
      const JsonCheck check = json_check(rest(), limits_.depth_max);
      reject_checked(start, check);
      return false;
    }
    at_ += size;
    return judge(body_.substr(start, size), start);
  }

  // Keeps or rejects one JSON text. False when no more records may be kept.
  bool judge(std::string_view text, std::size_t start) {
    if (text.size() > limits_.record_bytes_max) {
      reject(start, IntakeLoss::kLineTooLong, "the record is longer than the limit");
      return true;
    }
    if (!fast_accepts(text)) {
      const JsonCheck check = json_check(text, limits_.depth_max);
      if (check.fault != JsonFault::kNone) {
        reject_checked(start, check);
        return true;
      }
    }
    return keep(text, start);
  }

  bool keep(std::string_view bytes, std::size_t start) {
    if (result_.accepted >= limits_.records_max || !batch_.add(origin_, received_, bytes)) {
      reject(start, IntakeLoss::kTooManyRecords,
             "too many records in one request; this and what follows was not taken");
      return false;
    }
    ++result_.accepted;
    return true;
  }

  void reject_checked(std::size_t start, const JsonCheck& check) {
    const IntakeLoss loss =
        check.fault == JsonFault::kTooDeep ? IntakeLoss::kTooDeep : IntakeLoss::kBadJson;
    reject(start + check.offset, loss, check.reason);
  }

  void reject(std::size_t offset, IntakeLoss loss, std::string_view reason) {
    ++result_.rejected;
    if (result_.rejections.size() >= limits_.rejections_listed_max) {
      return;
    }
    // Rejections come in the order of the body: lines are counted once.
    const std::string_view between = body_.substr(counted_to_, offset - counted_to_);
    line_ += static_cast<std::uint64_t>(std::count(between.begin(), between.end(), '\n'));
    counted_to_ = offset;
    const std::size_t line_start = body_.substr(0, offset).rfind('\n');
    const std::size_t column =
        line_start == std::string_view::npos ? offset + 1 : offset - line_start;
    result_.rejections.push_back({line_, column, loss, std::string(reason)});
  }

  const std::string_view body_;
  const EventsBodyLimits& limits_;
  const Micros received_;
  const std::uint32_t origin_;
  RecordBatch& batch_;
  std::size_t at_ = 0;
  std::size_t counted_to_ = 0;
  std::uint64_t line_ = 1;
  simdjson::dom::parser parser_;
  std::string scratch_;
  EventsBodyResult result_;
};

}  // namespace

EventsBodyResult read_events_body(std::string_view body, std::string_view content_type,
                                  const EventsBodyLimits& limits, Micros received,
                                  std::uint32_t origin, RecordBatch& batch) {
  BodyReader reader(body, limits, received, origin, batch);
  reader.read(declared_by(content_type));
  return reader.take();
}

}  // namespace tocsin
