#include "journal/block.h"

#include <algorithm>
#include <cstring>

#include <sodium.h>
#include <zstd.h>

#include "base/check.h"
#include "base/fail.h"
#include "base/little_endian.h"
#include "journal/merkle.h"

namespace tocsin::journal {
namespace {

constexpr std::size_t kCrcStart = 8;  // the header's checksum covers what follows it

Error damaged(std::string_view what) {
  return fail(ErrorCode::kCorrupt, "block: {}", what);
}

void put_digest(std::string& out, const Sha256Digest& digest) {
  out.append(digest_view(digest));
}

template <std::size_t N>
std::array<unsigned char, N> get_array(ByteReader& in) {
  std::array<unsigned char, N> out{};
  const std::string_view bytes = in.take(N);
  if (in.ok()) {
    std::memcpy(out.data(), bytes.data(), N);
  }
  return out;
}

std::vector<Sha256Digest> leaves_of(const std::vector<Slice>& slices, const OriginTable& origins,
                                    const std::vector<RecordSalt>& salts) {
  std::vector<std::string> prefixes;
  for (const Origin& origin : origins.origins) {
    append_canonical_origin(prefixes.emplace_back(), origin);
  }
  std::vector<Sha256Digest> leaves;
  leaves.reserve(salts.size());
  std::string text;
  for (const Slice& slice : slices) {
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      const Record record = (*slice.batch)[i];
      const RecordSalt& salt = salts[leaves.size()];
      text.assign(1, '\0');
      text.append(reinterpret_cast<const char*>(salt.data()), salt.size());
      put(text, record.received.value);
      text.append(prefixes[origins.of_record[leaves.size()]]);
      text.append(record.bytes);
      leaves.push_back(sha256(text));
    }
  }
  return leaves;
}

Status parse_side(std::string_view side, Block& block) {
  const std::uint32_t count = block.header.count;
  ByteReader in(side);
  if ((block.header.flags & kFlagRedacted) == 0) {
    const auto seed = get_array<32>(in);
    if (!in.done()) {
      return damaged("the seed has the wrong size");
    }
    block.salts = salts_of(seed, count);
    return {};
  }
  block.redaction = Seq(in.get<std::uint64_t>());
  const std::string_view bits = in.take((count + 7U) / 8U);
  if (!in.ok()) {
    return damaged("the redaction is cut short");
  }
  block.redacted.resize(count);
  block.salts.resize(count);
  block.erased_leaves.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const unsigned bits_here = static_cast<unsigned char>(bits[i / 8U]);
    block.redacted[i] = (bits_here >> (i % 8U) & 1U) != 0;
    if (block.redacted[i]) {
      block.erased_leaves[i] = get_array<32>(in);
    } else {
      block.salts[i] = get_array<16>(in);
    }
  }
  return in.done() ? Status{} : damaged("the redaction has the wrong size");
}

ZSTD_DCtx* decompressor() {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  CHECK(context != nullptr);
  return context.get();
}

}  // namespace

std::string BlockHeader::committed() const {
  std::string out;
  put(out, kBlockVersion);
  put(out, std::uint16_t{0});
  put(out, count);
  put(out, first_seq.value);
  put(out, received_min.value);
  put(out, received_max.value);
  put_digest(out, root);
  CHECK(out.size() == kCommittedBytes);
  return out;
}

Sha256Digest BlockHeader::leaf() const {
  return leaf_hash(committed());
}

std::string BlockHeader::encode() const {
  std::string out(kBlockMagic);
  put(out, std::uint32_t{0});
  out.append(committed());
  put(out, flags);
  put(out, static_cast<std::uint8_t>(codec));
  put(out, std::uint8_t{0});
  put(out, raw_bytes);
  put(out, stored_bytes);
  put(out, side_bytes);
  put(out, body_crc);
  put(out, std::uint32_t{0});
  put(out, block_index);
  put_at(out, 4, crc32c(std::string_view(out).substr(kCrcStart)));
  CHECK(out.size() == kBlockHeaderBytes);
  return out;
}

Result<BlockHeader> BlockHeader::parse(std::string_view bytes) {
  if (bytes.size() < kBlockHeaderBytes || !bytes.starts_with(kBlockMagic)) {
    return damaged("no header here");
  }
  ByteReader in(bytes.substr(4, kBlockHeaderBytes - 4));
  if (in.get<std::uint32_t>() != crc32c(bytes.substr(kCrcStart, kBlockHeaderBytes - kCrcStart))) {
    return damaged("the header's checksum is wrong");
  }
  const auto version = in.get<std::uint16_t>();
  if (version != kBlockVersion) {
    return fail(ErrorCode::kCorrupt, "block: version {} is not known", version);
  }
  in.get<std::uint16_t>();
  BlockHeader header;
  header.count = in.get<std::uint32_t>();
  header.first_seq = Seq(in.get<std::uint64_t>());
  header.received_min = Micros(in.get<std::int64_t>());
  header.received_max = Micros(in.get<std::int64_t>());
  header.root = get_array<32>(in);
  header.flags = in.get<std::uint16_t>();
  const auto codec = in.get<std::uint8_t>();
  header.codec = static_cast<Codec>(codec);
  in.get<std::uint8_t>();
  header.raw_bytes = in.get<std::uint32_t>();
  header.stored_bytes = in.get<std::uint32_t>();
  header.side_bytes = in.get<std::uint32_t>();
  header.body_crc = in.get<std::uint32_t>();
  in.get<std::uint32_t>();
  header.block_index = in.get<std::uint64_t>();
  const std::uint64_t side_limit = 8 + header.count / 8U + 1 + std::uint64_t{32} * header.count;
  if (!in.done() || header.count == 0 || header.count > kBlockRecordsLimit || codec > 1 ||
      header.raw_bytes > kBlockRawBytesLimit || header.stored_bytes > header.raw_bytes ||
      header.side_bytes > side_limit || header.first_seq.value == 0 ||
      header.first_seq.value > UINT64_MAX - header.count) {
    return damaged("the header's numbers are out of range");
  }
  return header;
}

Result<CommittedHeader> CommittedHeader::parse(std::string_view bytes) {
  ByteReader in(bytes);
  const auto version = in.get<std::uint16_t>();
  in.get<std::uint16_t>();
  CommittedHeader header;
  header.count = in.get<std::uint32_t>();
  header.first_seq = Seq(in.get<std::uint64_t>());
  in.take(16);
  header.root = get_array<32>(in);
  if (!in.done() || version != kBlockVersion || header.count == 0 ||
      header.count > kBlockRecordsLimit) {
    return damaged("the committed header is malformed");
  }
  return header;
}

std::vector<RecordSalt> salts_of(const BlockSeed& seed, std::uint32_t count) {
  static constexpr std::array<unsigned char, crypto_stream_chacha20_ietf_NONCEBYTES> kNonce{};
  static_assert(crypto_stream_chacha20_ietf_KEYBYTES == sizeof(BlockSeed));
  std::vector<RecordSalt> salts(count);
  if (count > 0) {
    crypto_stream_chacha20_ietf(salts.front().data(), salts.size() * sizeof(RecordSalt),
                                kNonce.data(), seed.data());
  }
  return salts;
}

Sha256Digest record_leaf(const RecordSalt& salt, Micros received, const Origin& origin,
                         std::string_view bytes) {
  std::string text(reinterpret_cast<const char*>(salt.data()), salt.size());
  text.append(canonical_record(received, origin, bytes));
  return leaf_hash(text);
}

Compressor::Compressor(int level) : level_(level), context_(ZSTD_createCCtx()) {
  CHECK(context_ != nullptr);
}

Compressor::~Compressor() {
  ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context_));
}

Packed Compressor::pack(std::string payload) {
  std::string out(ZSTD_compressBound(payload.size()), '\0');
  const std::size_t size = ZSTD_compressCCtx(static_cast<ZSTD_CCtx*>(context_), out.data(),
                                             out.size(), payload.data(), payload.size(), level_);
  if (ZSTD_isError(size) != 0 || size >= payload.size()) {
    return {Codec::kPlain, std::move(payload)};
  }
  out.resize(size);
  return {Codec::kZstd, std::move(out)};
}

Result<std::string> unpack(Codec codec, std::string_view stored, std::uint32_t raw_bytes) {
  if (codec == Codec::kPlain) {
    return stored.size() == raw_bytes ? Result<std::string>(std::string(stored))
                                      : damaged("the plain payload has the wrong size");
  }
  std::string out(raw_bytes, '\0');
  const std::size_t size =
      ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0 || size != raw_bytes) {
    return damaged("the compressed payload does not open");
  }
  return out;
}

BuiltBlock build_block(const std::vector<Slice>& slices, std::uint64_t block_index,
                       const BlockSeed& seed, Compressor& compressor) {
  const OriginTable origins = OriginTable::of(slices);
  BuiltBlock built;
  BlockHeader& header = built.header;
  header.count = static_cast<std::uint32_t>(origins.of_record.size());
  CHECK(header.count > 0 && header.count <= kBlockRecordsLimit);
  header.first_seq = slices.front().first_seq();
  header.received_min = Micros(INT64_MAX);
  header.received_max = Micros(INT64_MIN);
  for (const Slice& slice : slices) {
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      const Micros received = (*slice.batch)[i].received;
      header.received_min = std::min(header.received_min, received);
      header.received_max = std::max(header.received_max, received);
    }
  }
  header.root = tree_root(leaves_of(slices, origins, salts_of(seed, header.count)));
  header.block_index = block_index;
  header.side_bytes = sizeof(BlockSeed);

  std::string payload = encode_payload(slices, origins);
  header.raw_bytes = static_cast<std::uint32_t>(payload.size());
  const Packed packed = compressor.pack(std::move(payload));
  header.codec = packed.codec;
  header.stored_bytes = static_cast<std::uint32_t>(packed.bytes.size());
  const std::string_view side(reinterpret_cast<const char*>(seed.data()), seed.size());
  header.body_crc = crc32c(packed.bytes, crc32c(side));
  built.frame = header.encode();
  built.frame.append(side).append(packed.bytes);
  return built;
}

std::vector<Sha256Digest> Block::leaves() const {
  std::vector<Sha256Digest> out;
  out.reserve(batch->size());
  for (std::size_t i = 0; i < batch->size(); ++i) {
    const Record record = (*batch)[i];
    out.push_back(is_redacted(i)
                      ? erased_leaves[i]
                      : record_leaf(salts[i], record.received, *record.origin, record.bytes));
  }
  return out;
}

Result<Block> parse_block(std::string_view frame) {
  Block block;
  TRY_ASSIGN(block.header, BlockHeader::parse(frame));
  const BlockHeader& header = block.header;
  if (frame.size() != header.frame_bytes()) {
    return damaged("the block is cut short");
  }
  const std::string_view body = frame.substr(kBlockHeaderBytes);
  if (crc32c(body) != header.body_crc) {
    return damaged("the body's checksum is wrong");
  }
  TRY(parse_side(body.substr(0, header.side_bytes), block));
  TRY_ASSIGN(const std::string payload,
             unpack(header.codec, body.substr(header.side_bytes), header.raw_bytes));
  TRY_ASSIGN(const std::shared_ptr<RecordBatch> batch,
             decode_payload(payload, header.count, block.redacted));
  batch->set_first_seq(header.first_seq);
  block.batch = batch;
  return block;
}

}  // namespace tocsin::journal
