#include "config/section.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

std::optional<std::int64_t> parse_zone(std::string_view text) {
  if (text == "Z" || text == "UTC") {
    return 0;
  }
  std::string digits;
  for (const char c : text.substr(text.empty() ? 0 : 1)) {
    if (c != ':') {
      digits += c;
    }
  }
  const auto number = parse_int(digits);
  const bool signed_four = digits.size() == 4 && (text[0] == '+' || text[0] == '-');
  if (!signed_four || !number || *number < 0 || *number / 100 > 18 || *number % 100 > 59) {
    return std::nullopt;
  }
  return (*number / 100 * 60 + *number % 100) * (text[0] == '-' ? -1 : 1);
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kUnits = {
      {{"KiB", 1ULL << 10U}, {"MiB", 1ULL << 20U}, {"GiB", 1ULL << 30U}, {"TiB", 1ULL << 40U}}};
  std::uint64_t unit_bytes = 1;
  for (const auto& [unit, size] : kUnits) {
    if (text.ends_with(unit)) {
      text = trim(text.substr(0, text.size() - unit.size()));
      unit_bytes = size;
      break;
    }
  }
  const auto number = parse_int(text);
  if (!number || *number < 0 ||
      static_cast<std::uint64_t>(*number) > std::numeric_limits<std::int64_t>::max() / unit_bytes) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number) * unit_bytes;
}

Section::Section(const YamlFile& file, const YamlNode* node, std::string path,
                 std::vector<std::string>& problems)
    : file_(file), node_(node), path_(std::move(path)), problems_(problems) {
  if (node_ != nullptr && node_->is_null()) {
    node_ = nullptr;
  }
  if (node_ != nullptr && !node_->is_mapping()) {
    problems_.push_back(
        file_.error_at(*node_, fmt::format("\"{}\" must be a mapping (key: value)", path_)).text());
    node_ = nullptr;
  }
}

const YamlNode* Section::take(std::string_view key) {
  known_.push_back(key);
  const YamlNode* value = node_ == nullptr ? nullptr : node_->find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const YamlNode* Section::take_scalar(std::string_view key, std::string_view wanted) {
  const YamlNode* value = take(key);
  if (value != nullptr && !value->is_scalar()) {
    report(*value, key, fmt::format("must be {}, not a {}", wanted, yaml_kind_name(value->kind())));
    return nullptr;
  }
  return value;
}

void Section::report(const YamlNode& node, std::string_view key, std::string_view what) {
  const std::string name = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  problems_.push_back(file_.error_at(node, fmt::format("\"{}\" {}", name, what)).text());
}

void Section::text(std::string_view key, std::string& out) {
  if (const YamlNode* value = take_scalar(key, "a text")) {
    out = value->text();
  }
}

void Section::word(std::string_view key, std::span<const std::string_view> allowed,
                   std::string& out) {
  const YamlNode* value = take_scalar(key, "a word");
  if (value == nullptr) {
    return;
  }
  if (std::ranges::find(allowed, value->text()) == allowed.end()) {
    report(*value, key,
           fmt::format("is \"{}\", must be one of: {}", value->text(), fmt::join(allowed, ", ")));
    return;
  }
  out = value->text();
}

void Section::flag(std::string_view key, bool& out) {
  const YamlNode* value = take_scalar(key, "true or false");
  if (value == nullptr) {
    return;
  }
  if (value->kind() != YamlKind::kBool) {
    report(*value, key, fmt::format("is \"{}\", must be true or false", value->text()));
    return;
  }
  out = value->as_bool();
}

void Section::number(std::string_view key, std::uint64_t min, std::uint64_t max,
                     std::uint64_t& out) {
  const YamlNode* value = take_scalar(key, "a whole number");
  if (value == nullptr) {
    return;
  }
  const bool whole = value->kind() == YamlKind::kInt && value->as_int() >= 0;
  const std::uint64_t number = whole ? static_cast<std::uint64_t>(value->as_int()) : 0;
  if (!whole || number < min || number > max) {
    report(*value, key,
           fmt::format("is \"{}\", must be a whole number from {} to {}", value->text(), min, max));
    return;
  }
  out = number;
}

void Section::bytes(std::string_view key, std::uint64_t min, std::uint64_t max,
                    std::uint64_t& out) {
  const YamlNode* value = take_scalar(key, "a size like 64MiB");
  if (value == nullptr) {
    return;
  }
  const auto size = parse_bytes(value->text());
  if (!size || *size < min || *size > max) {
    report(*value, key,
           fmt::format("is \"{}\", must be a size from {} to {} bytes, like 64MiB", value->text(),
                       min, max));
    return;
  }
  out = *size;
}

void Section::span(std::string_view key, Span min, Span max, Span& out) {
  const YamlNode* value = take_scalar(key, "a time span like 30s or 90d");
  if (value == nullptr) {
    return;
  }
  const auto length = parse_span(value->text());
  if (!length || *length < min || *length > max) {
    report(*value, key,
           fmt::format("is \"{}\", must be a time span from {} to {}, like 30s, 15m, 90d",
                       value->text(), span_text(min), span_text(max)));
    return;
  }
  out = *length;
}

void Section::texts(std::string_view key, std::vector<std::string>& out) {
  const YamlNode* value = take(key);
  if (value == nullptr) {
    return;
  }
  std::vector<const YamlNode*> items = {value};
  if (value->is_sequence()) {
    items = value->items();
  }
  std::vector<std::string> read;
  for (const YamlNode* item : items) {
    if (!item->is_scalar() || item->is_null()) {
      report(*item, key, "must be a text or a list of texts");
      return;
    }
    read.push_back(item->text());
  }
  out = std::move(read);
}

void Section::zone(std::string_view key, std::optional<std::int64_t>& offset_minutes) {
  const YamlNode* value = take_scalar(key, "a zone like +01:00");
  if (value == nullptr) {
    return;
  }
  const auto zone = parse_zone(value->text());
  if (!zone) {
    report(*value, key, fmt::format("is \"{}\", must be a zone like +01:00", value->text()));
    return;
  }
  offset_minutes = zone;
}

Section Section::section(std::string_view key) {
  const std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  return {file_, take(key), path, problems_};
}

void Section::each(std::string_view key, const std::function<void(Section&)>& read_item) {
  const YamlNode* value = take(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_sequence()) {
    report(*value, key, "must be a list (lines that begin with \"- \")");
    return;
  }
  for (std::size_t i = 0; i < value->items().size(); ++i) {
    Section item(file_, value->items()[i], fmt::format("{}[{}]", key, i), problems_);
    read_item(item);
    item.finish();
  }
}

std::string Section::place() const {
  return node_ == nullptr ? std::string() : fmt::format("{}:{}", file_.name(), node_->line());
}

void Section::problem(std::string_view what) {
  if (node_ != nullptr) {
    problems_.push_back(file_.error_at(*node_, fmt::format("\"{}\" {}", path_, what)).text());
  }
}

void Section::problem_at(std::string_view key, std::string_view what) {
  const YamlNode* value = node_ == nullptr ? nullptr : node_->find(key);
  if (value != nullptr) {
    report(*value, key, what);
  } else {
    problem(fmt::format("{}: {}", key, what));
  }
}

void Section::finish() {
  if (node_ == nullptr) {
    return;
  }
  for (const YamlEntry& entry : node_->entries()) {
    const std::string& name = entry.key->text();
    if (std::ranges::find(known_, name) != known_.end()) {
      continue;
    }
    const std::string_view near = closest_word(name, known_);
    const std::string hint = near.empty() ? fmt::format("known here: {}", fmt::join(known_, ", "))
                                          : fmt::format("did you mean \"{}\"?", near);
    report(*entry.key, name, fmt::format("is not a setting; {}", hint));
  }
}

}  // namespace tocsin
