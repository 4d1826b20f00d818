#include "index/duckdb/segment_list.h"

#include <algorithm>
#include <set>

#include "base/fail.h"
#include "index/duckdb/segment_writer.h"

namespace tocsin::duck {
namespace {

constexpr std::int64_t kFilterMemoryBytes = 48LL << 20U;
constexpr std::string_view kDamagedSuffix = ".damaged";

bool is_ours(std::string_view name) {
  return name.ends_with(".parquet") || name.ends_with(".filter") || name.ends_with(".tmp");
}

bool contains(const Segments& segments, const std::shared_ptr<const Segment>& segment) {
  return std::ranges::find(segments, segment) != segments.end();
}

}  // namespace

SegmentList::SegmentList(const StoreOptions& options, const StoreContext& context)
    : options_(options),
      context_(context),
      damaged_total_(context.metrics.counter("tocsin_index_damaged_segments_total",
                                             "Segments whose bytes failed their checks")),
      filter_memory_(std::make_shared<FilterMemory>(kFilterMemoryBytes)) {}

Status SegmentList::load() {
  MutexLock commit_lock(commit_mutex_);
  if (!options_.read_only) {
    TRY(context_.files.create_directories(options_.directory));
  }
  auto read = read_one(catalogue_path());
  if (!read) {
    auto copy = read_one(copy_path());
    const bool both_absent = read.error().code() == ErrorCode::kNotFound && !copy &&
                             copy.error().code() == ErrorCode::kNotFound;
    if (copy) {
      context_.log.error("{}; its copy is used", read.error().full_text());
      damaged_total_.add();
    }
    if (copy || both_absent) {
      read = copy ? std::move(copy) : Result<Catalogue>(Catalogue());
    }
  }
  TRY_ASSIGN(Catalogue catalogue, std::move(read));
  {
    MutexLock lock(mutex_);
    generation_ = catalogue.generation;
    sealed_end_ = catalogue.sealed_end;
    damaged_ = std::move(catalogue.damaged);
    segments_.clear();
    for (SegmentEntry& entry : catalogue.segments) {
      segments_.push_back(std::make_shared<const Segment>(context_.files, filter_memory_,
                                                          options_.directory, std::move(entry)));
    }
  }
  return options_.read_only ? Status() : delete_strays();
}

Result<Catalogue> SegmentList::read_one(const std::string& path) const {
  TRY_ASSIGN(const std::string text, read_file(context_.files, path, kCatalogueBytesMax));
  auto read = read_catalogue(text);
  if (!read) {
    return fail_because(std::move(read).error(), "reading {}", path);
  }
  return read;
}

Status SegmentList::delete_strays() const {
  std::vector<std::string> known;
  for (const auto& segment : segments()) {
    known.push_back(segment->path());
    known.push_back(segment->filter_path());
  }
  std::ranges::sort(known);
  TRY_ASSIGN(const auto datasets, context_.files.list(options_.directory));
  for (const std::string& dataset : datasets) {
    const std::string folder = options_.directory + "/" + dataset;
    const auto info = context_.files.info(folder);
    if (info && !info->is_directory && dataset.ends_with(".tmp")) {
      TRY(context_.files.remove(folder));
    }
    if (!info || !info->is_directory) {
      continue;
    }
    TRY_ASSIGN(const auto days, context_.files.list(folder));
    for (const std::string& day : days) {
      TRY(delete_strays_in(folder + "/" + day, known));
    }
  }
  return {};
}

Status SegmentList::delete_strays_in(const std::string& folder,
                                     const std::vector<std::string>& known) const {
  const auto info = context_.files.info(folder);
  if (!info || !info->is_directory) {
    return {};
  }
  TRY_ASSIGN(const auto names, context_.files.list(folder));
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    if (is_ours(name) && !std::ranges::binary_search(known, path)) {
      context_.log.info("deleting {}: no catalogue names it", path);
      TRY(context_.files.remove(path));
    }
  }
  return {};
}

Segments SegmentList::segments() const {
  MutexLock lock(mutex_);
  return segments_;
}

std::vector<DamagedSegment> SegmentList::damaged() const {
  MutexLock lock(mutex_);
  return damaged_;
}

Seq SegmentList::sealed_end() const {
  MutexLock lock(mutex_);
  return sealed_end_;
}

std::uint64_t SegmentList::generation() const {
  MutexLock lock(mutex_);
  return generation_;
}

Status SegmentList::apply(const Change& change, const Commit& commit) {
  MutexLock commit_lock(commit_mutex_);
  return apply_locked(change, commit);
}

Status SegmentList::apply_locked(const Change& change, const Commit& commit) {
  Catalogue next;
  Segments kept;
  {
    MutexLock lock(mutex_);
    next.generation = generation_ + 1;
    next.sealed_end = change.sealed_end.value == 0 ? sealed_end_ : change.sealed_end;
    next.damaged = damaged_;
    kept = segments_;
  }
  for (const auto& segment : change.removed) {
    if (!contains(kept, segment)) {
      return fail(ErrorCode::kConflict, "segment {} is gone already", segment->path());
    }
  }
  std::erase_if(kept, [&change](const auto& one) { return contains(change.removed, one); });
  std::erase_if(next.damaged, [&change](const DamagedSegment& one) {
    return std::ranges::find(change.restored, one) != change.restored.end();
  });
  next.damaged.insert(next.damaged.end(), change.damaged.begin(), change.damaged.end());
  for (const auto& segment : kept) {
    next.segments.push_back(segment->entry());
  }
  next.segments.insert(next.segments.end(), change.added.begin(), change.added.end());
  const std::string text = write_catalogue(next);
  TRY(write_file_atomically(context_.files, catalogue_path(), text));
  if (const Status copied = write_file_atomically(context_.files, copy_path(), text); !copied) {
    context_.log.warning("{}: {}", copy_path(), copied.error().full_text());
  }
  for (const SegmentEntry& entry : change.added) {
    auto segment =
        std::make_shared<Segment>(context_.files, filter_memory_, options_.directory, entry);
    segment->mark_verified();
    kept.push_back(std::move(segment));
  }
  commit([this, &next, &kept] {
    MutexLock lock(mutex_);
    generation_ = next.generation;
    sealed_end_ = next.sealed_end;
    damaged_ = std::move(next.damaged);
    segments_.swap(kept);
  });
  return {};
}

void SegmentList::set_aside(const std::shared_ptr<const Segment>& segment,
                            const std::string& reason, const Commit& commit) {
  MutexLock commit_lock(commit_mutex_);
  if (!contains(segments(), segment)) {
    return;
  }
  Change change;
  change.removed = {segment};
  change.damaged = {{segment->dataset, segment->entry().file + std::string(kDamagedSuffix), reason,
                     segment->rows, segment->ranges}};
  damaged_total_.add();
  context_.log.error("segment {} is damaged ({}); its {} events are not searchable until rebuilt",
                     segment->path(), reason, segment->rows);
  if (const Status done = apply_locked(change, commit); !done) {
    context_.log.error("putting {} aside: {}", segment->path(), done.error().full_text());
    return;
  }
  // The catalogue names it no more; a file that keeps its name is a stray for the next start.
  static_cast<void>(
      context_.files.rename(segment->path(), segment->path() + std::string(kDamagedSuffix))
          .has_value());
  static_cast<void>(context_.files.remove(segment->filter_path()).has_value());
}

}  // namespace tocsin::duck
