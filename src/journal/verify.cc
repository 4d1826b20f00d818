#include "journal/verify.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/fail.h"
#include "journal/block.h"
#include "journal/checkpoint_file.h"
#include "journal/merkle.h"
#include "journal/recovery.h"
#include "journal/segment_scan.h"
#include "journal/wal.h"

namespace tocsin {
namespace journal {
namespace {

constexpr std::uint64_t kCheckpointBytesMax = std::uint64_t{1} << 30U;
constexpr std::uint64_t kWalBytesMax = std::uint64_t{2} << 30U;

class Verifier {
 public:
  Verifier(FileSystem& files, const VerifyOptions& options, const VerifyProgress& progress)
      : files_(files), directory_(options.directory), options_(options), progress_(progress) {}

  // The order matters beside a running server: what is read first can only be behind.
  Result<VerifyReport> run() {
    TRY(list_files());
    read_key();
    read_checkpoints();
    read_retention_note();
    read_wal();
    for (const Seq first : segments_) {
      TRY(check_segment(first, first == *segments_.rbegin()));
    }
    check_left_checkpoints();
    check_tail();
    report_.tree_size = tree_.end();
    report_.root = tree_.root();
    report_.end = next_seq_;
    return std::move(report_);
  }

 private:
  void fault(const std::string& file, std::uint64_t offset, std::string what,
             DamageKind kind = DamageKind::kDamaged) {
    report_.faults.push_back({kind, file, offset, std::move(what)});
  }
  void note(const std::string& file, std::uint64_t offset, std::string what) {
    report_.notes.push_back({DamageKind::kTorn, file, offset, std::move(what)});
  }
  void take(Damage damage) {
    (damage.kind == DamageKind::kTorn ? report_.notes : report_.faults)
        .push_back(std::move(damage));
  }

  Status list_files() {
    TRY_ASSIGN(const std::vector<std::string> names, files_.list(directory_));
    for (const std::string& name : names) {
      const auto segment = seq_of_file_name(name, ".seg");
      const auto sidecar = seq_of_file_name(name, ".idx");
      const std::string path = directory_ + "/" + name;
      if (segment || sidecar) {
        segments_.insert(segment ? *segment : *sidecar);
        if (const auto info = files_.info(path); info && segment) {
          total_ += info->size;
        }
      } else if (name != "wal" && name != "checkpoints" && name != "retention") {
        note(path, 0, "not a file of the journal");
      }
    }
    return {};
  }

  void read_key() {
    if (options_.pinned_key) {
      key_ = options_.pinned_key;
      return;
    }
    const std::string path = options_.key_directory + "/journal.pub";
    const Result<std::string> text = read_file(files_, path, 4096);
    if (!text) {
      if (text.error().code() != ErrorCode::kNotFound || !segments_.empty()) {
        fault(path, 0, text.error().full_text(), DamageKind::kMissing);
      }
      return;
    }
    const Result<VerifierKey> key = VerifierKey::parse(*text);
    if (!key || key->text() + "\n" != *text) {
      fault(path, 0, key ? "not as it was written" : key.error().full_text());
      return;
    }
    key_ = *key;
    if (const Status checked = check_private_key(files_, options_.key_directory, *key); !checked) {
      fault(options_.key_directory + "/journal.key", 0, checked.error().full_text());
    }
  }

  void read_checkpoints() {
    const std::string path = checkpoints_path(directory_);
    const Result<std::string> bytes = read_file(files_, path, kCheckpointBytesMax);
    if (!bytes) {
      if (bytes.error().code() != ErrorCode::kNotFound) {
        fault(path, 0, bytes.error().full_text());
      }
      return;
    }
    const NoteList list = split_notes(*bytes);
    for (const NotePlace& place : list.notes) {
      const Result<Checkpoint> checkpoint =
          key_ ? open_checkpoint(place.note, *key_) : parse_checkpoint(place.note);
      if (!checkpoint) {
        fault(path, place.offset, checkpoint.error().full_text());
        continue;
      }
      ++report_.checkpoints;
      if (checkpoint->tree_size < report_.checkpoint_size) {
        fault(path, place.offset,
              fmt::format("the checkpoint covers {} blocks, an earlier one {}",
                          checkpoint->tree_size, report_.checkpoint_size));
      }
      report_.checkpoint_size = std::max(report_.checkpoint_size, checkpoint->tree_size);
      checkpoints_.emplace(checkpoint->tree_size, SignedRoot{checkpoint->root, place.offset});
    }
    if (list.end < bytes->size()) {
      report_checkpoint_rest(path, *bytes, list);
    }
  }

  // Behind the last whole note: an unfinished one, or one whose last line end was changed.
  void report_checkpoint_rest(const std::string& path, std::string bytes, const NoteList& list) {
    const std::size_t start = list.end;
    bytes.back() = '\n';
    const NoteList repaired = split_notes(bytes);
    const bool was_whole = key_ && !repaired.notes.empty() && repaired.end == bytes.size() &&
                           open_checkpoint(repaired.notes.back().note, *key_).has_value();
    if (was_whole) {
      fault(path, start, "the last line does not end as it was written");
    } else {
      note(path, start, fmt::format("{} bytes of an unfinished checkpoint", bytes.size() - start));
    }
  }

  void read_retention_note() {
    if (!key_) {
      return;
    }
    const auto retention = read_retention(files_, directory_, *key_);
    if (!retention) {
      fault(retention_path(directory_), 0, retention.error().full_text());
    } else if (*retention) {
      kept_from_ = (*retention)->begin;
    }
  }

  void read_wal() {
    const std::string path = wal_path(directory_);
    const Result<std::string> bytes = read_file(files_, path, kWalBytesMax);
    if (!bytes) {
      if (bytes.error().code() != ErrorCode::kNotFound) {
        fault(path, 0, bytes.error().full_text());
      } else if (!segments_.empty()) {
        fault(path, 0, "the write-ahead file is not there", DamageKind::kMissing);
      }
      return;
    }
    report_.bytes += bytes->size();
    wal_ = scan_wal(*bytes);
    for (Damage& damage : wal_.damages) {
      damage.file = path;
      take(std::move(damage));
    }
  }

  Status check_segment(Seq first, bool last) {
    const std::string path = segment_path(directory_, first);
    TRY_ASSIGN(const LoadedIndex index, load_index(files_, index_path(directory_, first)));
    Result<std::unique_ptr<File>> file = files_.open(path, OpenMode::kRead);
    if (!file && file.error().code() != ErrorCode::kNotFound) {
      fault(path, 0, file.error().full_text());
      return {};
    }
    if (!file) {
      check_retired(first, path, index);
      return {};
    }
    ++report_.segments;
    if (report_.records == 0) {
      report_.begin = first;
    }
    return check_present(first, last, path, **file, index);
  }

  void check_retired(Seq first, const std::string& path, const LoadedIndex& index) {
    const std::string sidecar = index_path(directory_, first);
    if (!index.whole) {
      fault(sidecar, index.end, "the sidecar of a removed segment is damaged");
    }
    SegmentInfo info = SegmentInfo::starting(first, tree_.end());
    for (const BlockEntry& entry : index.entries) {
      info.add(entry);
      add_leaf(entry.leaf);
    }
    if (info.end_seq > kept_from_ || info.blocks == 0) {
      fault(path, 0, "the segment is not there, and no retention removed it", DamageKind::kMissing);
    }
    check_trailer(sidecar, index, info);
    check_sidecar_size(sidecar, index);
    report_.retired += info.end_seq.value - first.value;
    next_seq_ = info.end_seq;
    report_.begin = next_seq_;
  }

  Status check_present(Seq first, bool last, const std::string& path, File& file,
                       const LoadedIndex& index) {
    TRY_ASSIGN(const std::uint64_t size, file.size());
    check_start(first, last, path, file, size);
    TRY_ASSIGN(const SegmentScan scan,
               scan_segment(file, path, std::min<std::uint64_t>(size, kSegmentHeaderBytes),
                            tree_.end(), next_seq_));
    for (const Damage& damage : scan.damages) {
      Damage copy = damage;
      if (!last && copy.kind == DamageKind::kTorn) {
        copy.kind = DamageKind::kDamaged;
      }
      take(std::move(copy));
    }
    SegmentInfo info = SegmentInfo::starting(first, tree_.end());
    std::vector<BlockEntry> entries;
    for (const ScannedBlock& scanned : scan.blocks) {
      BlockEntry entry = scanned.entry;
      if (entry.frame_bytes == 0 && entries.size() < index.entries.size()) {
        entry.leaf = index.entries[entries.size()].leaf;  // for the checkpoints' sake
      }
      TRY(check_block(path, file, scanned));
      entries.push_back(entry);
      info.add(entry);
      add_leaf(entry.leaf);
    }
    check_sidecar(first, last, index, entries, info);
    report_.bytes += size;
    return {};
  }

  void check_start(Seq first, bool last, const std::string& path, File& file, std::uint64_t size) {
    if (size < kSegmentHeaderBytes) {
      if (last) {
        note(path, 0, "the header is unfinished");
      } else {
        fault(path, 0, "the header is cut short");
      }
      return;
    }
    const Result<std::string> head = read_exactly(file, 0, kSegmentHeaderBytes);
    const auto start = head ? parse_segment_header(*head) : std::nullopt;
    if (!start) {
      fault(path, 0, "the header is damaged");
    } else if (start->first_seq != first || start->first_block != tree_.end()) {
      fault(path, 0,
            fmt::format("the header names record {} and block {}, here belong {} and {}",
                        start->first_seq.value, start->first_block, first.value, tree_.end()));
    }
  }

  Status check_block(const std::string& path, File& file, const ScannedBlock& scanned) {
    const BlockEntry& entry = scanned.entry;
    if (entry.first_seq > next_seq_) {
      fault(path, entry.offset,
            fmt::format("records {} to {} are missing", next_seq_.value, entry.first_seq.value - 1),
            DamageKind::kMissing);
    }
    next_seq_ = std::max(next_seq_, entry.end_seq());
    if (entry.frame_bytes == 0 || !scanned.body_ok) {
      return {};  // named by the scan
    }
    TRY_ASSIGN(const std::string frame, read_exactly(file, entry.offset, entry.frame_bytes));
    const Result<Block> block = parse_block(frame);
    if (!block) {
      fault(path, entry.offset, block.error().full_text());
      return {};
    }
    ++report_.blocks;
    report_.records += block->header.count;
    report_.redacted += static_cast<std::uint64_t>(std::ranges::count(block->redacted, true));
    if (tree_root(block->leaves()) != block->header.root) {
      fault(path, entry.offset, "the records do not make the block's root");
    }
    check_times(path, entry, *block);
    done_ += entry.frame_bytes;
    if (progress_ && !progress_(done_, total_)) {
      return fail(ErrorCode::kCancelled, "verify: stopped at {}", path);
    }
    return {};
  }

  void check_times(const std::string& path, const BlockEntry& entry, const Block& block) {
    for (std::size_t i = 0; i < block.batch->size(); ++i) {
      const Micros received = (*block.batch)[i].received;
      if (!block.is_redacted(i) &&
          (received < block.header.received_min || received > block.header.received_max)) {
        fault(path, entry.offset,
              fmt::format("record {} lies outside the block's time range",
                          entry.first_seq.value + i));
        return;
      }
    }
  }

  void check_sidecar(Seq first, bool last, const LoadedIndex& index,
                     const std::vector<BlockEntry>& entries, const SegmentInfo& info) {
    const std::string path = index_path(directory_, first);
    if (!index.start) {
      const auto file = files_.info(path);
      if (last && file && file->size < kIndexHeaderBytes) {
        note(path, 0, "the sidecar's header is unfinished");
      } else {
        fault(path, 0, file ? "the header is damaged" : "the sidecar is not there",
              file ? DamageKind::kDamaged : DamageKind::kMissing);
      }
      return;
    }
    for (std::size_t i = 0; i < std::min(entries.size(), index.entries.size()); ++i) {
      if (index.entries[i] != entries[i] && entries[i].frame_bytes != 0) {
        fault(path, kIndexHeaderBytes + i * kIndexEntryBytes,
              fmt::format("the entry of block {} does not fit the segment", info.first_block + i));
      }
    }
    if (index.entries.size() > entries.size()) {
      fault(segment_path(directory_, first), info.segment_bytes,
            fmt::format("{} blocks that the sidecar names are not there",
                        index.entries.size() - entries.size()),
            DamageKind::kMissing);
    }
    check_sidecar_size(path, index);
    if (!last || index.has_trailer) {
      check_trailer(path, index, info);
    }
  }

  // Bytes behind the last good entry that are not the trailer.
  void check_sidecar_size(const std::string& path, const LoadedIndex& index) {
    const auto file = files_.info(path);
    if (!file) {
      return;
    }
    const std::uint64_t end =
        index.end + (index.has_trailer ? index_trailer(index.trailer).size() : 0);
    if (file->size == end) {
      return;
    }
    if (!index.has_trailer && file->size - end < kIndexEntryBytes) {
      note(path, end, "an unfinished entry");
    } else {
      fault(path, end, "a damaged entry or trailer");
    }
  }

  void check_trailer(const std::string& path, const LoadedIndex& index, const SegmentInfo& info) {
    if (!index.has_trailer) {
      fault(path, index.end, "the trailer is missing or damaged");
    } else if (index.trailer.blocks != info.blocks || index.trailer.end_seq != info.end_seq ||
               index.trailer.segment_bytes != info.segment_bytes ||
               index.trailer.range.nodes() != info.range.nodes()) {
      fault(path, index.end, "the trailer does not fit the blocks");
    }
  }

  void add_leaf(const Sha256Digest& leaf) {
    tree_.append_leaf(leaf);
    const auto [from, to] = checkpoints_.equal_range(tree_.end());
    for (auto at = from; at != to; ++at) {
      if (at->second.root != tree_.root()) {
        fault(checkpoints_path(directory_), at->second.offset,
              fmt::format("the log's first {} blocks are not those that were signed", at->first));
      }
    }
  }

  void check_left_checkpoints() {
    for (auto at = checkpoints_.upper_bound(tree_.end()); at != checkpoints_.end(); ++at) {
      fault(checkpoints_path(directory_), at->second.offset,
            fmt::format("{} blocks were signed, {} are there", at->first, tree_.end()),
            DamageKind::kMissing);
    }
  }

  void check_tail() {
    for (const auto& batch : wal_.batches) {
      if (batch->end_seq() <= next_seq_) {
        continue;
      }
      if (batch->first_seq() > next_seq_) {
        fault(wal_path(directory_), 0,
              fmt::format("records {} to {} are neither in a block nor here", next_seq_.value,
                          batch->first_seq().value - 1),
              DamageKind::kMissing);
      }
      const Seq first = std::max(next_seq_, batch->first_seq());
      report_.records += batch->end_seq().value - first.value;
      next_seq_ = batch->end_seq();
    }
  }

  struct SignedRoot {
    Sha256Digest root{};
    std::uint64_t offset = 0;
  };

  FileSystem& files_;
  const std::string& directory_;
  const VerifyOptions& options_;
  const VerifyProgress& progress_;
  std::optional<VerifierKey> key_;
  std::set<Seq> segments_;
  std::multimap<std::uint64_t, SignedRoot> checkpoints_;
  Seq kept_from_{1};
  WalScan wal_;
  CompactRange tree_;
  Seq next_seq_{1};
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  VerifyReport report_;
};

}  // namespace
}  // namespace journal

Result<VerifyReport> verify_journal(FileSystem& files, const VerifyOptions& options,
                                    const VerifyProgress& progress) {
  return journal::Verifier(files, options, progress).run();
}

}  // namespace tocsin
