#include "journal/store.h"

#include <algorithm>

#include <sodium.h>

#include "base/check.h"
#include "base/fail.h"
#include "journal/segment_scan.h"
#include "journal/wal.h"

namespace tocsin::journal {
namespace {

constexpr std::size_t kOriginTextMax = 4096;

// What a record adds to its block: an origin is only counted where it changes.
std::size_t weight(const RecordBatch& batch, std::size_t i) {
  std::size_t bytes = batch[i].bytes.size();
  if (i == 0 || batch.origin_index(i) != batch.origin_index(i - 1)) {
    const Origin& origin = *batch[i].origin;
    bytes += origin.source.size() + origin.peer.size() + origin.hint.size();
  }
  return bytes;
}

}  // namespace

BlockSeed random_seed() {
  BlockSeed seed;
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

Store::Store(const JournalOptions& options, FileSystem& files, Clock& clock, Metrics& metrics,
             Log& log, SeedSource seeds, SigningKey key, CheckpointFile checkpoints)
    : options_(options),
      files_(files),
      clock_(clock),
      log_(log),
      seeds_(std::move(seeds)),
      key_(std::move(key)),
      checkpoints_(std::move(checkpoints)),
      compressor_(options.compression_level),
      archive_(std::make_unique<Archive>(options.directory, files, metrics, log)),
      records_(metrics.counter("tocsin_journal_records_total", "Records made durable")),
      raw_bytes_(metrics.counter("tocsin_journal_record_bytes_total",
                                 "Bytes of the records made durable, before compression")),
      blocks_(metrics.counter("tocsin_journal_blocks_total", "Blocks written")),
      syncs_(metrics.counter("tocsin_journal_syncs_total", "Calls of fdatasync for commits")),
      size_(metrics.gauge("tocsin_journal_stored_bytes", "Size of the journal's files")) {}

Status Store::check(const RecordBatch& batch) const {
  for (const Origin& origin : batch.origins()) {
    const std::size_t longest =
        std::max({origin.source.size(), origin.peer.size(), origin.hint.size()});
    if (longest > kOriginTextMax) {
      return fail(ErrorCode::kTooLarge, "journal: an origin text of {} bytes, at most {} are kept",
                  longest, kOriginTextMax);
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].bytes.size() > options_.record_bytes_max) {
      return fail(ErrorCode::kTooLarge, "journal: record {} of a batch has {} bytes, at most {}", i,
                  batch[i].bytes.size(), options_.record_bytes_max);
    }
  }
  return {};
}

Status Store::commit(std::span<const std::shared_ptr<RecordBatch>> batches) {
  Group group;
  const Status status = run(batches, group);
  if (!status) {
    for (const auto& batch : batches) {
      batch->set_first_seq(Seq());
    }
  }
  return status;
}

// Everything up to publish() can be undone.
Status Store::run(std::span<const std::shared_ptr<RecordBatch>> batches, Group& group) {
  TRY(clean_up());
  TRY(check_free_space());
  TRY(take_in_tail());
  TRY(roll_if_full());
  group.open_before = open_;
  group.next_before = next_seq_;
  group.segment_end = active_->segment_bytes;
  group.wal_end = wal_end_;
  group.fresh_from = open_.slices.size();
  if (batches.empty() && open_.slices.empty()) {
    return {};
  }
  if (const Status written = write_group(batches, group); !written) {
    roll_back(group);
    return written.error();
  }
  publish(group);
  if (open_.slices.empty() && wal_end_ > options_.wal_bytes_max) {
    empty_wal();
  }
  return {};
}

Status Store::write_group(std::span<const std::shared_ptr<RecordBatch>> batches, Group& group) {
  for (const auto& batch : batches) {
    batch->set_first_seq(next_seq_);
    TRY(add_slice({batch, 0, batch->size()}, group));
    next_seq_ = batch->end_seq();
  }
  std::size_t fresh_bytes = 0;
  std::size_t fresh_records = 0;
  for (const Slice& slice : std::span(open_.slices).subspan(group.fresh_from)) {
    fresh_records += slice.size();
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      fresh_bytes += (*slice.batch)[i].bytes.size();
    }
  }
  // Much of a block is better written as a block at once than twice.
  const bool seal_all = batches.empty() || fresh_bytes >= options_.block_raw_bytes_max / 4 ||
                        fresh_records >= options_.block_records_max / 4 ||
                        wal_end_ > options_.wal_bytes_max;
  if (seal_all && !open_.slices.empty()) {
    TRY(write_block(group));
  } else if (fresh_records > 0) {
    const std::vector<Slice> fresh(
        open_.slices.begin() + static_cast<std::ptrdiff_t>(group.fresh_from), open_.slices.end());
    const std::string frame = encode_wal_frame(fresh, compressor_);
    TRY(wal_->write_at(wal_end_, frame));
    wal_end_ += frame.size();
  }
  if (!group.blocks.empty()) {
    TRY(segment_->sync_data());
    syncs_.add();
  }
  if (wal_end_ != group.wal_end) {
    TRY(wal_->sync_data());
    syncs_.add();
  }
  return {};
}

Status Store::add_slice(const Slice& slice, Group& group) {
  if (!open_.slices.empty() && open_.end != slice.first_seq()) {
    TRY(write_block(group));  // a gap: the numbers of lost records are not given again
  }
  const RecordBatch& batch = *slice.batch;
  std::size_t begin = slice.begin;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    const std::size_t bytes = weight(batch, i);
    if (open_.records >= options_.block_records_max ||
        (open_.records > 0 && open_.bytes + bytes > options_.block_raw_bytes_max)) {
      if (i > begin) {
        open_.slices.push_back({slice.batch, begin, i});
      }
      TRY(write_block(group));
      begin = i;
    }
    if (open_.records == 0) {
      open_.since = clock_.since_boot();
    }
    ++open_.records;
    open_.bytes += bytes;
    group.bytes += bytes;
  }
  if (slice.end > begin) {
    open_.slices.push_back({slice.batch, begin, slice.end});
  }
  open_.end = slice.end_seq();
  group.records += slice.size();
  return {};
}

Status Store::write_block(Group& group) {
  const std::uint64_t at =
      group.blocks.empty() ? group.segment_end : group.blocks.back().end_offset();
  const std::uint64_t index = tree_.end() + group.blocks.size();
  const BuiltBlock built = build_block(open_.slices, index, seeds_(), compressor_);
  TRY(segment_->write_at(at, built.frame));
  group.blocks.push_back(BlockEntry::of(built.header, at));
  group.fresh_from = 0;
  open_ = OpenBlock{};
  return {};
}

void Store::publish(Group& group) {
  for (const BlockEntry& entry : group.blocks) {
    active_->add(entry);
    active_entries_.push_back(entry);
    tree_.append_leaf(entry.leaf);
  }
  append_sidecar(group.blocks);
  archive_->add_durable(group.blocks, std::span(open_.slices).subspan(group.fresh_from));
  records_.add(group.records);
  raw_bytes_.add(group.bytes);
  blocks_.add(group.blocks.size());
  size_.set(static_cast<double>(archive_->stored_bytes() + wal_end_));
}

void Store::roll_back(const Group& group) {
  open_ = group.open_before;
  next_seq_ = group.next_before;
  wal_end_ = group.wal_end;
  dirty_ = true;
  if (const Status cleaned = clean_up(); !cleaned) {
    log_.error("journal: cannot take back a refused commit yet: {}", cleaned.error().full_text());
  }
}

Status Store::clean_up() {
  if (!dirty_) {
    return {};
  }
  if (segment_ != nullptr) {
    TRY(segment_->truncate(active_->segment_bytes));
    TRY(segment_->sync_data());
  }
  TRY(wal_->truncate(wal_end_));
  TRY(wal_->sync_data());
  dirty_ = false;
  return {};
}

Status Store::check_free_space() {
  TRY_ASSIGN(const std::uint64_t free, files_.free_bytes(options_.directory));
  if (free < options_.free_bytes_min) {
    return fail(ErrorCode::kDiskFull, "journal: {} bytes are free at {}, {} are kept free", free,
                options_.directory, options_.free_bytes_min);
  }
  return {};
}

Status Store::seal() {
  return has_open() ? commit({}) : Status{};
}

Status Store::roll_if_full() {
  if (active_) {
    const bool old =
        active_->blocks > 0 && clock_.now() - active_->received_min > options_.segment_age_max;
    if (active_->segment_bytes < options_.segment_bytes_max &&
        active_->blocks < options_.segment_blocks_max && !old) {
      return {};
    }
    TRY(finish_sidecar());
  }
  return start_segment();
}

Status Store::start_segment() {
  // What is durable and not in a block yet comes before next_seq_.
  const Seq first = !recovered_tail_.empty() ? recovered_tail_.front().first_seq()
                    : !open_.slices.empty()  ? open_.slices.front().first_seq()
                                             : next_seq_;
  SegmentInfo info = SegmentInfo::starting(first, tree_.end());
  for (const std::string& path :
       {segment_path(options_.directory, first), index_path(options_.directory, first)}) {
    // Left over from an attempt that failed: no block was ever put there.
    if (const Status removed = files_.remove(path);
        !removed && removed.error().code() != ErrorCode::kNotFound) {
      return removed.error();
    }
  }
  TRY_ASSIGN(auto segment,
             files_.open(segment_path(options_.directory, first), OpenMode::kCreateNew));
  TRY(segment->write_at(0, segment_header(first, info.first_block, clock_.now())));
  TRY(segment->sync_data());
  TRY_ASSIGN(auto sidecar,
             files_.open(index_path(options_.directory, first), OpenMode::kCreateNew));
  TRY(sidecar->write_at(0, index_header(first, info.first_block)));
  TRY(files_.sync_directory(options_.directory));
  segment_ = std::move(segment);
  sidecar_ = std::move(sidecar);
  sidecar_behind_ = false;
  archive_->start_segment(info);
  active_ = std::move(info);
  active_entries_.clear();
  return {};
}

// Not synced: a sidecar can be made again from its segment.
void Store::append_sidecar(std::span<const BlockEntry> entries) {
  if (entries.empty() || sidecar_behind_) {
    return;
  }
  std::string bytes;
  for (const BlockEntry& entry : entries) {
    bytes += entry.encode();
  }
  const std::size_t before = active_entries_.size() - entries.size();
  const std::uint64_t at = kIndexHeaderBytes + kIndexEntryBytes * before;
  if (const Status written = sidecar_->write_at(at, bytes); !written) {
    sidecar_behind_ = true;
    log_.warning("journal: the sidecar is behind until its segment is full: {}",
                 written.error().full_text());
  }
}

Status Store::finish_sidecar() {
  if (sidecar_behind_) {
    RecoveredSegment segment;
    segment.info = *active_;
    segment.entries = active_entries_;
    return rewrite_sidecar(segment, true);
  }
  const std::uint64_t at = kIndexHeaderBytes + kIndexEntryBytes * active_entries_.size();
  TRY(sidecar_->write_at(at, index_trailer(*active_)));
  return sidecar_->sync_data();
}

// What it holds is in blocks: when this fails, it only stays longer than needed.
void Store::empty_wal() {
  if (const Status cut = wal_->truncate(kWalHeaderBytes); !cut) {
    log_.warning("journal: the write-ahead file is not emptied: {}", cut.error().full_text());
    return;
  }
  wal_end_ = kWalHeaderBytes;
  if (const Status synced = wal_->sync_data(); !synced) {
    log_.warning("journal: the write-ahead file is not emptied: {}", synced.error().full_text());
  }
}

Result<Checkpoint> Store::sign_checkpoint() {
  if (tree_.end() == 0) {
    return fail(ErrorCode::kNotFound, "journal: no checkpoint of an empty log");
  }
  const Sha256Digest root = tree_.root();
  const auto& newest = checkpoints_.newest();
  if (newest && newest->tree_size == tree_.end() && newest->root == root) {
    return *newest;
  }
  Checkpoint checkpoint = journal::sign_checkpoint(key_, tree_.end(), root);
  TRY(checkpoints_.append(checkpoint));
  return checkpoint;
}

Result<Seq> Store::retire_before(Seq seq) {
  return retire([seq](const SegmentInfo& info) { return info.end_seq <= seq; });
}

Result<Seq> Store::retire_received_before(Micros time) {
  return retire([time](const SegmentInfo& info) { return info.received_max < time; });
}

Result<Seq> Store::retire(const std::function<bool(const SegmentInfo&)>& is_old) {
  std::vector<Seq> leaving;
  Seq begin = archive_->begin();
  for (const auto& info : archive_->segments()) {
    if (info->retired) {
      continue;
    }
    if ((active_ && info->first_seq == active_->first_seq) || !is_old(*info)) {
      begin = info->first_seq;
      break;
    }
    leaving.push_back(info->first_seq);
    begin = info->end_seq;
  }
  if (leaving.empty()) {
    return begin;
  }
  TRY(write_retention(files_, options_.directory, key_, {begin, clock_.now()}));
  for (const Seq first : leaving) {
    archive_->retire(first);
    TRY(files_.remove(segment_path(options_.directory, first)));
  }
  TRY(files_.sync_directory(options_.directory));
  log_.info("journal: retention removed {} segments, records before {}", leaving.size(),
            begin.value);
  return begin;
}

}  // namespace tocsin::journal
