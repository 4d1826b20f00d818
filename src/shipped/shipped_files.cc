#include "shipped/shipped_files.h"

#include <algorithm>

#include "shipped/embedded.h"

namespace tocsin {
namespace {

std::vector<ShippedFile> files_where(bool (*wanted)(std::string_view path)) {
  std::vector<ShippedFile> files;
  for (const ShippedFile& file : shipped_files()) {
    if (wanted(file.path)) {
      files.push_back(file);
    }
  }
  return files;
}

}  // namespace

std::span<const ShippedFile> shipped_files() {
  return embedded_files();
}

std::vector<ShippedFile> shipped_rules() {
  return files_where([](std::string_view path) { return path.ends_with("/rule.yml"); });
}

std::vector<ShippedFile> shipped_taxonomy() {
  return files_where([](std::string_view path) {
    return path.starts_with("taxonomy/") && path.ends_with(".yml");
  });
}

std::vector<ShippedFile> shipped_playbooks() {
  return files_where([](std::string_view path) { return path.starts_with("playbooks/"); });
}

std::vector<ShippedFile> shipped_dashboards() {
  return files_where([](std::string_view path) { return path.starts_with("dashboards/"); });
}

std::optional<ShippedFile> find_shipped_file(std::string_view path) {
  const std::span<const ShippedFile> files = shipped_files();
  const auto found = std::ranges::lower_bound(files, path, {}, &ShippedFile::path);
  if (found == files.end() || found->path != path) {
    return std::nullopt;
  }
  return *found;
}

}  // namespace tocsin
