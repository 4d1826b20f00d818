// Store: the single-threaded core of the journal: commit, seal, roll, sign, retire, recover.
//
// Not for: queues, threads and call-backs (journal.cc). One thread; its Archive may be read by any.
// Invariants: a commit is whole or leaves no trace; a block is written before it is in the sidecar,
// and in the sidecar only when it is durable; the open block's records are in the write-ahead file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/archive.h"
#include "journal/block.h"
#include "journal/checkpoint_file.h"
#include "journal/options.h"
#include "journal/signed_note.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin::journal {

using SeedSource = std::function<BlockSeed()>;
BlockSeed random_seed();

class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const JournalOptions& options, FileSystem& files,
                                             Clock& clock, Metrics& metrics, Log& log,
                                             SeedSource seeds = random_seed);

  // All batches become durable, in this order, or none does (their first_seq is 0 again then).
  // No batch is empty or over the limits of check().
  Status commit(std::span<const std::shared_ptr<RecordBatch>> batches);
  Status check(const RecordBatch& batch) const;

  // Closes the open block, if any.
  Status seal();
  bool has_open() const { return !open_.slices.empty() || !recovered_tail_.empty(); }
  Span open_age() const { return Span(clock_.since_boot().value - open_.since.value); }

  // Signs the present root unless the newest checkpoint has it already.
  Result<Checkpoint> sign_checkpoint();
  const std::optional<Checkpoint>& newest_checkpoint() const { return checkpoints_.newest(); }

  Result<Seq> retire_before(Seq seq);
  Result<Seq> retire_received_before(Micros time);

  Archive& archive() { return *archive_; }
  const VerifierKey& verifier_key() const { return key_.verifier(); }
  std::uint64_t wal_bytes() const { return wal_end_; }

 private:
  struct OpenBlock {
    std::vector<Slice> slices;
    std::size_t bytes = 0;
    std::size_t records = 0;
    Seq end;
    Span since;
  };
  // One commit on its way: what to publish when it succeeds, what to restore when it does not.
  struct Group {
    OpenBlock open_before;
    Seq next_before;
    std::uint64_t segment_end = 0;
    std::uint64_t wal_end = 0;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::vector<BlockEntry> blocks;
    std::size_t fresh_from = 0;  // first of open_.slices that is not in the write-ahead file
  };

  Store(const JournalOptions& options, FileSystem& files, Clock& clock, Metrics& metrics, Log& log,
        SeedSource seeds, SigningKey key, CheckpointFile checkpoints);

  Status apply(Recovered recovered);
  Status apply_segments(Recovered& recovered);
  Status rewrite_sidecar(const RecoveredSegment& segment, bool with_trailer);
  Status apply_wal(Recovered& recovered);
  void keep_damaged_wal();
  Status take_in_tail();
  Status apply_retention();
  void report(const Damages& damages);

  Status write_group(std::span<const std::shared_ptr<RecordBatch>> batches, Group& group);
  Status add_slice(const Slice& slice, Group& group);
  Status write_block(Group& group);
  void publish(Group& group);
  void roll_back(const Group& group);
  Status clean_up();  // after a failed roll_back
  Status check_free_space();
  Status run(std::span<const std::shared_ptr<RecordBatch>> batches, Group& group);

  Status roll_if_full();
  Status start_segment();
  Status finish_sidecar();
  void append_sidecar(std::span<const BlockEntry> entries);
  void empty_wal();
  Result<Seq> retire(const std::function<bool(const SegmentInfo&)>& is_old);

  const JournalOptions options_;
  FileSystem& files_;
  Clock& clock_;
  Log& log_;
  SeedSource seeds_;
  SigningKey key_;
  CheckpointFile checkpoints_;
  Compressor compressor_;
  std::unique_ptr<Archive> archive_;

  std::optional<SegmentInfo> active_;
  std::vector<BlockEntry> active_entries_;
  std::unique_ptr<File> segment_;
  std::unique_ptr<File> sidecar_;
  bool sidecar_behind_ = false;  // an append failed: it is rewritten when the segment is full
  CompactRange tree_;
  OpenBlock open_;
  std::vector<Slice> recovered_tail_;  // from the write-ahead file, until they are in blocks
  Seq next_seq_{1};
  std::unique_ptr<File> wal_;
  std::uint64_t wal_end_ = 0;
  bool dirty_ = false;  // bytes of a refused commit may stand behind the ends

  Counter& records_;
  Counter& raw_bytes_;
  Counter& blocks_;
  Counter& syncs_;
  Gauge& size_;
};

}  // namespace tocsin::journal
