#include "journal/record_codec.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/rng.h"
#include "journal/block.h"
#include "journal/journal.h"
#include "journal/merkle.h"
#include "journal/wal.h"

namespace tocsin::journal {
namespace {

std::shared_ptr<RecordBatch> random_batch(Rng& rng, std::size_t count) {
  auto batch = std::make_shared<RecordBatch>();
  for (std::size_t i = 0; i < count; ++i) {
    std::string bytes(rng.below(60), '\0');
    for (char& c : bytes) {
      c = static_cast<char>(rng.below(256));
    }
    const std::uint32_t origin =
        batch->add_origin({std::string(rng.below(4), 's'), std::string(rng.below(3), '\xFF'),
                           rng.chance(0.5) ? "h" : ""});
    const auto time = static_cast<std::int64_t>(rng.chance(0.1) ? rng.next() : rng.below(1000));
    EXPECT_TRUE(batch->add(origin, Micros(time), bytes));
  }
  batch->set_first_seq(Seq(1 + rng.below(1'000'000)));
  return batch;
}

TEST(RecordCodec, AnySlicesComeBackAsTheyWere) {
  Rng rng(11);
  for (int round = 0; round < 300; ++round) {
    const auto first = random_batch(rng, 1 + rng.below(20));
    auto second = random_batch(rng, 1 + rng.below(20));
    second->set_first_seq(first->end_seq());
    const std::size_t begin = rng.below(first->size());
    const std::vector<Slice> slices{{first, begin, first->size()}, {second, 0, second->size()}};
    const std::string payload = encode_payload(slices, OriginTable::of(slices));
    const auto count = static_cast<std::uint32_t>(slices[0].size() + slices[1].size());
    const auto decoded = decode_payload(payload, count);
    ASSERT_TRUE(decoded) << decoded.error().full_text();
    std::size_t at = 0;
    for (const Slice& slice : slices) {
      for (std::size_t i = slice.begin; i < slice.end; ++i, ++at) {
        const Record was = (*slice.batch)[i];
        const Record is = (**decoded)[at];
        EXPECT_EQ(is.bytes, was.bytes);
        EXPECT_EQ(is.received, was.received);
        EXPECT_EQ(*is.origin, *was.origin);
      }
    }
    // Nothing shorter or longer is taken for it.
    EXPECT_FALSE(decode_payload(payload.substr(0, payload.size() - 1), count));
    EXPECT_FALSE(decode_payload(payload + "x", count));
    EXPECT_FALSE(decode_payload(payload, count + 1));
  }
}

TEST(RecordCodec, TheHashCoversEveryPartOfARecord) {
  const RecordSalt salt{1};
  const Sha256Digest base = record_leaf(salt, Micros(5), {"s", "p", "h"}, "bytes");
  EXPECT_NE(base, record_leaf(RecordSalt{2}, Micros(5), {"s", "p", "h"}, "bytes"));
  EXPECT_NE(base, record_leaf(salt, Micros(6), {"s", "p", "h"}, "bytes"));
  EXPECT_NE(base, record_leaf(salt, Micros(5), {"S", "p", "h"}, "bytes"));
  EXPECT_NE(base, record_leaf(salt, Micros(5), {"s", "P", "h"}, "bytes"));
  EXPECT_NE(base, record_leaf(salt, Micros(5), {"s", "p", "H"}, "bytes"));
  EXPECT_NE(base, record_leaf(salt, Micros(5), {"s", "p", "h"}, "Bytes"));
  EXPECT_NE(base, record_leaf(salt, Micros(5), {"sp", "", "h"}, "bytes"));
}

// A block as an erasure will leave it: record 1 of 3 gone, the others' salts stored one by one.
TEST(Block, ARedactedRecordIsEmptyAndTheBlockStillMakesItsRoot) {
  Rng rng(3);
  auto batch = random_batch(rng, 3);
  Compressor compressor(1);
  const BuiltBlock built = build_block({{batch, 0, 3}}, 0, BlockSeed{5}, compressor);
  const auto whole = parse_block(built.frame);
  ASSERT_TRUE(whole);
  const std::vector<Sha256Digest> leaves = whole->leaves();

  auto kept = std::make_shared<RecordBatch>();
  for (std::size_t i = 0; i < 3; ++i) {
    const Record record = (*batch)[i];
    const std::uint32_t origin = kept->add_origin(i == 1 ? Origin{} : *record.origin);
    ASSERT_TRUE(kept->add(origin, record.received, i == 1 ? "" : record.bytes));
  }
  kept->set_first_seq(batch->first_seq());
  const std::vector<Slice> slices{{kept, 0, 3}};
  const std::string payload = encode_payload(slices, OriginTable::of(slices));
  std::string side("\x09\0\0\0\0\0\0\0\x02", 9);
  side.append(reinterpret_cast<const char*>(whole->salts[0].data()), 16);
  side.append(digest_view(leaves[1]));
  side.append(reinterpret_cast<const char*>(whole->salts[2].data()), 16);
  BlockHeader header = built.header;
  header.flags = kFlagRedacted;
  header.codec = Codec::kPlain;
  header.raw_bytes = header.stored_bytes = static_cast<std::uint32_t>(payload.size());
  header.side_bytes = static_cast<std::uint32_t>(side.size());
  header.body_crc = crc32c(payload, crc32c(side));

  const auto block = parse_block(header.encode() + side + payload);
  ASSERT_TRUE(block) << block.error().full_text();
  EXPECT_EQ(header.leaf(), built.header.leaf());
  EXPECT_EQ(tree_root(block->leaves()), built.header.root);
  EXPECT_EQ(block->redaction, Seq(9));
  EXPECT_TRUE((*block->batch)[1].bytes.empty());
  EXPECT_EQ((*block->batch)[1].origin->hint, kRedactedHint);
  EXPECT_EQ((*block->batch)[2].bytes, (*batch)[2].bytes);
}

TEST(Block, EveryFlippedByteIsFound) {
  Rng rng(4);
  auto batch = random_batch(rng, 40);
  Compressor compressor(1);
  const std::string frame = build_block({{batch, 0, 40}}, 0, BlockSeed{5}, compressor).frame;
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string changed = frame;
    changed[at] = static_cast<char>(changed[at] ^ 8);
    EXPECT_FALSE(parse_block(changed)) << at;
  }
}

TEST(Wal, ADamagedFrameIsNamedAndTheOnesBehindItAreRead) {
  Rng rng(5);
  Compressor compressor(1);
  std::string file = wal_file_header();
  std::vector<std::size_t> starts;
  Seq next(1);
  for (int i = 0; i < 3; ++i) {
    auto batch = random_batch(rng, 4);
    batch->set_first_seq(next);
    next = batch->end_seq();
    starts.push_back(file.size());
    file += encode_wal_frame({{batch, 0, 4}}, compressor);
  }
  ASSERT_EQ(scan_wal(file).batches.size(), 3U);
  for (std::size_t at = starts[1]; at < starts[2]; ++at) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 8);
    const WalScan scan = scan_wal(changed);
    ASSERT_EQ(scan.batches.size(), 2U) << at;
    EXPECT_EQ(scan.batches[1]->first_seq(), Seq(9));
    ASSERT_EQ(scan.damages.size(), 1U);
    EXPECT_EQ(scan.damages[0].offset, starts[1]);
    EXPECT_EQ(scan.damages[0].kind, DamageKind::kDamaged);
  }
  for (std::size_t cut = starts[2] + 1; cut < file.size(); ++cut) {
    const WalScan scan = scan_wal(std::string_view(file).substr(0, cut));
    ASSERT_EQ(scan.batches.size(), 2U) << cut;
    EXPECT_EQ(scan.end, starts[2]);
    ASSERT_EQ(scan.damages.size(), 1U);
    EXPECT_EQ(scan.damages[0].kind, DamageKind::kTorn);
  }
}

}  // namespace
}  // namespace tocsin::journal
