#include "journal/segment_index.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/fail.h"
#include "base/little_endian.h"
#include "base/text.h"

namespace tocsin::journal {
namespace {

constexpr std::string_view kSegmentMagic = "TOCSINSG";
constexpr std::string_view kIndexMagic = "TOCSINIX";
constexpr std::string_view kTrailerMagic = "TOCSINIE";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kTrailerFixedBytes = 8 + 8 + 8 + 8 + 8 + 8 + 4 + 8;
constexpr std::size_t kNodeBytes = 44;

Sha256Digest get_digest(ByteReader& in) {
  Sha256Digest out{};
  const std::string_view bytes = in.take(out.size());
  if (in.ok()) {
    std::memcpy(out.data(), bytes.data(), out.size());
  }
  return out;
}

// Both headers: magic, version, checksum of everything but itself.
std::string start_header(std::string_view magic, const std::string& rest) {
  std::string out(magic);
  put(out, kVersion);
  const std::uint32_t crc = crc32c(rest, crc32c(out));
  put(out, crc);
  return out + rest;
}

std::optional<SegmentStart> parse_start(std::string_view bytes, std::string_view magic,
                                        std::size_t size) {
  if (bytes.size() < size || !bytes.starts_with(magic)) {
    return std::nullopt;
  }
  ByteReader in(bytes.substr(magic.size(), size - magic.size()));
  const auto version = in.get<std::uint32_t>();
  const auto crc = in.get<std::uint32_t>();
  SegmentStart start;
  start.first_seq = Seq(in.get<std::uint64_t>());
  start.first_block = in.get<std::uint64_t>();
  if (version != kVersion ||
      crc != crc32c(bytes.substr(16, size - 16), crc32c(bytes.substr(0, 12))) ||
      start.first_seq.value == 0) {
    return std::nullopt;
  }
  return start;
}

}  // namespace

BlockEntry BlockEntry::of(const BlockHeader& header, std::uint64_t at) {
  return {at,           header.first_seq,    header.frame_bytes(),
          header.count, header.received_min, header.received_max,
          header.leaf()};
}

std::string BlockEntry::encode() const {
  std::string out;
  put(out, offset);
  put(out, first_seq.value);
  put(out, frame_bytes);
  put(out, count);
  put(out, received_min.value);
  put(out, received_max.value);
  out.append(digest_view(leaf));
  put(out, std::uint32_t{0});
  put(out, crc32c(out));
  CHECK(out.size() == kIndexEntryBytes);
  return out;
}

std::optional<BlockEntry> BlockEntry::parse(std::string_view bytes) {
  ByteReader in(bytes.substr(0, kIndexEntryBytes));
  BlockEntry entry;
  entry.offset = in.get<std::uint64_t>();
  entry.first_seq = Seq(in.get<std::uint64_t>());
  entry.frame_bytes = in.get<std::uint32_t>();
  entry.count = in.get<std::uint32_t>();
  entry.received_min = Micros(in.get<std::int64_t>());
  entry.received_max = Micros(in.get<std::int64_t>());
  entry.leaf = get_digest(in);
  in.get<std::uint32_t>();
  const auto crc = in.get<std::uint32_t>();
  if (!in.done() || crc != crc32c(bytes.substr(0, kIndexEntryBytes - 4)) ||
      entry.count > kBlockRecordsLimit || entry.first_seq.value > UINT64_MAX - entry.count ||
      entry.offset > UINT64_MAX - entry.frame_bytes) {
    return std::nullopt;
  }
  return entry;
}

SegmentInfo SegmentInfo::starting(Seq first_seq, std::uint64_t first_block) {
  SegmentInfo info;
  info.first_seq = first_seq;
  info.end_seq = first_seq;
  info.first_block = first_block;
  info.segment_bytes = kSegmentHeaderBytes;
  info.range = CompactRange(first_block);
  return info;
}

void SegmentInfo::add(const BlockEntry& entry) {
  end_seq = std::max(end_seq, entry.end_seq());
  ++blocks;
  segment_bytes = std::max(segment_bytes, entry.end_offset());
  if (entry.count > 0) {
    received_min = std::min(received_min, entry.received_min);
    received_max = std::max(received_max, entry.received_max);
  }
  range.append_leaf(entry.leaf);
}

std::string segment_header(Seq first_seq, std::uint64_t first_block, Micros created) {
  std::string rest;
  put(rest, first_seq.value);
  put(rest, first_block);
  put(rest, created.value);
  rest.append(24, '\0');
  return start_header(kSegmentMagic, rest);
}

std::optional<SegmentStart> parse_segment_header(std::string_view bytes) {
  return parse_start(bytes, kSegmentMagic, kSegmentHeaderBytes);
}

std::string index_header(Seq first_seq, std::uint64_t first_block) {
  std::string rest;
  put(rest, first_seq.value);
  put(rest, first_block);
  return start_header(kIndexMagic, rest);
}

std::optional<SegmentStart> parse_index_header(std::string_view bytes) {
  return parse_start(bytes, kIndexMagic, kIndexHeaderBytes);
}

std::string index_trailer(const SegmentInfo& info) {
  std::string out(kTrailerMagic);
  put(out, info.blocks);
  put(out, info.end_seq.value);
  put(out, info.segment_bytes);
  put(out, info.received_min.value);
  put(out, info.received_max.value);
  put(out, static_cast<std::uint32_t>(info.range.nodes().size()));
  for (const CompactRange::Node& node : info.range.nodes()) {
    put(out, node.begin);
    put(out, node.level);
    out.append(digest_view(node.hash));
  }
  const auto size = static_cast<std::uint32_t>(out.size() + 8);
  std::string sized;
  put(sized, size);
  put(out, crc32c(sized, crc32c(out)));
  return out + sized;
}

std::optional<SegmentInfo> parse_index_trailer(std::string_view tail, SegmentStart start) {
  if (tail.size() < kTrailerFixedBytes) {
    return std::nullopt;
  }
  ByteReader size_reader(tail.substr(tail.size() - 4));
  const auto size = size_reader.get<std::uint32_t>();
  if (size < kTrailerFixedBytes || size > tail.size()) {
    return std::nullopt;
  }
  const std::string_view bytes = tail.substr(tail.size() - size);
  ByteReader in(bytes);
  const std::string_view magic = in.take(kTrailerMagic.size());
  SegmentInfo info = SegmentInfo::starting(start.first_seq, start.first_block);
  info.blocks = in.get<std::uint64_t>();
  info.end_seq = Seq(in.get<std::uint64_t>());
  info.segment_bytes = in.get<std::uint64_t>();
  info.received_min = Micros(in.get<std::int64_t>());
  info.received_max = Micros(in.get<std::int64_t>());
  const auto count = in.get<std::uint32_t>();
  if (!in.ok() || magic != kTrailerMagic || size != kTrailerFixedBytes + kNodeBytes * count) {
    return std::nullopt;
  }
  std::vector<CompactRange::Node> nodes;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = in.get<std::uint64_t>();
    const auto level = in.get<std::uint32_t>();
    nodes.push_back({begin, level, get_digest(in)});
  }
  const auto crc = in.get<std::uint32_t>();
  const std::string_view sized = bytes.substr(bytes.size() - 4);
  if (!in.ok() || crc != crc32c(sized, crc32c(bytes.substr(0, bytes.size() - 8))) ||
      !info.range.append_all(nodes) || info.range.end() != info.first_block + info.blocks) {
    return std::nullopt;
  }
  return info;
}

std::string segment_path(const std::string& directory, Seq first_seq) {
  return fmt::format("{}/{:020}.seg", directory, first_seq.value);
}

std::string index_path(const std::string& directory, Seq first_seq) {
  return fmt::format("{}/{:020}.idx", directory, first_seq.value);
}

std::optional<Seq> seq_of_file_name(std::string_view name, std::string_view ending) {
  if (name.size() != 20 + ending.size() || !name.ends_with(ending)) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : name.substr(0, 20)) {
    if (!is_digit(c) || value > (UINT64_MAX - 9) / 10) {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value == 0 ? std::nullopt : std::optional(Seq(value));
}

}  // namespace tocsin::journal
