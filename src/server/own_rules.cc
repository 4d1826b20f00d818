#include "server/own_rules.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kPlainIdBytesMax = 64;
constexpr std::size_t kHashedDigits = 32;
constexpr std::string_view kSuffix = ".yml";

bool is_plain(std::string_view id) {
  return !id.empty() && id.size() <= kPlainIdBytesMax && std::ranges::all_of(id, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

// The values of the `id:` keys at the beginning of a line.
std::set<std::string, std::less<>> ids_of(std::string_view text) {
  std::set<std::string, std::less<>> ids;
  for (std::string_view line : split(text, '\n')) {
    if (!line.starts_with("id:")) {
      continue;
    }
    line = trim(line.substr(3, line.find(" #") == std::string_view::npos ? std::string_view::npos
                                                                         : line.find(" #") - 3));
    if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') &&
        line.back() == line.front()) {
      line = line.substr(1, line.size() - 2);
    }
    ids.emplace(line);
  }
  return ids;
}

}  // namespace

std::string OwnRules::file_of(std::string_view id) {
  const std::string name =
      is_plain(id) ? std::string(id)
                   : "rule-" + hex_encode(digest_view(sha256(id))).substr(0, kHashedDigits);
  return std::string(kOwnRulePrefix) + name + std::string(kSuffix);
}

std::string OwnRules::path_of(std::string_view file) const {
  return folder_ + "/" + std::string(file.substr(kOwnRulePrefix.size()));
}

Result<std::vector<RuleSource>> OwnRules::read() const {
  std::vector<RuleSource> sources;
  if (folder_.empty()) {
    return sources;
  }
  Result<std::vector<std::string>> names = files_.list(folder_);
  if (!names && names.error().code() == ErrorCode::kNotFound) {
    return sources;
  }
  if (!names) {
    return names.error();
  }
  std::ranges::sort(*names);
  for (const std::string& name : *names) {
    if (!name.ends_with(kSuffix)) {
      continue;
    }
    const std::string file = std::string(kOwnRulePrefix) + name;
    TRY_ASSIGN(std::string content, text(file));
    sources.push_back({file, std::move(content)});
  }
  return sources;
}

Result<std::string> OwnRules::text(std::string_view file) const {
  return read_file(files_, path_of(file), kOwnRuleBytesMax);
}

Status OwnRules::write(std::string_view file, std::string_view text) const {
  if (folder_.empty()) {
    return fail(ErrorCode::kUnavailable, "there is no folder for rules of one's own");
  }
  TRY(files_.create_directories(folder_));
  return write_file_atomically(files_, path_of(file), text);
}

Status OwnRules::remove(std::string_view file) const {
  return files_.remove(path_of(file));
}

std::vector<RuleSource> without_replaced(std::vector<RuleSource> sources,
                                         const std::vector<RuleSource>& own) {
  std::set<std::string, std::less<>> replaced;
  for (const RuleSource& one : own) {
    replaced.merge(ids_of(one.text));
  }
  if (!replaced.empty()) {
    std::erase_if(sources, [&](const RuleSource& one) {
      const auto ids = ids_of(one.text);
      return !ids.empty() &&
             std::ranges::all_of(ids, [&](const auto& id) { return replaced.contains(id); });
    });
  }
  return sources;
}

}  // namespace tocsin
