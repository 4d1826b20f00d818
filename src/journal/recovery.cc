#include "journal/recovery.h"

#include <algorithm>
#include <set>

#include "base/fail.h"
#include "journal/segment_scan.h"
#include "journal/wal.h"

namespace tocsin::journal {
namespace {

constexpr std::uint64_t kWalBytesLimit = std::uint64_t{2} << 30U;
constexpr std::uint64_t kMissingBlocksMax = std::uint64_t{1} << 24U;

// First Seqs of all segments that have a file of either kind.
Result<std::set<Seq>> segment_names(FileSystem& files, const std::string& directory) {
  TRY_ASSIGN(const std::vector<std::string> names, files.list(directory));
  std::set<Seq> seqs;
  for (const std::string& name : names) {
    for (const std::string_view ending : {".seg", ".idx"}) {
      if (const auto seq = seq_of_file_name(name, ending)) {
        seqs.insert(*seq);
      }
    }
  }
  return seqs;
}

class Recovery {
 public:
  Recovery(FileSystem& files, const std::string& directory)
      : files_(files), directory_(directory) {}

  Result<Recovered> run() {
    TRY_ASSIGN(const std::set<Seq> names, segment_names(files_, directory_));
    for (const Seq first : names) {
      TRY(add_segment(first));
    }
    while (!out_.segments.empty() && out_.segments.back().info.blocks == 0) {
      out_.empty_segments.push_back(out_.segments.back().info.first_seq);
      out_.segments.pop_back();
    }
    if (!out_.segments.empty()) {
      out_.next_seq = out_.segments.back().info.end_seq;
    }
    TRY(add_wal());
    return std::move(out_);
  }

 private:
  Status add_segment(Seq first) {
    const std::uint64_t expected = out_.blocks();
    const std::string path = segment_path(directory_, first);
    const Result<FileInfo> file = files_.info(path);
    if (!file && file.error().code() != ErrorCode::kNotFound) {
      return file.error();
    }
    TRY_ASSIGN(const auto trailer, load_index_trailer(files_, index_path(directory_, first)));
    RecoveredSegment segment;
    if (trailer && trailer->first_seq == first && trailer->first_block >= expected) {
      segment.info = *trailer;
      segment.sealed = true;
      if (file && file->size < trailer->segment_bytes) {
        note(DamageKind::kMissing, path, file->size,
             fmt::format("the file ends {} bytes early", trailer->segment_bytes - file->size));
      }
    } else {
      TRY_ASSIGN(segment, rebuild(first, expected, file.has_value()));
    }
    segment.info.retired = !file;
    TRY(fill_gap(segment.info.first_block));
    out_.segments.push_back(std::move(segment));
    return {};
  }

  // A segment without a whole trailer: the active one, or one whose sidecar was damaged.
  Result<RecoveredSegment> rebuild(Seq first, std::uint64_t expected, bool has_file) {
    TRY_ASSIGN(LoadedIndex index, load_index(files_, index_path(directory_, first)));
    const std::string path = segment_path(directory_, first);
    std::unique_ptr<File> file;
    std::uint64_t first_block = index.start ? index.start->first_block : expected;
    std::uint64_t size = 0;
    if (has_file) {
      TRY_ASSIGN(file, files_.open(path, OpenMode::kRead));
      TRY_ASSIGN(size, file->size());
      TRY_ASSIGN(const std::string head,
                 read_exactly(*file, 0, std::min<std::uint64_t>(size, kSegmentHeaderBytes)));
      if (const auto start = parse_segment_header(head)) {
        first_block = start->first_block;
      } else if (size >= kSegmentHeaderBytes) {
        note(DamageKind::kDamaged, path, 0, "the file's header is damaged");
      }
    }
    first_block = std::max(first_block, expected);
    RecoveredSegment segment;
    segment.info = SegmentInfo::starting(first, first_block);
    for (const BlockEntry& entry : index.entries) {
      if (has_file && entry.end_offset() > size) {
        note(DamageKind::kMissing, path, entry.offset,
             fmt::format("records {} to {} should be here", entry.first_seq.value,
                         entry.end_seq().value - 1));
        continue;
      }
      add_entry(segment, entry);
    }
    if (has_file && size > segment.info.segment_bytes) {
      TRY(scan_rest(*file, path, size, segment));
    }
    return segment;
  }

  Status scan_rest(File& file, const std::string& path, std::uint64_t size,
                   RecoveredSegment& segment) {
    const SegmentInfo& info = segment.info;
    TRY_ASSIGN(SegmentScan scan, scan_segment(file, path, info.segment_bytes,
                                              info.first_block + info.blocks, info.end_seq));
    // The sidecar learns of a block after it is durable. Unreadable blocks at the very end that it
    // does not know were never acknowledged.
    while (!scan.blocks.empty() && !scan.blocks.back().body_ok) {
      scan.end = scan.blocks.back().entry.offset;
      scan.blocks.pop_back();
    }
    for (const ScannedBlock& block : scan.blocks) {
      add_entry(segment, block.entry);
    }
    segment.cut = size > scan.end;
    out_.damages.insert(out_.damages.end(), scan.damages.begin(), scan.damages.end());
    return {};
  }

  static void add_entry(RecoveredSegment& segment, const BlockEntry& entry) {
    segment.entries.push_back(entry);
    segment.info.add(entry);
  }

  // Blocks of which no file is left keep their place in the tree, with a leaf of zeros: old
  // checkpoints then no longer agree, and verify says so, but the log goes on.
  Status fill_gap(std::uint64_t first_block) {
    const std::uint64_t expected = out_.blocks();
    if (first_block == expected) {
      return {};
    }
    if (first_block - expected > kMissingBlocksMax) {
      return fail(ErrorCode::kCorrupt, "journal {}: {} blocks are missing before block {}",
                  directory_, first_block - expected, first_block);
    }
    note(DamageKind::kMissing, directory_, 0,
         fmt::format("blocks {} to {} are in no file", expected, first_block - 1));
    RecoveredSegment gap;
    gap.info = SegmentInfo::starting(
        out_.segments.empty() ? Seq(1) : out_.segments.back().info.end_seq, expected);
    gap.info.retired = true;
    gap.sealed = true;
    for (std::uint64_t i = expected; i < first_block; ++i) {
      gap.info.add(BlockEntry{});
    }
    out_.segments.push_back(std::move(gap));
    return {};
  }

  Status add_wal() {
    const std::string path = wal_path(directory_);
    Result<std::string> bytes = read_file(files_, path, kWalBytesLimit);
    if (!bytes) {
      return bytes.error().code() == ErrorCode::kNotFound ? Status{} : bytes.error();
    }
    WalScan scan = scan_wal(*bytes);
    out_.wal_end = scan.end;
    out_.wal_cut = bytes->size() > scan.end;
    for (Damage& damage : scan.damages) {
      out_.wal_damaged = out_.wal_damaged || damage.kind != DamageKind::kTorn;
      damage.file = path;
      out_.damages.push_back(std::move(damage));
    }
    for (const auto& batch : scan.batches) {
      const Seq first = std::max(batch->first_seq(), out_.next_seq);
      if (batch->end_seq() <= first) {
        continue;  // in a block already
      }
      if (first > out_.next_seq) {
        note(DamageKind::kMissing, path, 0,
             fmt::format("records {} to {} are neither in a block nor here", out_.next_seq.value,
                         first.value - 1));
      }
      out_.tail.push_back({batch, first.value - batch->first_seq().value, batch->size()});
      out_.next_seq = batch->end_seq();
    }
    out_.next_seq = std::max(out_.next_seq, scan.claimed_end);
    return {};
  }

  void note(DamageKind kind, const std::string& file, std::uint64_t offset, std::string what) {
    out_.damages.push_back({kind, file, offset, std::move(what)});
  }

  FileSystem& files_;
  const std::string& directory_;
  Recovered out_;
};

}  // namespace

std::uint64_t Recovered::blocks() const {
  return segments.empty() ? 0 : segments.back().info.first_block + segments.back().info.blocks;
}

std::string wal_path(const std::string& directory) {
  return directory + "/wal";
}

Result<Recovered> recover(FileSystem& files, const std::string& directory) {
  return Recovery(files, directory).run();
}

}  // namespace tocsin::journal
