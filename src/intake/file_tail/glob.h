// Globs over a FileSystem: "/var/log/*.log", "/srv/*/app?.log", "/srv/**/error.log" ("**" is any
// number of folders, at most kGlobDepthMax). Names that begin with '.' match only a written '.'.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sys/file_system.h"

namespace tocsin {

inline constexpr std::size_t kGlobDepthMax = 8;

struct GlobMatches {
  std::vector<std::string> files;        // sorted, each once
  std::vector<std::string> directories;  // that were looked into: where new files may appear
  std::size_t over_limit = 0;            // matches left out because of files_max
};

// Folders that cannot be read match nothing.
GlobMatches expand_glob(FileSystem& files, std::string_view pattern, std::size_t files_max);

}  // namespace tocsin
