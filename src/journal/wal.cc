#include "journal/wal.h"

#include <algorithm>
#include <optional>

#include "base/fail.h"
#include "base/hash.h"
#include "base/little_endian.h"

namespace tocsin::journal {
namespace {

constexpr std::string_view kFileMagic = "TOCSINWA";
constexpr std::string_view kFrameMagic = "TWAL";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kFrameCrcStart = 8;

struct FrameHeader {
  Codec codec = Codec::kPlain;
  std::uint32_t count = 0;
  Seq first_seq;
  std::uint32_t raw_bytes = 0;
  std::uint32_t stored_bytes = 0;
  std::uint32_t body_crc = 0;

  std::uint64_t frame_bytes() const { return kWalFrameHeaderBytes + std::uint64_t{stored_bytes}; }
};

std::optional<FrameHeader> parse_header(std::string_view bytes) {
  if (bytes.size() < kWalFrameHeaderBytes || !bytes.starts_with(kFrameMagic)) {
    return std::nullopt;
  }
  ByteReader in(bytes.substr(4, kWalFrameHeaderBytes - 4));
  if (in.get<std::uint32_t>() !=
      crc32c(bytes.substr(kFrameCrcStart, kWalFrameHeaderBytes - kFrameCrcStart))) {
    return std::nullopt;
  }
  const auto version = in.get<std::uint16_t>();
  const auto codec = in.get<std::uint8_t>();
  in.get<std::uint8_t>();
  FrameHeader header;
  header.codec = static_cast<Codec>(codec);
  header.count = in.get<std::uint32_t>();
  header.first_seq = Seq(in.get<std::uint64_t>());
  header.raw_bytes = in.get<std::uint32_t>();
  header.stored_bytes = in.get<std::uint32_t>();
  header.body_crc = in.get<std::uint32_t>();
  in.get<std::uint32_t>();
  if (!in.done() || version != kVersion || codec > 1 || header.count == 0 ||
      header.count > kBlockRecordsLimit || header.raw_bytes > kBlockRawBytesLimit ||
      header.stored_bytes > header.raw_bytes || header.first_seq.value == 0 ||
      header.first_seq.value > UINT64_MAX - header.count) {
    return std::nullopt;
  }
  return header;
}

// Where the next readable frame header starts, after `from`.
std::optional<std::size_t> next_frame(std::string_view file, std::size_t from) {
  for (std::size_t at = file.find(kFrameMagic, from); at != std::string_view::npos;
       at = file.find(kFrameMagic, at + 1)) {
    if (parse_header(file.substr(at))) {
      return at;
    }
  }
  return std::nullopt;
}

Result<std::shared_ptr<const RecordBatch>> open_body(const FrameHeader& header,
                                                     std::string_view body) {
  if (crc32c(body) != header.body_crc) {
    return fail(ErrorCode::kCorrupt, "the frame's checksum is wrong");
  }
  TRY_ASSIGN(const std::string payload, unpack(header.codec, body, header.raw_bytes));
  TRY_ASSIGN(const std::shared_ptr<RecordBatch> batch, decode_payload(payload, header.count));
  batch->set_first_seq(header.first_seq);
  return std::shared_ptr<const RecordBatch>(batch);
}

// Whether a writer that was stopped in the middle of a frame can have left this.
bool is_unfinished_frame(std::string_view rest) {
  if (rest.size() < kWalFrameHeaderBytes) {
    const std::size_t seen = std::min(rest.size(), kFrameMagic.size());
    return rest.substr(0, seen) == kFrameMagic.substr(0, seen);
  }
  return parse_header(rest).has_value() || rest.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

std::string wal_file_header() {
  std::string out(kFileMagic);
  put(out, std::uint32_t{kVersion});
  put(out, std::uint32_t{0});
  out.append(16, '\0');
  put_at(out, 12,
         crc32c(std::string_view(out).substr(16), crc32c(std::string_view(out).substr(0, 12))));
  return out;
}

std::string encode_wal_frame(const std::vector<Slice>& slices, Compressor& compressor) {
  const OriginTable origins = OriginTable::of(slices);
  std::string payload = encode_payload(slices, origins);
  const auto raw_bytes = static_cast<std::uint32_t>(payload.size());
  const Packed packed = compressor.pack(std::move(payload));
  std::string out(kFrameMagic);
  put(out, std::uint32_t{0});
  put(out, kVersion);
  put(out, static_cast<std::uint8_t>(packed.codec));
  put(out, std::uint8_t{0});
  put(out, static_cast<std::uint32_t>(origins.of_record.size()));
  put(out, slices.front().first_seq().value);
  put(out, raw_bytes);
  put(out, static_cast<std::uint32_t>(packed.bytes.size()));
  put(out, crc32c(packed.bytes));
  put(out, std::uint32_t{0});
  put_at(out, 4, crc32c(std::string_view(out).substr(kFrameCrcStart)));
  out.append(packed.bytes);
  return out;
}

WalScan scan_wal(std::string_view file) {
  WalScan scan;
  scan.end = std::min(file.size(), kWalHeaderBytes);
  if (file.size() < kWalHeaderBytes) {
    if (!file.empty()) {
      scan.damages.push_back({DamageKind::kTorn, {}, 0, "the file's header is unfinished"});
    }
    return scan;
  }
  if (file.substr(0, kWalHeaderBytes) != wal_file_header()) {
    scan.damages.push_back({DamageKind::kDamaged, {}, 0, "the file's header is damaged"});
  }
  std::size_t at = kWalHeaderBytes;
  while (at < file.size()) {
    const std::optional<FrameHeader> header = parse_header(file.substr(at));
    if (!header || header->frame_bytes() > file.size() - at) {
      const std::optional<std::size_t> next = next_frame(file, at + 1);
      if (!next) {
        const bool torn = is_unfinished_frame(file.substr(at));
        scan.damages.push_back({torn ? DamageKind::kTorn : DamageKind::kDamaged,
                                {},
                                at,
                                fmt::format("{} bytes at the end are {}", file.size() - at,
                                            torn ? "an unfinished write" : "no frame")});
        return scan;
      }
      scan.damages.push_back(
          {DamageKind::kDamaged, {}, at, fmt::format("{} bytes are no frame", *next - at)});
      at = *next;
      continue;
    }
    const std::string_view body = file.substr(at + kWalFrameHeaderBytes, header->stored_bytes);
    const Seq end = seq_plus(header->first_seq, header->count);
    if (auto batch = open_body(*header, body)) {
      scan.batches.push_back(std::move(*batch));
    } else {
      scan.damages.push_back({DamageKind::kDamaged,
                              {},
                              at,
                              fmt::format("records {} to {}: {}", header->first_seq.value,
                                          end.value - 1, batch.error().text())});
    }
    scan.claimed_end = std::max(scan.claimed_end, end);
    at += header->frame_bytes();
    scan.end = at;
  }
  return scan;
}

}  // namespace tocsin::journal
