// Segment: one sealed Parquet file with its token filter. Immutable; thread-safe.
//
// Its bytes are compared with the catalogue's checksums before they are used for the first time in
// this process. A retired segment's files are deleted when the last view that holds it lets go.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "index/catalogue.h"
#include "index/event_store.h"
#include "sys/file_system.h"

namespace tocsin::duck {

// Memory that all segments together may keep filters in; the rest are read where they are asked.
class FilterMemory {
 public:
  explicit FilterMemory(std::int64_t bytes_max) : left_(bytes_max) {}
  bool take(std::uint64_t bytes) {
    const auto wanted = static_cast<std::int64_t>(bytes);
    if (left_.fetch_sub(wanted) >= wanted) {
      return true;
    }
    left_.fetch_add(wanted);
    return false;
  }
  void give_back(std::uint64_t bytes) { left_.fetch_add(static_cast<std::int64_t>(bytes)); }

 private:
  std::atomic<std::int64_t> left_;
};

class Segment final : public TablePart {
 public:
  Segment(FileSystem& files, std::shared_ptr<FilterMemory> memory, std::string directory,
          SegmentEntry entry);
  ~Segment() override;
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const SegmentEntry& entry() const { return entry_; }
  std::string path() const { return directory_ + "/" + entry_.file; }
  std::string filter_path() const { return path() + ".filter"; }

  // Reads the whole file once; kCorrupt says what is wrong, kNotFound when it is gone.
  Status verify() const EXCLUDES(mutex_);
  // Forget that it was found good: something could not be read.
  void doubt() const { verified_.store(false, std::memory_order_release); }
  bool verified() const { return verified_.load(std::memory_order_acquire); }
  // This process has just written and checked the file.
  void mark_verified() { verified_.store(true, std::memory_order_release); }
  // Delete the files when nobody uses them any more.
  void retire() const { retired_.store(true, std::memory_order_release); }

  bool may_hold(std::string_view column, std::span<const std::uint64_t> tokens) const override
      EXCLUDES(mutex_);
  // True once when the filter turned out to be damaged: it is then used no more.
  bool take_filter_damage() const { return filter_damage_.exchange(false); }

 private:
  Result<std::unique_ptr<File>> open_filter() const REQUIRES(mutex_);

  bool held_by_filter(std::span<const std::uint64_t> tokens) const REQUIRES(mutex_);

  FileSystem& files_;
  const std::shared_ptr<FilterMemory> memory_;
  const std::string directory_;
  const SegmentEntry entry_;
  mutable std::atomic<bool> verified_{false};
  mutable std::atomic<bool> retired_{false};
  mutable std::atomic<bool> filter_damage_{false};
  mutable Mutex mutex_;
  mutable bool filter_useless_ GUARDED_BY(mutex_) = false;
  mutable bool filter_checked_ GUARDED_BY(mutex_) = false;
  mutable std::string filter_bytes_ GUARDED_BY(mutex_);  // empty: not in memory
};

}  // namespace tocsin::duck
