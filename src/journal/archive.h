// Archive: the journal's durable records, for reading: by Seq, by time, with proofs.
//
// The writer (journal/store.h) tells it what became durable; without a server open_read_only()
// reads a directory as it stands and changes nothing. Thread-safe. Keeps in memory: a summary of
// each segment, the active segment's block list, the records that are not in a block, and a few
// opened blocks and sidecars.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "journal/block.h"
#include "journal/merkle.h"
#include "journal/proof.h"
#include "journal/recovery.h"
#include "journal/segment_index.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin::journal {

class Archive {
 public:
  Archive(std::string directory, FileSystem& files, Metrics& metrics, Log& log);
  static Result<std::unique_ptr<Archive>> open_read_only(const std::string& directory,
                                                         FileSystem& files, Metrics& metrics,
                                                         Log& log);

  // What readers ask; see journal/journal.h.
  Seq begin() const EXCLUDES(mutex_);
  Seq end() const EXCLUDES(mutex_);
  Seq blocks_end() const EXCLUDES(mutex_);  // first Seq that is not in a block
  std::uint64_t tree_size() const EXCLUDES(mutex_);
  Result<std::shared_ptr<const RecordBatch>> read(Seq from, std::size_t records_max,
                                                  std::size_t bytes_max) EXCLUDES(mutex_);
  Result<Seq> first_received_at_or_after(Micros time) EXCLUDES(mutex_);
  // kNotFound: no such record; kUnavailable: not in a block, or not under this checkpoint;
  // kCorrupt: its block is damaged.
  Result<InclusionProof> prove(Seq seq, const Checkpoint& checkpoint) EXCLUDES(mutex_);
  Result<ConsistencyProof> consistency(std::uint64_t old_size, std::uint64_t new_size)
      EXCLUDES(mutex_);
  Result<Sha256Digest> root(std::uint64_t size) EXCLUDES(mutex_);
  std::uint64_t stored_bytes() const EXCLUDES(mutex_);  // segments and sidecars
  std::vector<std::shared_ptr<const SegmentInfo>> segments() const EXCLUDES(mutex_);

  // What the writer tells. Blocks belong to the active segment.
  void adopt(const Recovered& recovered, const std::vector<Slice>& tail) EXCLUDES(mutex_);
  void start_segment(const SegmentInfo& info) EXCLUDES(mutex_);
  void add_durable(std::span<const BlockEntry> blocks, std::span<const Slice> tail)
      EXCLUDES(mutex_);
  void set_end(Seq end) EXCLUDES(mutex_);
  void retire(Seq first_seq) EXCLUDES(mutex_);

 private:
  using Entries = std::shared_ptr<const std::vector<BlockEntry>>;
  using Info = std::shared_ptr<const SegmentInfo>;
  struct Place {
    Seq segment;
    std::uint64_t index = 0;  // in the log's tree
    BlockEntry entry;
  };
  struct CachedBlock {
    Seq segment;
    std::uint64_t offset = 0;
    std::shared_ptr<const Block> block;
  };

  // What all proofs out of one block share.
  struct BlockProof {
    Seq segment;
    std::uint64_t index = 0;
    std::uint64_t tree_size = 0;
    std::shared_ptr<const Block> block;
    TreeLevels records;
    std::vector<Sha256Digest> path;
  };

  Result<std::shared_ptr<const BlockProof>> block_proof(const Place& place, std::uint64_t tree_size)
      EXCLUDES(mutex_);
  std::optional<std::size_t> segment_at(Seq seq) const REQUIRES(mutex_);
  Result<Entries> entries_of(const Info& info) EXCLUDES(mutex_);
  // The block that holds `seq`, or the next one; nothing when only the tail can.
  Result<std::optional<Place>> find(Seq seq) EXCLUDES(mutex_);
  Result<std::shared_ptr<const Block>> load(const Place& place) EXCLUDES(mutex_);
  void note_unreadable(const Place& place, const Error& error) EXCLUDES(mutex_);
  std::shared_ptr<const RecordBatch> read_tail(Seq from, std::size_t records_max,
                                               std::size_t bytes_max) EXCLUDES(mutex_);
  Result<Sha256Digest> range_root(std::uint64_t begin, std::uint64_t end) EXCLUDES(mutex_);

  const std::string directory_;
  FileSystem& files_;
  Log& log_;
  Counter& blocks_read_;
  Counter& unreadable_;

  mutable Mutex mutex_;
  std::vector<Info> sealed_ GUARDED_BY(mutex_);
  std::optional<SegmentInfo> active_ GUARDED_BY(mutex_);
  std::vector<BlockEntry> active_entries_ GUARDED_BY(mutex_);
  std::deque<Slice> tail_ GUARDED_BY(mutex_);
  Seq end_ GUARDED_BY(mutex_){1};
  Seq noted_until_ GUARDED_BY(mutex_);  // unreadable blocks are logged once, going forward
  std::deque<CachedBlock> block_cache_ GUARDED_BY(mutex_);
  std::shared_ptr<const BlockProof> last_proof_ GUARDED_BY(mutex_);
  std::deque<std::pair<std::uint64_t, Entries>> entries_cache_ GUARDED_BY(mutex_);
};

}  // namespace tocsin::journal
