#include <algorithm>

#include "base/fail.h"
#include "detect/rule_test.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kRuleBytesMax = 4U << 20U;
constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kFilesMax = 100'000;

bool is_yaml(std::string_view name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

Status read_below(FileSystem& files, const std::string& path, std::size_t depth,
                  std::vector<RuleSource>& out) {
  TRY_ASSIGN(const FileInfo info, files.info(path));
  if (!info.is_directory) {
    if (out.size() >= kFilesMax) {
      return fail(ErrorCode::kTooLarge, "more than {} rule files below the folder", kFilesMax);
    }
    TRY_ASSIGN(std::string text, read_file(files, path, kRuleBytesMax));
    out.push_back({path, std::move(text)});
    return {};
  }
  if (depth > kDepthMax) {
    return fail(ErrorCode::kTooLarge, "{}: folders nested deeper than {}", path, kDepthMax);
  }
  TRY_ASSIGN(const std::vector<std::string> names, files.list(path));
  for (const std::string& name : names) {
    const std::string below = path + "/" + name;
    const bool descend = !is_yaml(name) && !name.starts_with('.') && name != "taxonomy";
    if (is_yaml(name)) {
      TRY(read_below(files, below, depth + 1, out));
    } else if (descend) {
      TRY_ASSIGN(const FileInfo info_below, files.info(below));
      if (info_below.is_directory) {
        TRY(read_below(files, below, depth + 1, out));
      }
    }
  }
  return {};
}

}  // namespace

Result<std::vector<RuleSource>> read_rule_sources(FileSystem& files, const std::string& path) {
  std::vector<RuleSource> sources;
  TRY(read_below(files, path, 0, sources));
  return sources;
}

}  // namespace tocsin
