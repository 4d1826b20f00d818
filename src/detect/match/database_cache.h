// DatabaseCache: compiled pattern databases by their set's key, so that equal sets are compiled
// once: within a load, from one load to the next (while anybody still uses them), and, with a
// folder, from one start of the program to the next.
//
// A file that is damaged, foreign or cut off is ignored, counted and written again; the folder can
// be emptied at any time. Thread-safe. File format: docs/formats.md, "cache/patterns".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "detect/match/pattern_database.h"
#include "sys/file_system.h"

namespace tocsin::match {

struct DatabaseCacheCounts {
  std::uint64_t shared = 0;     // found in memory
  std::uint64_t read = 0;       // from files
  std::uint64_t compiled = 0;   // made
  std::uint64_t unusable = 0;   // files that were damaged or foreign
  std::uint64_t unwritten = 0;  // files that could not be written
};

class DatabaseCache {
 public:
  static constexpr std::uint64_t kFileBytesMax = std::uint64_t{64} << 20U;
  static constexpr std::uint64_t kFolderBytesMax = std::uint64_t{256} << 20U;

  DatabaseCache() = default;                             // memory only
  DatabaseCache(FileSystem& files, std::string folder);  // "": memory only

  Result<std::shared_ptr<const PatternDatabase>> obtain(const PatternSet& set) EXCLUDES(mutex_);
  // Removes the oldest files while the folder is larger than `bytes_max`, and what no program of
  // this version would read.
  void trim(std::uint64_t bytes_max = kFolderBytesMax);
  DatabaseCacheCounts counts() const EXCLUDES(mutex_);

 private:
  std::string path_of(const std::string& key) const;
  std::shared_ptr<const PatternDatabase> read(const std::string& key, const PatternSet& set)
      EXCLUDES(mutex_);
  void write(const std::string& key, const PatternDatabase& database) EXCLUDES(mutex_);

  FileSystem* const files_ = nullptr;
  const std::string folder_;
  mutable Mutex mutex_;
  std::map<std::string, std::weak_ptr<const PatternDatabase>> known_ GUARDED_BY(mutex_);
  DatabaseCacheCounts counts_ GUARDED_BY(mutex_);
};

}  // namespace tocsin::match
