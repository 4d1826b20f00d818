#include "detect/sigma/rule_document.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin::sigma {
namespace {

constexpr std::size_t kTitleCharactersMax = 256;
constexpr std::size_t kDescriptionBytesMax = 65'535;
constexpr std::size_t kListMax = 1'000;
constexpr std::array<std::string_view, 5> kStatuses = {"stable", "test", "experimental",
                                                       "deprecated", "unsupported"};
constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high",
                                                     "critical"};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Parsed<std::string> text_of(const YamlNode& root, std::string_view key) {
  const YamlNode* node = root.find(key);
  if (node == nullptr || node->is_null()) {
    return std::string();
  }
  if (!node->is_scalar()) {
    return Problem{node,
                   fmt::format("\"{}\" must be text, not {}", key, yaml_kind_name(node->kind()))};
  }
  return node->text();
}

Parsed<std::vector<std::string>> texts_of(const YamlNode& root, std::string_view key) {
  const YamlNode* node = root.find(key);
  if (node == nullptr || node->is_null()) {
    return std::vector<std::string>();
  }
  return read_texts(*node);
}

template <std::size_t N>
void warn_unknown(const YamlNode& root, std::string_view key,
                  const std::array<std::string_view, N>& known, std::vector<Problem>& warnings) {
  const YamlNode* node = root.find(key);
  if (node == nullptr || std::ranges::find(known, node->text()) != known.end()) {
    return;
  }
  const std::string_view close = closest_word(node->text(), {known.begin(), known.end()});
  warnings.push_back({node, close.empty() ? fmt::format("unknown {} \"{}\"", key, node->text())
                                          : fmt::format("unknown {} \"{}\"; did you mean \"{}\"?",
                                                        key, node->text(), close)});
}

Parsed<Logsource> read_logsource(const YamlNode& root) {
  const YamlNode* node = root.find("logsource");
  if (node == nullptr || !node->is_mapping()) {
    return Problem{node == nullptr ? &root : node, "the logsource is missing or not a map"};
  }
  Logsource logsource;
  for (const auto& [name, word] :
       {std::pair{"category", &logsource.category}, std::pair{"product", &logsource.product},
        std::pair{"service", &logsource.service}}) {
    TRY_ASSIGN(*word, text_of(*node, name));
    *word = to_lower(*word);
  }
  if (logsource.empty()) {
    return Problem{node, "the logsource names no category, product or service"};
  }
  return logsource;
}

// Our own key: tocsin: {group-by: […], noun: "failed log-ins", …}.
Parsed<bool> read_own(const YamlNode& root, Header& header) {
  const YamlNode* own = root.find("tocsin");
  if (own == nullptr) {
    return true;
  }
  if (!own->is_mapping()) {
    return Problem{own, "\"tocsin\" must be a map"};
  }
  TRY_ASSIGN(header.group_by, texts_of(*own, "group-by"));
  TRY_ASSIGN(header.noun, text_of(*own, "noun"));
  TRY_ASSIGN(header.info.playbook, text_of(*own, "playbook"));
  return true;
}

Parsed<bool> read_lists(const YamlNode& root, RuleInfo& info) {
  TRY_ASSIGN(info.tags, texts_of(root, "tags"));
  TRY_ASSIGN(info.references, texts_of(root, "references"));
  TRY_ASSIGN(info.false_positives, texts_of(root, "falsepositives"));
  const YamlNode* author = root.find("author");
  if (author != nullptr && author->is_sequence()) {
    TRY_ASSIGN(const auto authors, read_texts(*author));
    for (const std::string& one : authors) {
      info.author += (info.author.empty() ? "" : ", ") + one;
    }
  } else {
    TRY_ASSIGN(info.author, text_of(root, "author"));
  }
  return true;
}

Parsed<bool> read_texts_of_info(const YamlNode& root, RuleInfo& info) {
  TRY_ASSIGN(info.title, text_of(root, "title"));
  if (info.title.empty()) {
    return Problem{&root, "the title is missing"};
  }
  if (characters(info.title) > kTitleCharactersMax) {
    return Problem{root.find("title"),
                   fmt::format("the title is longer than {} characters", kTitleCharactersMax)};
  }
  TRY_ASSIGN(info.description, text_of(root, "description"));
  if (info.description.size() > kDescriptionBytesMax) {
    return Problem{root.find("description"),
                   fmt::format("the description is longer than {} bytes", kDescriptionBytesMax)};
  }
  TRY_ASSIGN(info.id, text_of(root, "id"));
  TRY_ASSIGN(info.status, text_of(root, "status"));
  TRY_ASSIGN(const std::string level, text_of(root, "level"));
  info.level = parse_level(level);
  return true;
}

// Without what separates documents: a rule that moves within its file stays the same.
std::string_view own_text(std::string_view source) {
  constexpr std::string_view kSeparator = "---";
  source = trim(source);
  if (source.starts_with(kSeparator)) {
    source.remove_prefix(kSeparator.size());
  }
  if (source.ends_with(kSeparator)) {
    source.remove_suffix(kSeparator.size());
  }
  return trim(source);
}

}  // namespace

DocumentKind document_kind(const YamlNode& root) {
  return root.find("correlation") != nullptr ? DocumentKind::kCorrelation
         : root.find("filter") != nullptr    ? DocumentKind::kFilter
         : root.find("monitor") != nullptr   ? DocumentKind::kMonitor
                                             : DocumentKind::kRule;
}

Parsed<std::vector<std::string>> read_texts(const YamlNode& node) {
  if (node.is_scalar()) {
    return std::vector<std::string>{node.text()};
  }
  if (!node.is_sequence() || node.items().size() > kListMax) {
    return Problem{&node, fmt::format("a list of at most {} texts is expected", kListMax)};
  }
  std::vector<std::string> texts;
  for (const YamlNode* item : node.items()) {
    if (!item->is_scalar()) {
      return Problem{item, "text is expected"};
    }
    texts.push_back(item->text());
  }
  return texts;
}

Parsed<Header> read_header(const YamlFile& file, const YamlDocument& document, DocumentKind kind) {
  const YamlNode& root = *document.root;
  if (!root.is_mapping()) {
    return Problem{&root, fmt::format("a rule is a map, not {}", yaml_kind_name(root.kind()))};
  }
  Header header;
  RuleInfo& info = header.info;
  TRY(read_texts_of_info(root, info));
  TRY(read_lists(root, info));
  TRY_ASSIGN(header.name, text_of(root, "name"));
  TRY_ASSIGN(const std::string taxonomy, text_of(root, "taxonomy"));
  if (!taxonomy.empty() && taxonomy != "sigma" && taxonomy != "ecs") {
    return Problem{root.find("taxonomy"), fmt::format("taxonomy \"{}\" is not known", taxonomy)};
  }
  if (kind != DocumentKind::kCorrelation) {
    TRY_ASSIGN(header.logsource, read_logsource(root));
  }
  TRY(read_own(root, header));
  warn_unknown(root, "status", kStatuses, header.warnings);
  warn_unknown(root, "level", kLevels, header.warnings);
  info.logsource = logsource_text(header.logsource);
  info.file = file.name();
  info.line = root.line();
  info.version = fmt::format("{:016x}", hash64(own_text(document.source)));
  if (info.id.empty()) {
    info.id = fmt::format("{:016x}", hash64(info.title, hash64(info.file)));
  }
  return header;
}

}  // namespace tocsin::sigma
