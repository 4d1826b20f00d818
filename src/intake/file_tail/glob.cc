#include "intake/file_tail/glob.h"

#include <algorithm>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kDirectoriesMax = 10'000;

class Walk {
 public:
  Walk(FileSystem& files, std::vector<std::string_view> parts, std::size_t files_max)
      : files_(files), parts_(std::move(parts)), files_max_(files_max) {}

  void into(const std::string& directory, std::size_t part, std::size_t depth) {
    if (part == parts_.size()) {
      return;
    }
    const std::string_view pattern = parts_[part];
    if (pattern == "**") {
      into(directory, part + 1, depth);
      if (depth < kGlobDepthMax) {
        for (const std::string& name : names_in(directory)) {
          descend(child(directory, name), part, depth + 1);
        }
      }
      return;
    }
    if (pattern.find_first_of("*?") == std::string_view::npos) {
      if (part + 1 == parts_.size()) {
        note(directory);
      }
      reach(child(directory, pattern), part, depth);
      return;
    }
    for (const std::string& name : names_in(directory)) {
      if ((name[0] != '.' || pattern[0] == '.') && glob_match(pattern, name)) {
        reach(child(directory, name), part, depth);
      }
    }
  }

  GlobMatches take() {
    sort_once(found_.files);
    sort_once(found_.directories);
    return std::move(found_);
  }

 private:
  static std::string child(const std::string& directory, std::string_view name) {
    std::string path = directory;
    if (!path.empty() && path.back() != '/') {
      path += '/';
    }
    path += name;
    return path;
  }

  static void sort_once(std::vector<std::string>& names) {
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
  }

  void note(const std::string& directory) {
    found_.directories.push_back(directory.empty() ? "." : directory);
  }

  std::vector<std::string> names_in(const std::string& directory) {
    if (++listed_ > kDirectoriesMax) {
      return {};
    }
    note(directory);
    auto names = files_.list(directory.empty() ? "." : directory);
    return names ? *std::move(names) : std::vector<std::string>{};
  }

  void descend(const std::string& path, std::size_t part, std::size_t depth) {
    const auto info = files_.info(path);
    if (info && info->is_directory) {
      into(path, part, depth);
    }
  }

  void reach(const std::string& path, std::size_t part, std::size_t depth) {
    if (part + 1 < parts_.size()) {
      descend(path, part + 1, depth);
      return;
    }
    const auto info = files_.info(path);
    if (!info || info->is_directory) {
      return;
    }
    if (found_.files.size() >= files_max_) {
      ++found_.over_limit;
      return;
    }
    found_.files.push_back(path);
  }

  FileSystem& files_;
  const std::vector<std::string_view> parts_;
  const std::size_t files_max_;
  std::size_t listed_ = 0;
  GlobMatches found_;
};

}  // namespace

GlobMatches expand_glob(FileSystem& files, std::string_view pattern, std::size_t files_max) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(pattern, '/')) {
    if (!part.empty()) {
      parts.push_back(part);
    }
  }
  Walk walk(files, std::move(parts), files_max);
  walk.into(pattern.starts_with('/') ? "/" : "", 0, 0);
  return walk.take();
}

}  // namespace tocsin
