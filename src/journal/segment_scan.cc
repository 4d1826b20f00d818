#include "journal/segment_scan.h"

#include <algorithm>

#include "base/fail.h"

namespace tocsin::journal {
namespace {

constexpr std::uint64_t kIndexFileBytesMax = std::uint64_t{1} << 30U;
constexpr std::size_t kSearchWindow = std::size_t{1} << 20U;
constexpr std::uint64_t kHolesMax = std::uint64_t{1} << 20U;

// Finds the next block header that is whole, from `from` on.
Result<std::optional<std::uint64_t>> find_block(File& file, std::uint64_t from,
                                                std::uint64_t size) {
  std::string window;
  while (from + kBlockHeaderBytes <= size) {
    TRY_ASSIGN(window,
               read_exactly(file, from, std::min<std::uint64_t>(kSearchWindow, size - from)));
    for (std::size_t at = window.find(kBlockMagic); at != std::string::npos;
         at = window.find(kBlockMagic, at + 1)) {
      if (at + kBlockHeaderBytes > window.size()) {
        break;
      }
      if (BlockHeader::parse(std::string_view(window).substr(at))) {
        return std::optional(from + at);
      }
    }
    if (window.size() < kSearchWindow) {
      break;
    }
    from += window.size() - kBlockHeaderBytes;
  }
  return std::optional<std::uint64_t>();
}

class Scanner {
 public:
  Scanner(File& file, const std::string& name, std::uint64_t offset, std::uint64_t first_block,
          Seq first_seq)
      : file_(file), name_(name), at_(offset), next_block_(first_block), next_seq_(first_seq) {}

  Result<SegmentScan> run() {
    TRY_ASSIGN(size_, file_.size());
    scan_.end = at_;
    while (at_ < size_) {
      TRY_ASSIGN(const bool more, step());
      if (!more) {
        break;
      }
    }
    return std::move(scan_);
  }

 private:
  Result<bool> step() {
    const std::uint64_t left = size_ - at_;
    TRY_ASSIGN(const std::string head,
               read_exactly(file_, at_, std::min<std::uint64_t>(left, kBlockHeaderBytes)));
    const Result<BlockHeader> header = BlockHeader::parse(head);
    if (!header || header->frame_bytes() > left || !fits(*header)) {
      return resume(head, header.has_value());
    }
    TRY_ASSIGN(const std::string body, read_exactly(file_, at_ + kBlockHeaderBytes,
                                                    header->frame_bytes() - kBlockHeaderBytes));
    add_holes(header->block_index);
    const bool body_ok = crc32c(body) == header->body_crc;
    if (!body_ok) {
      note(DamageKind::kDamaged,
           fmt::format("block {}, records {} to {}: the body's checksum is wrong",
                       header->block_index, header->first_seq.value, header->end_seq().value - 1));
    }
    scan_.blocks.push_back({BlockEntry::of(*header, at_), body_ok});
    next_block_ = header->block_index + 1;
    next_seq_ = header->end_seq();
    at_ += header->frame_bytes();
    scan_.end = at_;
    return true;
  }

  bool fits(const BlockHeader& header) const {
    return header.block_index >= next_block_ && header.block_index - next_block_ < kHolesMax &&
           header.first_seq >= next_seq_;
  }

  // After bytes that are no block: goes on at the next one, or ends the scan.
  Result<bool> resume(std::string_view head, bool header_whole) {
    TRY_ASSIGN(const std::optional<std::uint64_t> next, find_block(file_, at_ + 1, size_));
    if (next) {
      note(DamageKind::kDamaged, fmt::format("{} bytes are no block", *next - at_));
      at_ = *next;
      return true;
    }
    const std::size_t seen = std::min(head.size(), kBlockMagic.size());
    const bool unfinished =
        header_whole ||
        (head.size() < kBlockHeaderBytes && head.substr(0, seen) == kBlockMagic.substr(0, seen)) ||
        head.find_first_not_of('\0') == std::string_view::npos;
    note(unfinished ? DamageKind::kTorn : DamageKind::kDamaged,
         fmt::format("{} bytes at the end are {}", size_ - at_,
                     unfinished ? "an unfinished write" : "no block"));
    return false;
  }

  void add_holes(std::uint64_t block_index) {
    for (; next_block_ < block_index; ++next_block_) {
      BlockEntry hole;
      hole.offset = at_;
      hole.first_seq = next_seq_;
      scan_.blocks.push_back({hole, false});
    }
  }

  void note(DamageKind kind, std::string what) {
    scan_.damages.push_back({kind, name_, at_, std::move(what)});
  }

  File& file_;
  const std::string& name_;
  std::uint64_t at_;
  std::uint64_t next_block_;
  Seq next_seq_;
  std::uint64_t size_ = 0;
  SegmentScan scan_;
};

Result<std::unique_ptr<File>> open_if_there(FileSystem& files, const std::string& path) {
  Result<std::unique_ptr<File>> file = files.open(path, OpenMode::kRead);
  if (!file && file.error().code() == ErrorCode::kNotFound) {
    return std::unique_ptr<File>();
  }
  return file;
}

}  // namespace

Result<std::string> read_exactly(File& file, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  TRY_ASSIGN(const std::size_t got, file.read_at(offset, bytes));
  if (got != size) {
    return fail(ErrorCode::kCorrupt, "{} bytes at {} asked, only {} there", size, offset, got);
  }
  return bytes;
}

Result<SegmentScan> scan_segment(File& file, const std::string& name, std::uint64_t offset,
                                 std::uint64_t first_block, Seq first_seq) {
  return Scanner(file, name, offset, first_block, first_seq).run();
}

Result<LoadedIndex> load_index(FileSystem& files, const std::string& path) {
  LoadedIndex loaded;
  Result<std::string> read = read_file(files, path, kIndexFileBytesMax);
  if (!read) {
    return read.error().code() == ErrorCode::kNotFound ? Result<LoadedIndex>(std::move(loaded))
                                                       : std::move(read).error();
  }
  const std::string_view bytes = *read;
  loaded.start = parse_index_header(bytes);
  loaded.end = std::min(bytes.size(), kIndexHeaderBytes);
  if (!loaded.start) {
    return loaded;
  }
  if (const auto trailer = parse_index_trailer(bytes, *loaded.start)) {
    loaded.trailer = *trailer;
    loaded.has_trailer = true;
  }
  while (loaded.end + kIndexEntryBytes <= bytes.size() &&
         (!loaded.has_trailer || loaded.entries.size() < loaded.trailer.blocks)) {
    const auto entry = BlockEntry::parse(bytes.substr(loaded.end));
    if (!entry) {
      break;
    }
    loaded.entries.push_back(*entry);
    loaded.end += kIndexEntryBytes;
  }
  loaded.whole = loaded.has_trailer && loaded.entries.size() == loaded.trailer.blocks;
  return loaded;
}

Result<std::optional<SegmentInfo>> load_index_trailer(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const std::unique_ptr<File> file, open_if_there(files, path));
  if (file == nullptr) {
    return std::optional<SegmentInfo>();
  }
  TRY_ASSIGN(const std::uint64_t size, file->size());
  if (size < kIndexHeaderBytes) {
    return std::optional<SegmentInfo>();
  }
  TRY_ASSIGN(const std::string head, read_exactly(*file, 0, kIndexHeaderBytes));
  const auto start = parse_index_header(head);
  if (!start) {
    return std::optional<SegmentInfo>();
  }
  const std::uint64_t tail_size = std::min<std::uint64_t>(size, kIndexTrailerBytesMax);
  TRY_ASSIGN(const std::string tail, read_exactly(*file, size - tail_size, tail_size));
  return parse_index_trailer(tail, *start);
}

Result<std::vector<BlockEntry>> load_entries(FileSystem& files, const std::string& directory,
                                             const SegmentInfo& info) {
  TRY_ASSIGN(LoadedIndex index, load_index(files, index_path(directory, info.first_seq)));
  std::vector<BlockEntry> entries;
  if (index.start && index.start->first_block == info.first_block) {
    entries = std::move(index.entries);
    entries.resize(std::min<std::size_t>(entries.size(), info.blocks));
  }
  const std::string path = segment_path(directory, info.first_seq);
  if (entries.size() < info.blocks && info.end_seq > info.first_seq) {
    TRY_ASSIGN(const std::unique_ptr<File> file, open_if_there(files, path));
    if (file != nullptr) {
      const std::uint64_t offset =
          entries.empty() ? kSegmentHeaderBytes : entries.back().end_offset();
      const Seq seq = entries.empty() ? info.first_seq : entries.back().end_seq();
      TRY_ASSIGN(const SegmentScan scan,
                 scan_segment(*file, path, offset, info.first_block + entries.size(), seq));
      for (const ScannedBlock& block : scan.blocks) {
        entries.push_back(block.entry);
      }
    }
  }
  BlockEntry hole;
  hole.first_seq = info.end_seq;
  hole.offset = info.segment_bytes;
  entries.resize(info.blocks, hole);
  return entries;
}

}  // namespace tocsin::journal
