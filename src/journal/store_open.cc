// Store: from what is on the disk to a store that can go on writing.
#include <algorithm>

#include "base/fail.h"
#include "journal/segment_scan.h"
#include "journal/store.h"
#include "journal/wal.h"

namespace tocsin::journal {

Result<std::unique_ptr<Store>> Store::open(const JournalOptions& options, FileSystem& files,
                                           Clock& clock, Metrics& metrics, Log& log,
                                           SeedSource seeds) {
  if (options.block_records_max == 0 || options.block_records_max > kBlockRecordsLimit ||
      options.block_raw_bytes_max == 0 ||
      options.block_raw_bytes_max + options.record_bytes_max > kBlockRawBytesLimit / 2) {
    return fail(ErrorCode::kInvalid, "journal: block limits of {} bytes, {} records, {} a record",
                options.block_raw_bytes_max, options.block_records_max, options.record_bytes_max);
  }
  TRY(files.create_directories(options.directory));
  TRY_ASSIGN(SigningKey key,
             SigningKey::load_or_create(files, options.key_directory, options.origin));
  Damages damages;
  TRY_ASSIGN(CheckpointFile checkpoints,
             CheckpointFile::open(files, options.directory, key.verifier(), damages));
  TRY_ASSIGN(Recovered recovered, recover(files, options.directory));
  std::unique_ptr<Store> store(new Store(options, files, clock, metrics, log, std::move(seeds),
                                         std::move(key), std::move(checkpoints)));
  store->report(damages);
  TRY(store->apply(std::move(recovered)));
  return store;
}

void Store::report(const Damages& damages) {
  for (const Damage& damage : damages) {
    if (damage.kind == DamageKind::kTorn) {
      log_.warning("journal: cut at {} byte {}: {}; none of it was acknowledged", damage.file,
                   damage.offset, damage.what);
    } else {
      log_.error("journal: {} byte {}: {}", damage.file, damage.offset, damage.what);
    }
  }
}

Status Store::apply(Recovered recovered) {
  report(recovered.damages);
  TRY(apply_segments(recovered));
  archive_->adopt(recovered, recovered.tail);
  TRY(apply_wal(recovered));
  TRY(apply_retention());
  const auto& newest = checkpoints_.newest();
  if (newest && newest->tree_size <= tree_.end()) {
    TRY_ASSIGN(const Sha256Digest root, archive_->root(newest->tree_size));
    if (root != newest->root) {
      log_.error("journal: the log is not the one that checkpoint {} signed; run verify",
                 newest->tree_size);
    }
  } else if (newest) {
    log_.error("journal: checkpoint {} covers more than the {} blocks that are left; run verify",
               newest->tree_size, tree_.end());
  }
  return {};
}

Status Store::apply_segments(Recovered& recovered) {
  for (const Seq empty : recovered.empty_segments) {
    for (const std::string& path :
         {segment_path(options_.directory, empty), index_path(options_.directory, empty)}) {
      if (const Status removed = files_.remove(path);
          !removed && removed.error().code() != ErrorCode::kNotFound) {
        return removed.error();
      }
    }
  }
  for (RecoveredSegment& segment : recovered.segments) {
    const bool last = &segment == &recovered.segments.back();
    const std::string path = segment_path(options_.directory, segment.info.first_seq);
    if (!tree_.append_all(segment.info.range.nodes())) {
      return fail(ErrorCode::kCorrupt, "journal: {} does not continue the log's tree", path);
    }
    if (segment.sealed) {
      continue;
    }
    if (segment.cut) {
      TRY_ASSIGN(const auto file, files_.open(path, OpenMode::kReadWrite));
      TRY(file->truncate(segment.info.segment_bytes));
      TRY(file->sync_data());
    }
    // A last segment whose file is gone cannot be written on.
    const bool goes_on = last && !segment.info.retired;
    segment.sealed = !goes_on;
    Status rewritten = rewrite_sidecar(segment, !goes_on);
    if (goes_on) {
      TRY_ASSIGN(segment_, files_.open(path, OpenMode::kReadWrite));
      active_ = segment.info;
      active_entries_ = segment.entries;
      if (rewritten) {
        TRY_ASSIGN(sidecar_, files_.open(index_path(options_.directory, segment.info.first_seq),
                                         OpenMode::kReadWrite));
      }
      sidecar_behind_ = !rewritten;
    }
    if (!rewritten) {
      log_.warning("journal: {}'s sidecar is to be written again later: {}", path,
                   rewritten.error().full_text());
    }
  }
  return {};
}

Status Store::rewrite_sidecar(const RecoveredSegment& segment, bool with_trailer) {
  std::string bytes = index_header(segment.info.first_seq, segment.info.first_block);
  for (const BlockEntry& entry : segment.entries) {
    bytes += entry.encode();
  }
  if (with_trailer) {
    bytes += index_trailer(segment.info);
  }
  return write_file_atomically(files_, index_path(options_.directory, segment.info.first_seq),
                               bytes);
}

Status Store::apply_wal(Recovered& recovered) {
  const std::string path = wal_path(options_.directory);
  if (recovered.wal_damaged) {
    keep_damaged_wal();
  }
  Result<std::unique_ptr<File>> wal = files_.open(path, OpenMode::kReadWrite);
  if (!wal && wal.error().code() == ErrorCode::kNotFound) {
    wal = files_.open(path, OpenMode::kCreateNew);
  }
  if (!wal) {
    return std::move(wal).error();
  }
  wal_ = std::move(*wal);
  wal_end_ = std::max<std::uint64_t>(recovered.wal_end, kWalHeaderBytes);
  next_seq_ = recovered.next_seq;
  recovered_tail_ = std::move(recovered.tail);
  if (recovered.wal_end < kWalHeaderBytes || recovered.wal_damaged) {
    TRY(wal_->write_at(0, wal_file_header()));
  }
  TRY(wal_->truncate(wal_end_));
  TRY(wal_->sync_data());
  TRY(files_.sync_directory(options_.directory));
  if (const Status taken = take_in_tail(); !taken) {
    // They stay in the write-ahead file, can be read, and are tried again with the next commit.
    log_.warning("journal: records of the write-ahead file are not in blocks yet: {}",
                 taken.error().full_text());
  }
  return {};
}

void Store::keep_damaged_wal() {
  const std::string path = wal_path(options_.directory);
  const std::string copy = fmt::format("{}.damaged-{}", path, clock_.now().value);
  Status kept;
  if (const auto bytes = read_file(files_, path, std::uint64_t{2} << 30U)) {
    kept = write_file_atomically(files_, copy, *bytes);
  } else {
    kept = bytes.error();
  }
  if (kept) {
    log_.error("journal: the damaged write-ahead file is kept as {}", copy);
  } else {
    log_.error("journal: no copy of the damaged write-ahead file: {}", kept.error().full_text());
  }
}

// The write-ahead file's records become blocks, and the file starts anew.
Status Store::take_in_tail() {
  if (recovered_tail_.empty()) {
    return {};
  }
  TRY(roll_if_full());
  Group group;
  group.next_before = next_seq_;
  group.segment_end = active_->segment_bytes;
  group.wal_end = wal_end_;
  const auto write = [&]() -> Status {
    for (const Slice& slice : recovered_tail_) {
      TRY(add_slice(slice, group));
    }
    TRY(write_block(group));
    return segment_->sync_data();
  };
  if (const Status written = write(); !written) {
    roll_back(group);
    return written.error();
  }
  group.records = 0;  // counted by the process that acknowledged them
  group.bytes = 0;
  recovered_tail_.clear();
  publish(group);
  archive_->set_end(next_seq_);
  empty_wal();
  return {};
}

// Finishes a removal that was interrupted between its note and its files.
Status Store::apply_retention() {
  const auto retention = read_retention(files_, options_.directory, key_.verifier());
  if (!retention) {
    log_.error("journal: {}", retention.error().full_text());
    return {};
  }
  if (!*retention) {
    return {};
  }
  for (const auto& info : archive_->segments()) {
    if (!info->retired && info->end_seq <= (*retention)->begin &&
        !(active_ && active_->first_seq == info->first_seq)) {
      archive_->retire(info->first_seq);
      TRY(files_.remove(segment_path(options_.directory, info->first_seq)));
    }
  }
  return {};
}

}  // namespace tocsin::journal
