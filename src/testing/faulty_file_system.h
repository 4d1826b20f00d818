// FaultyFileSystem: a file system in memory whose disk can fail, fill up and lose power.
//
// What was written but not synced is lost, or partly lost, at power_cut(): a file keeps its synced
// bytes and a prefix of what was appended since; a name that its directory was not synced for is
// gone. Files opened before the cut refuse everything afterwards. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/rng.h"
#include "sys/file_system.h"

namespace tocsin {

enum class FaultKind : std::uint8_t {
  kIo,        // the operation fails and does nothing
  kDiskFull,  // a write stores only half of its bytes, then says kDiskFull
  kPowerCut,  // the operation half happens, and every later one fails until power_cut()
};

class FaultyFileSystem final : public FileSystem {
 public:
  FaultyFileSystem();

  // The `n`-th changing operation from now on (1 is the next) fails, once.
  void fail_at(std::uint64_t n, FaultKind kind) EXCLUDES(mutex_);
  bool fault_happened() const EXCLUDES(mutex_);
  // Changing operations so far: writes, syncs, truncations, creations, renames, removals.
  std::uint64_t operations() const EXCLUDES(mutex_);
  // Total bytes that files may hold; writes beyond store what fits and say kDiskFull.
  void set_capacity(std::uint64_t bytes) EXCLUDES(mutex_);
  void power_cut(Rng& rng) EXCLUDES(mutex_);
  // The process was killed: everything written is still there, open files are dead.
  void kill() EXCLUDES(mutex_);

  // Straight to a file's bytes: for flipping and tearing.
  std::string contents(const std::string& path) const EXCLUDES(mutex_);
  void set_contents(const std::string& path, std::string bytes) EXCLUDES(mutex_);
  std::vector<std::string> paths() const EXCLUDES(mutex_);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<FileInfo> info(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;

 private:
  friend class FaultyFile;
  struct Node {
    std::string now;
    std::string synced;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  // Counts a changing operation; an error when it is to fail. `half` asks the caller to do half.
  Status enter(bool& half) REQUIRES(mutex_);
  Status store(Node& node, std::uint64_t offset, std::string_view bytes) REQUIRES(mutex_);
  std::uint64_t used() const REQUIRES(mutex_);

  mutable Mutex mutex_;
  Names names_ GUARDED_BY(mutex_);
  Names durable_names_ GUARDED_BY(mutex_);
  std::vector<std::string> directories_ GUARDED_BY(mutex_);
  std::uint64_t operations_ GUARDED_BY(mutex_) = 0;
  std::uint64_t fail_at_ GUARDED_BY(mutex_) = 0;
  FaultKind fail_kind_ GUARDED_BY(mutex_) = FaultKind::kIo;
  bool fault_happened_ GUARDED_BY(mutex_) = false;
  bool powerless_ GUARDED_BY(mutex_) = false;
  std::uint64_t capacity_ GUARDED_BY(mutex_);
  std::uint64_t life_ GUARDED_BY(mutex_) = 0;  // files opened in an earlier life are dead
};

}  // namespace tocsin
