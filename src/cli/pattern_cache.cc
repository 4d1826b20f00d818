#include "cli/pattern_cache.h"

#include <cstdlib>

#include "config/load.h"

namespace tocsin {
namespace {

// Read before any thread is started.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

void PatternCacheChoice::add_options(CLI::App& command) {
  command.add_option("--cache", folder,
                     "Folder for compiled patterns (that of --config, else ~/.cache/tocsin)");
  command.add_flag("--no-cache", off, "Compile all patterns anew and keep nothing");
}

Result<std::string> pattern_cache_folder(FileSystem& files, const PatternCacheChoice& choice,
                                         const std::string& config) {
  if (choice.off) {
    return std::string();
  }
  if (!choice.folder.empty()) {
    return choice.folder;
  }
  if (!config.empty()) {
    TRY_ASSIGN(const Settings settings, load_settings(files, config));
    return settings.data_directory + "/cache/patterns";
  }
  // XDG Base Directory Specification: a path that is not absolute is to be ignored.
  if (const std::string cache = environment("XDG_CACHE_HOME"); cache.starts_with('/')) {
    return cache + "/tocsin/patterns";
  }
  const std::string home = environment("HOME");
  return home.empty() ? std::string() : home + "/.cache/tocsin/patterns";
}

}  // namespace tocsin
