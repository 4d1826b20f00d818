// Where commands that work without a server keep compiled pattern databases between runs.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

struct PatternCacheChoice {
  std::string folder;  // as given by --cache
  bool off = false;    // --no-cache

  void add_options(CLI::App& command);
};

// The given folder; else that of the server whose configuration is `config` (may be empty); else
// the user's cache. "" when there is to be none, or no place for it.
Result<std::string> pattern_cache_folder(FileSystem& files, const PatternCacheChoice& choice,
                                         const std::string& config);

}  // namespace tocsin
