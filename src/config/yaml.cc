#include "config/yaml.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <libfyaml.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool all_of_set(std::string_view text, std::string_view set) {
  return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

// YAML 1.2 core schema, chapter 10.3.2: [-+]? [0-9]+ | 0o [0-7]+ | 0x [0-9a-fA-F]+
std::optional<std::int64_t> core_int(std::string_view text) {
  int base = 10;
  bool negative = false;
  if (text.starts_with("0o") && all_of_set(text.substr(2), "01234567")) {
    base = 8;
    text.remove_prefix(2);
  } else if (text.starts_with("0x") && all_of_set(text.substr(2), "0123456789abcdefABCDEF")) {
    base = 16;
    text.remove_prefix(2);
  } else {
    negative = text.starts_with('-');
    text.remove_prefix(negative || text.starts_with('+') ? 1 : 0);
    if (!all_of_set(text, kDigits)) {
      return std::nullopt;
    }
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || value > static_cast<std::uint64_t>(INT64_MAX)) {
    return std::nullopt;
  }
  const auto number = static_cast<std::int64_t>(value);
  return negative ? -number : number;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
std::optional<double> core_double(std::string_view text) {
  const std::string_view written = text;
  const bool plus = text.starts_with('+');
  text.remove_prefix(plus || text.starts_with('-') ? 1 : 0);
  const std::size_t whole = std::min(text.find_first_not_of(kDigits), text.size());
  std::size_t at = whole;
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = std::min(text.find_first_not_of(kDigits, at + 1), text.size());
    fraction = end - at - 1;
    at = end;
  }
  if (whole + fraction == 0) {
    return std::nullopt;
  }
  if (at < text.size()) {
    std::string_view exponent = text.substr(at + 1);
    exponent.remove_prefix(exponent.starts_with('+') || exponent.starts_with('-') ? 1 : 0);
    if ((text[at] != 'e' && text[at] != 'E') || !all_of_set(exponent, kDigits)) {
      return std::nullopt;
    }
  }
  return parse_double(plus ? text : written);
}

// The bytes that YAML 1.2 allows in a stream (chapter 5.1), of UTF-8 text.
bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
}

std::size_t first_bad_line(std::string_view text) {
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (!is_valid_utf8(line) || !is_printable(line)) {
      break;
    }
  }
  return number;
}

struct ParserCloser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct DiagCloser {
  void operator()(fy_diag* diag) const {
    fy_diag_reset_error(diag);  // frees the collected errors; destroying alone would not
    fy_diag_destroy(diag);
  }
};

std::string_view token_text(fy_token* token) {
  std::size_t size = 0;
  const char* text = token == nullptr ? nullptr : fy_token_get_text(token, &size);
  return text == nullptr ? std::string_view{} : std::string_view(text, size);
}

}  // namespace

std::string_view yaml_kind_name(YamlKind kind) {
  switch (kind) {
    case YamlKind::kNull:
      return "null";
    case YamlKind::kBool:
      return "true or false";
    case YamlKind::kInt:
      return "whole number";
    case YamlKind::kDouble:
      return "number";
    case YamlKind::kText:
      return "text";
    case YamlKind::kSequence:
      return "list";
    case YamlKind::kMapping:
      return "map";
  }
  return "value";
}

double YamlNode::as_double() const {
  return kind_ == YamlKind::kInt ? static_cast<double>(int_) : double_;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries_) {
    if (entry.key->text() == key) {
      return entry.value;
    }
  }
  return nullptr;
}

Error YamlFile::error_at(const YamlNode& node, std::string_view what) const {
  return fail(ErrorCode::kInvalid, "{}:{}:{}: {}", name_, node.line(), node.column(), what);
}

// Builds the tree from the parser's events, with a stack of the collections that are open.
class YamlReader {
 public:
  YamlReader(YamlFile& file, const YamlLimits& limits) : file_(file), limits_(limits) {}

  Status read();

 private:
  struct Open {
    YamlNode* node;
    std::string anchor;
    const YamlNode* key = nullptr;  // of a mapping: the key that waits for its value
    std::unordered_set<std::string_view> keys;
  };

  Status take(fy_event& event);
  Status take_scalar(fy_event& event);
  Status take_alias(fy_event& event);
  Status open(fy_event& event, YamlKind kind, fy_token* anchor);
  Status close();
  Status place(YamlNode& node);
  Result<YamlNode*> make(fy_event& event);
  void start_document(fy_event& event);
  void end_document();
  Error parser_error(fy_diag& diag) const;

  YamlFile& file_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::unordered_map<std::string, YamlNode*> anchors_;
  YamlNode* root_ = nullptr;
  std::size_t document_start_ = 0;
};

namespace {

void set_plain(std::string_view text, YamlKind& kind, std::int64_t& number, double& real) {
  kind = YamlKind::kText;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    kind = YamlKind::kNull;
  } else if (text == "true" || text == "True" || text == "TRUE") {
    kind = YamlKind::kBool;
    number = 1;
  } else if (text == "false" || text == "False" || text == "FALSE") {
    kind = YamlKind::kBool;
  } else if (const auto whole = core_int(text)) {
    kind = YamlKind::kInt;
    number = *whole;
  } else if (const auto broken = core_double(text)) {
    kind = YamlKind::kDouble;
    real = *broken;
  }
}

}  // namespace

Result<YamlNode*> YamlReader::make(fy_event& event) {
  YamlNode& node = file_.nodes_.emplace_back();
  if (const fy_mark* mark = fy_event_start_mark(&event)) {
    node.line_ = mark->line + 1;
    node.column_ = mark->column + 1;
  }
  if (file_.nodes_.size() > limits_.nodes_max) {
    return file_.error_at(node, fmt::format("more than {} nodes", limits_.nodes_max));
  }
  return &node;
}

Status YamlReader::take_scalar(fy_event& event) {
  TRY_ASSIGN(YamlNode * node, make(event));
  node->text_ = token_text(event.scalar.value);
  node->kind_ = YamlKind::kText;
  const fy_scalar_style style = fy_token_scalar_style(event.scalar.value);
  if (style == FYSS_PLAIN) {
    set_plain(node->text_, node->kind_, node->int_, node->double_);
  } else if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
    node->column_ = std::max(1, node->column_ - 1);  // the mark stands behind the quote
  }
  if (event.scalar.anchor != nullptr) {
    anchors_[std::string(token_text(event.scalar.anchor))] = node;
  }
  return place(*node);
}

Status YamlReader::take_alias(fy_event& event) {
  TRY_ASSIGN(YamlNode * node, make(event));
  node->column_ = std::max(1, node->column_ - 1);  // the mark stands behind the asterisk
  const std::string name(token_text(event.alias.anchor));
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    return file_.error_at(*node, fmt::format("alias *{} names no finished anchor", name));
  }
  return place(*found->second);
}

Status YamlReader::open(fy_event& event, YamlKind kind, fy_token* anchor) {
  TRY_ASSIGN(YamlNode * node, make(event));
  node->kind_ = kind;
  if (open_.size() >= limits_.depth_max) {
    return file_.error_at(*node, fmt::format("nested deeper than {}", limits_.depth_max));
  }
  open_.push_back({node, std::string(token_text(anchor)), nullptr, {}});
  return {};
}

Status YamlReader::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  if (!done.anchor.empty()) {
    anchors_[done.anchor] = done.node;
  }
  return place(*done.node);
}

Status YamlReader::place(YamlNode& node) {
  if (open_.empty()) {
    root_ = &node;
    return {};
  }
  Open& parent = open_.back();
  parent.node->weight_ += node.weight_;
  if (parent.node->weight_ > limits_.nodes_max) {
    return file_.error_at(
        *parent.node, fmt::format("grows to more than {} nodes by its aliases", limits_.nodes_max));
  }
  if (parent.node->is_sequence()) {
    parent.node->items_.push_back(&node);
  } else if (parent.key == nullptr) {
    if (!node.is_scalar()) {
      return file_.error_at(node, "a key must be a scalar");
    }
    if (!parent.keys.insert(node.text()).second) {
      return file_.error_at(node, fmt::format("duplicate key \"{}\"", node.text()));
    }
    parent.key = &node;
  } else {
    parent.node->entries_.push_back({parent.key, &node});
    parent.key = nullptr;
  }
  return {};
}

void YamlReader::start_document(fy_event& event) {
  anchors_.clear();
  root_ = nullptr;
  const fy_mark* mark = fy_event_start_mark(&event);
  const std::size_t at = mark == nullptr ? 0 : std::min(mark->input_pos, file_.text_->size());
  if (!file_.documents_.empty()) {
    YamlDocument& before = file_.documents_.back();
    before.source = std::string_view(*file_.text_).substr(document_start_, at - document_start_);
  }
  document_start_ = at;
}

void YamlReader::end_document() {
  if (root_ != nullptr && !root_->is_null()) {
    file_.documents_.push_back({root_, std::string_view(*file_.text_).substr(document_start_)});
  }
}

Status YamlReader::take(fy_event& event) {
  switch (event.type) {
    case FYET_DOCUMENT_START:
      if (file_.documents_.size() >= limits_.documents_max) {
        return fail(ErrorCode::kTooLarge, "{}: more than {} documents", file_.name_,
                    limits_.documents_max);
      }
      start_document(event);
      return {};
    case FYET_DOCUMENT_END:
      end_document();
      return {};
    case FYET_SCALAR:
      return take_scalar(event);
    case FYET_ALIAS:
      return take_alias(event);
    case FYET_MAPPING_START:
      return open(event, YamlKind::kMapping, event.mapping_start.anchor);
    case FYET_SEQUENCE_START:
      return open(event, YamlKind::kSequence, event.sequence_start.anchor);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
      return close();
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
      return {};
  }
  return {};
}

Error YamlReader::parser_error(fy_diag& diag) const {
  void* iterator = nullptr;
  while (const fy_diag_error* error = fy_diag_errors_iterate(&diag, &iterator)) {
    if (error->type == FYET_ERROR) {
      return fail(ErrorCode::kInvalid, "{}:{}:{}: {}", file_.name_, std::max(error->line, 1),
                  std::max(error->column, 1), to_valid_utf8(trim(error->msg)));
    }
  }
  return fail(ErrorCode::kInvalid, "{}:1:1: not YAML", file_.name_);
}

Status YamlReader::read() {
  fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  diag_config.fp = nullptr;
  const std::unique_ptr<fy_diag, DiagCloser> diag(fy_diag_create(&diag_config));
  if (diag == nullptr) {
    return fail(ErrorCode::kExhausted, "{}: no memory for the YAML parser", file_.name_);
  }
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2);
  config.diag = diag.get();
  const std::unique_ptr<fy_parser, ParserCloser> parser(fy_parser_create(&config));
  if (parser == nullptr ||
      fy_parser_set_string(parser.get(), file_.text_->data(), file_.text_->size()) != 0) {
    return fail(ErrorCode::kExhausted, "{}: no memory for the YAML parser", file_.name_);
  }
  while (fy_event* event = fy_parser_parse(parser.get())) {
    Status taken = take(*event);
    fy_parser_event_free(parser.get(), event);
    TRY(std::move(taken));
  }
  if (fy_parser_get_stream_error(parser.get()) || fy_diag_got_error(diag.get())) {
    return parser_error(*diag);
  }
  return {};
}

Result<YamlFile> YamlFile::parse(std::string_view text, std::string name,
                                 const YamlLimits& limits) {
  YamlFile file;
  file.name_ = std::move(name);
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  if (text.size() > limits.bytes_max) {
    return fail(ErrorCode::kTooLarge, "{}: {} bytes, more than {}", file.name_, text.size(),
                limits.bytes_max);
  }
  if (!is_valid_utf8(text) || !is_printable(text)) {
    const std::size_t line = first_bad_line(text);
    return fail(ErrorCode::kInvalid, "{}:{}:1: bytes that are not UTF-8 text", file.name_, line);
  }
  file.text_ = std::make_unique<const std::string>(text);
  YamlReader reader(file, limits);
  TRY(reader.read());
  return file;
}

}  // namespace tocsin
