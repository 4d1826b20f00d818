// SegmentList: the segments that exist, in memory and in the catalogue file, changed together.
//
// Thread-safe. A change is on disk before anybody sees it in memory; when writing the catalogue
// fails nothing has changed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "index/catalogue.h"
#include "index/duckdb/compaction.h"
#include "index/duckdb/segment.h"
#include "index/event_store.h"

namespace tocsin::duck {

class SegmentList {
 public:
  SegmentList(const StoreOptions& options, const StoreContext& context);

  // Reads the catalogue; unless read-only, deletes the files that it does not name.
  Status load() EXCLUDES(commit_mutex_, mutex_);

  Segments segments() const EXCLUDES(mutex_);
  std::vector<DamagedSegment> damaged() const EXCLUDES(mutex_);
  Seq sealed_end() const EXCLUDES(mutex_);
  std::uint64_t generation() const EXCLUDES(mutex_);

  struct Change {
    std::vector<SegmentEntry> added;
    Segments removed;
    std::vector<DamagedSegment> damaged;
    std::vector<DamagedSegment> restored;
    Seq sealed_end;  // 0: as it is
  };
  // kConflict when a segment to be removed is gone already: nothing has changed.
  // `commit` is called with the function that makes a change visible, which it must call: the
  // caller's place to change what must change at the same moment, under its own lock.
  using Commit = std::function<void(const std::function<void()>& show)>;
  Status apply(const Change& change, const Commit& commit) EXCLUDES(commit_mutex_, mutex_);

  // Puts a segment's file aside because of `reason`; nothing when it is gone already.
  void set_aside(const std::shared_ptr<const Segment>& segment, const std::string& reason,
                 const Commit& commit) EXCLUDES(commit_mutex_, mutex_);

 private:
  Status apply_locked(const Change& change, const Commit& commit) REQUIRES(commit_mutex_)
      EXCLUDES(mutex_);
  Status delete_strays() const;
  Status delete_strays_in(const std::string& folder, const std::vector<std::string>& known) const;
  Result<Catalogue> read_one(const std::string& path) const;
  // The copy is read when the catalogue's own bytes are damaged.
  std::string copy_path() const { return catalogue_path() + ".copy"; }
  std::string catalogue_path() const { return options_.directory + "/catalogue"; }

  const StoreOptions options_;
  const StoreContext context_;
  Counter& damaged_total_;
  const std::shared_ptr<FilterMemory> filter_memory_;
  Mutex commit_mutex_;  // one change at a time; taken before mutex_
  mutable Mutex mutex_;
  std::uint64_t generation_ GUARDED_BY(mutex_) = 0;
  Seq sealed_end_ GUARDED_BY(mutex_){1};
  Segments segments_ GUARDED_BY(mutex_);
  std::vector<DamagedSegment> damaged_ GUARDED_BY(mutex_);
};

}  // namespace tocsin::duck
