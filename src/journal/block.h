// A block on disk: committed header, salts or seed, payload. Builder and reader. Pure.
//
//   block     = header:104 side payload
//   header    = "TJB1" crc:u32(of the 96 bytes that follow) committed:64 storage:32
//   committed = version:u16 0:u16 count:u32 first_seq:u64 received_min:i64 received_max:i64 root:32
//   storage   = flags:u16 codec:u8 0:u8 raw_bytes:u32 stored_bytes:u32 side_bytes:u32 body_crc:u32
//               0:u32 block_index:u64
//   side      = seed:32                                            (nothing redacted)
//             | redaction_seq:u64 bits:(count+7)/8 item…           (flag 1; item = leaf:32 |
//             salt:16)
//
// The committed bytes are the leaf of the log's tree; storage and side may be rewritten by an
// erasure without changing them. Salt i of a block is bytes [16i, 16i+16) of the ChaCha20 (RFC
// 8439) key stream of its seed, nonce 0: knowing some salts tells nothing about the others.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/proof.h"
#include "journal/record_codec.h"

namespace tocsin::journal {

inline constexpr std::string_view kBlockMagic = "TJB1";
inline constexpr std::uint16_t kBlockVersion = 1;
inline constexpr std::size_t kBlockHeaderBytes = 104;
inline constexpr std::size_t kCommittedBytes = 64;
inline constexpr std::uint32_t kBlockRecordsLimit = 65'536;  // what a reader accepts
inline constexpr std::uint32_t kBlockRawBytesLimit = 64U << 20U;
inline constexpr std::uint16_t kFlagRedacted = 1;

enum class Codec : std::uint8_t { kPlain = 0, kZstd = 1 };

using BlockSeed = std::array<unsigned char, 32>;

struct BlockHeader {
  std::uint32_t count = 0;
  Seq first_seq;
  Micros received_min;
  Micros received_max;
  Sha256Digest root{};

  std::uint16_t flags = 0;
  Codec codec = Codec::kPlain;
  std::uint32_t raw_bytes = 0;
  std::uint32_t stored_bytes = 0;
  std::uint32_t side_bytes = 0;
  std::uint32_t body_crc = 0;  // CRC-32C of side and payload
  std::uint64_t block_index = 0;

  Seq end_seq() const { return seq_plus(first_seq, count); }
  std::uint32_t frame_bytes() const {
    return static_cast<std::uint32_t>(kBlockHeaderBytes) + side_bytes + stored_bytes;
  }
  std::string committed() const;
  Sha256Digest leaf() const;  // leaf_hash(committed())
  std::string encode() const;
  // kCorrupt when magic, checksum, version or a limit is wrong.
  static Result<BlockHeader> parse(std::string_view bytes);
};

// The committed part alone, as it stands in a proof.
struct CommittedHeader {
  std::uint32_t count = 0;
  Seq first_seq;
  Sha256Digest root{};
  static Result<CommittedHeader> parse(std::string_view bytes);
};

std::vector<RecordSalt> salts_of(const BlockSeed& seed, std::uint32_t count);
Sha256Digest record_leaf(const RecordSalt& salt, Micros received, const Origin& origin,
                         std::string_view bytes);

// Payload bytes as stored: zstd when that is smaller.
struct Packed {
  Codec codec = Codec::kPlain;
  std::string bytes;
};
class Compressor {
 public:
  explicit Compressor(int level);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  Packed pack(std::string payload);

 private:
  int level_;
  void* context_;  // ZSTD_CCtx
};
Result<std::string> unpack(Codec codec, std::string_view stored, std::uint32_t raw_bytes);

struct BuiltBlock {
  BlockHeader header;
  std::string frame;
};
// The slices are contiguous in Seq, at most kBlockRecordsLimit records.
BuiltBlock build_block(const std::vector<Slice>& slices, std::uint64_t block_index,
                       const BlockSeed& seed, Compressor& compressor);

struct Block {
  BlockHeader header;
  std::shared_ptr<const RecordBatch> batch;  // first_seq is set
  std::vector<bool> redacted;                // empty when nothing is
  Seq redaction;                             // the record that says why
  std::vector<RecordSalt> salts;             // zero where redacted
  std::vector<Sha256Digest> erased_leaves;   // by record; zero where not redacted

  bool is_redacted(std::size_t i) const { return !redacted.empty() && redacted[i]; }
  std::vector<Sha256Digest> leaves() const;
};
// Checks checksums and structure; not the records' root (verify does: leaves()).
Result<Block> parse_block(std::string_view frame);

}  // namespace tocsin::journal
