#include "journal/archive.h"

#include <algorithm>

#include "base/check.h"
#include "base/fail.h"
#include "journal/segment_scan.h"

namespace tocsin::journal {
namespace {

constexpr std::size_t kBlocksCached = 4;
constexpr std::size_t kSidecarsCached = 3;

// Records [begin, …) of a batch as a batch of its own, within the limits, at least one.
std::shared_ptr<const RecordBatch> part_of(const std::shared_ptr<const RecordBatch>& batch,
                                           std::size_t begin, std::size_t records_max,
                                           std::size_t bytes_max) {
  std::size_t end = begin;
  std::size_t bytes = 0;
  while (end < batch->size() && end - begin < records_max) {
    bytes += (*batch)[end].bytes.size();
    if (bytes > bytes_max && end > begin) {
      break;
    }
    ++end;
  }
  if (begin == 0 && end == batch->size()) {
    return batch;
  }
  auto part = std::make_shared<RecordBatch>();
  part->reserve(end - begin, std::min(bytes, batch->bytes()));
  for (std::size_t i = begin; i < end; ++i) {
    const Record record = (*batch)[i];
    CHECK(part->add(part->add_origin(*record.origin), record.received, record.bytes));
  }
  part->set_first_seq(seq_plus(batch->first_seq(), begin));
  return part;
}

}  // namespace

Archive::Archive(std::string directory, FileSystem& files, Metrics& metrics, Log& log)
    : directory_(std::move(directory)),
      files_(files),
      log_(log),
      blocks_read_(
          metrics.counter("tocsin_journal_blocks_read_total", "Blocks read from disk and opened")),
      unreadable_(metrics.counter("tocsin_journal_records_unreadable_total",
                                  "Records that readers skipped because their block is damaged")) {}

Result<std::unique_ptr<Archive>> Archive::open_read_only(const std::string& directory,
                                                         FileSystem& files, Metrics& metrics,
                                                         Log& log) {
  TRY_ASSIGN(const Recovered recovered, recover(files, directory));
  auto archive = std::make_unique<Archive>(directory, files, metrics, log);
  archive->adopt(recovered, recovered.tail);
  return archive;
}

void Archive::adopt(const Recovered& recovered, const std::vector<Slice>& tail) {
  MutexLock lock(mutex_);
  for (const RecoveredSegment& segment : recovered.segments) {
    if (!segment.sealed && &segment == &recovered.segments.back()) {
      active_ = segment.info;
      active_entries_ = segment.entries;
    } else {
      sealed_.push_back(std::make_shared<const SegmentInfo>(segment.info));
    }
  }
  tail_.assign(tail.begin(), tail.end());
  end_ = recovered.next_seq;
}

Seq Archive::begin() const {
  MutexLock lock(mutex_);
  for (const Info& info : sealed_) {
    if (!info->retired) {
      return info->first_seq;
    }
  }
  if (active_) {
    return active_->first_seq;
  }
  return tail_.empty() ? end_ : tail_.front().first_seq();
}

Seq Archive::end() const {
  MutexLock lock(mutex_);
  return end_;
}

Seq Archive::blocks_end() const {
  MutexLock lock(mutex_);
  return active_ ? active_->end_seq : sealed_.empty() ? Seq(1) : sealed_.back()->end_seq;
}

std::uint64_t Archive::tree_size() const {
  MutexLock lock(mutex_);
  if (active_) {
    return active_->range.end();
  }
  return sealed_.empty() ? 0 : sealed_.back()->range.end();
}

std::uint64_t Archive::stored_bytes() const {
  MutexLock lock(mutex_);
  const auto sidecar = [](const SegmentInfo& info) {
    return kIndexHeaderBytes + kIndexEntryBytes * info.blocks;
  };
  std::uint64_t bytes = 0;
  for (const Info& info : sealed_) {
    bytes += sidecar(*info) + (info->retired ? 0 : info->segment_bytes);
  }
  return active_ ? bytes + sidecar(*active_) + active_->segment_bytes : bytes;
}

std::vector<std::shared_ptr<const SegmentInfo>> Archive::segments() const {
  MutexLock lock(mutex_);
  std::vector<Info> all = sealed_;
  if (active_) {
    all.push_back(std::make_shared<const SegmentInfo>(*active_));
  }
  return all;
}

void Archive::start_segment(const SegmentInfo& info) {
  MutexLock lock(mutex_);
  if (active_) {
    sealed_.push_back(std::make_shared<const SegmentInfo>(*active_));
  }
  active_ = info;
  active_entries_.clear();
}

void Archive::add_durable(std::span<const BlockEntry> blocks, std::span<const Slice> tail) {
  MutexLock lock(mutex_);
  for (const BlockEntry& entry : blocks) {
    active_->add(entry);
    active_entries_.push_back(entry);
  }
  if (!blocks.empty()) {
    tail_.clear();  // a block takes all that was open before it
    end_ = std::max(end_, active_->end_seq);
  }
  for (const Slice& slice : tail) {
    tail_.push_back(slice);
    end_ = slice.end_seq();
  }
}

void Archive::set_end(Seq end) {
  MutexLock lock(mutex_);
  end_ = end;
}

void Archive::retire(Seq first_seq) {
  MutexLock lock(mutex_);
  for (Info& info : sealed_) {
    if (info->first_seq == first_seq && !info->retired) {
      SegmentInfo changed = *info;
      changed.retired = true;
      info = std::make_shared<const SegmentInfo>(std::move(changed));
    }
  }
}

// The last sealed segment that starts at or before `seq`.
std::optional<std::size_t> Archive::segment_at(Seq seq) const {
  const auto after =
      std::ranges::upper_bound(sealed_, seq, {}, [](const Info& i) { return i->first_seq; });
  return after == sealed_.begin()
             ? std::nullopt
             : std::optional(static_cast<std::size_t>(after - sealed_.begin()) - 1);
}

Result<Archive::Entries> Archive::entries_of(const Info& info) {
  {
    MutexLock lock(mutex_);
    for (const auto& [first_block, entries] : entries_cache_) {
      if (first_block == info->first_block) {
        return entries;
      }
    }
  }
  TRY_ASSIGN(std::vector<BlockEntry> loaded, load_entries(files_, directory_, *info));
  auto entries = std::make_shared<const std::vector<BlockEntry>>(std::move(loaded));
  MutexLock lock(mutex_);
  entries_cache_.emplace_front(info->first_block, entries);
  if (entries_cache_.size() > kSidecarsCached) {
    entries_cache_.pop_back();
  }
  return entries;
}

Result<std::optional<Archive::Place>> Archive::find(Seq seq) {
  const auto place_in = [seq](Seq segment, std::uint64_t first_block,
                              const std::vector<BlockEntry>& entries) -> std::optional<Place> {
    auto at = std::ranges::partition_point(
        entries, [seq](const BlockEntry& entry) { return entry.end_seq() <= seq; });
    while (at != entries.end() && at->frame_bytes == 0) {
      ++at;
    }
    if (at == entries.end()) {
      return std::nullopt;
    }
    return Place{segment, first_block + static_cast<std::uint64_t>(at - entries.begin()), *at};
  };
  for (std::size_t next = 0;; ++next) {
    Info info;
    {
      MutexLock lock(mutex_);
      next = std::max(next, segment_at(seq).value_or(0));
      while (next < sealed_.size() && (sealed_[next]->retired || sealed_[next]->end_seq <= seq)) {
        ++next;
      }
      if (next >= sealed_.size()) {
        return active_ ? place_in(active_->first_seq, active_->first_block, active_entries_)
                       : std::nullopt;
      }
      info = sealed_[next];
    }
    TRY_ASSIGN(const Entries entries, entries_of(info));
    if (auto place = place_in(info->first_seq, info->first_block, *entries)) {
      return place;
    }
  }
}

Result<std::shared_ptr<const Block>> Archive::load(const Place& place) {
  {
    MutexLock lock(mutex_);
    for (const CachedBlock& cached : block_cache_) {
      if (cached.segment == place.segment && cached.offset == place.entry.offset) {
        return cached.block;
      }
    }
  }
  TRY_ASSIGN(const std::unique_ptr<File> file,
             files_.open(segment_path(directory_, place.segment), OpenMode::kRead));
  TRY_ASSIGN(const std::string frame,
             read_exactly(*file, place.entry.offset, place.entry.frame_bytes));
  TRY_ASSIGN(Block parsed, parse_block(frame));
  if (parsed.header.leaf() != place.entry.leaf) {
    return fail(ErrorCode::kCorrupt, "the block is not the one that its sidecar names");
  }
  blocks_read_.add();
  auto block = std::make_shared<const Block>(std::move(parsed));
  MutexLock lock(mutex_);
  block_cache_.push_front({place.segment, place.entry.offset, block});
  if (block_cache_.size() > kBlocksCached) {
    block_cache_.pop_back();
  }
  return block;
}

void Archive::note_unreadable(const Place& place, const Error& error) {
  const BlockEntry& entry = place.entry;
  {
    MutexLock lock(mutex_);
    if (entry.end_seq() <= noted_until_) {
      return;
    }
    noted_until_ = entry.end_seq();
  }
  unreadable_.add(entry.count);
  log_.error("journal: records {} to {} in {} at {} cannot be read: {}", entry.first_seq.value,
             entry.end_seq().value - 1, segment_path(directory_, place.segment), entry.offset,
             error.full_text());
}

Result<std::shared_ptr<const RecordBatch>> Archive::read(Seq from, std::size_t records_max,
                                                         std::size_t bytes_max) {
  records_max = std::max<std::size_t>(records_max, 1);
  while (from < end()) {
    TRY_ASSIGN(const std::optional<Place> place, find(from));
    if (!place) {
      if (auto batch = read_tail(from, records_max, bytes_max)) {
        return batch;
      }
      // Between the two looks the tail may have become a block.
      TRY_ASSIGN(const std::optional<Place> again, find(from));
      if (!again) {
        break;
      }
      continue;
    }
    const Result<std::shared_ptr<const Block>> block = load(*place);
    if (!block) {
      const ErrorCode code = block.error().code();
      if (code == ErrorCode::kNotFound && from < begin()) {
        continue;  // retention took the segment in between
      }
      if (code != ErrorCode::kCorrupt && code != ErrorCode::kNotFound) {
        return block.error();
      }
      note_unreadable(*place, block.error());
      from = place->entry.end_seq();
      continue;
    }
    const std::shared_ptr<const RecordBatch>& batch = (*block)->batch;
    const std::size_t skip = from > batch->first_seq() ? from.value - batch->first_seq().value : 0;
    return part_of(batch, skip, records_max, bytes_max);
  }
  auto nothing = std::make_shared<RecordBatch>();
  nothing->set_first_seq(from);
  return std::shared_ptr<const RecordBatch>(std::move(nothing));
}

// Null when the tail holds nothing at or behind `from`.
std::shared_ptr<const RecordBatch> Archive::read_tail(Seq from, std::size_t records_max,
                                                      std::size_t bytes_max) {
  std::vector<Slice> slices;
  {
    MutexLock lock(mutex_);
    auto at = std::ranges::partition_point(
        tail_, [from](const Slice& slice) { return slice.end_seq() <= from; });
    std::size_t records = 0;
    std::size_t bytes = 0;
    for (; at != tail_.end() && records < records_max && bytes < bytes_max; ++at) {
      if (!slices.empty() && slices.back().end_seq() != at->first_seq()) {
        break;
      }
      slices.push_back(*at);
      records += at->size();
      bytes += at->batch->bytes();
    }
  }
  if (slices.empty()) {
    return nullptr;
  }
  auto merged = std::make_shared<RecordBatch>();
  const Seq first = std::max(from, slices.front().first_seq());
  for (const Slice& slice : slices) {
    const Seq start = std::max(first, slice.first_seq());
    for (std::size_t i = start.value - slice.batch->first_seq().value; i < slice.end; ++i) {
      const Record record = (*slice.batch)[i];
      CHECK(merged->add(merged->add_origin(*record.origin), record.received, record.bytes));
    }
  }
  merged->set_first_seq(first);
  return part_of(merged, 0, records_max, bytes_max);
}

Result<Seq> Archive::first_received_at_or_after(Micros time) {
  for (const Info& info : segments()) {
    if (info->retired || info->received_max < time || info->blocks == 0) {
      continue;
    }
    Seq from = info->first_seq;
    while (from < info->end_seq) {
      TRY_ASSIGN(const std::optional<Place> place, find(from));
      if (!place || place->segment != info->first_seq) {
        break;
      }
      if (place->entry.received_max >= time) {
        return place->entry.first_seq;
      }
      from = place->entry.end_seq();
    }
  }
  MutexLock lock(mutex_);
  for (const Slice& slice : tail_) {
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      if ((*slice.batch)[i].received >= time) {
        return slice.first_seq();
      }
    }
  }
  return end_;
}

}  // namespace tocsin::journal
