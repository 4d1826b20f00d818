// The bytes on disk, against literals that an independent program wrote from the grammar in
// docs/formats/journal.md.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "journal/block.h"
#include "journal/segment_index.h"
#include "journal/wal.h"

namespace tocsin::journal {
namespace {

constexpr std::string_view kBlockHex =
    "544a4231c70fc67b01000000030000002a0000000000000000401e18240a060002401e18240a0600"
    "dd869cd588f5b4098f69d5db60061292745cfde3ec8449997c0fa0e1289781a60000000024000000"
    "2400000020000000abfb9631000000000700000000000000000102030405060708090a0b0c0d0e0f"
    "101112131415161718191a1b1c1d1e1f0201730170000174000168000201018280f2818389850602"
    "030303026f6e6574776fff00";
constexpr std::string_view kWalFrameHex =
    "5457414c4483482201000000030000002a000000000000002400000024000000b782a26500000000"
    "0201730170000174000168000201018280f2818389850602030303026f6e6574776fff00";
constexpr std::string_view kEntryHex =
    "40000000000000002a00000000000000ac0000000300000000401e18240a060002401e18240a0600"
    "dfc274f475281f79370bf604b608275de8b35b0d33342bd618f79d8bb76967d800000000429bdce3";
constexpr std::string_view kSegmentHeaderHex =
    "544f4353494e5347010000001d7b4e082a0000000000000007000000000000000500000000000000"
    "000000000000000000000000000000000000000000000000";
constexpr std::string_view kIndexHeaderHex =
    "544f4353494e495801000000842beca02a000000000000000700000000000000";
constexpr std::string_view kTrailerHex =
    "544f4353494e494501000000000000002d00000000000000ec0000000000000000401e18240a0600"
    "02401e18240a060001000000070000000000000000000000dfc274f475281f79370bf604b608275d"
    "e8b35b0d33342bd618f79d8bb76967d88726114668000000";
constexpr std::string_view kWalHeaderHex =
    "544f4353494e574101000000ffbef25e00000000000000000000000000000000";

// Records 42 to 44: two of one origin, one of another with bytes that are no text.
std::vector<Slice> sample() {
  auto batch = std::make_shared<RecordBatch>();
  const std::uint32_t one = batch->add_origin({"s", "p", ""});
  const std::uint32_t other = batch->add_origin({"t", "", "h"});
  EXPECT_TRUE(batch->add(one, Micros(1'700'000'000'000'001), "one"));
  EXPECT_TRUE(batch->add(one, Micros(1'700'000'000'000'002), "two"));
  EXPECT_TRUE(batch->add(other, Micros(1'700'000'000'000'000), std::string_view("\xFF\0", 2)));
  batch->set_first_seq(Seq(42));
  return {{batch, 0, 3}};
}

BuiltBlock sample_block() {
  BlockSeed seed{};
  for (std::size_t i = 0; i < seed.size(); ++i) {
    seed[i] = static_cast<unsigned char>(i);
  }
  Compressor compressor(1);
  return build_block(sample(), 7, seed, compressor);
}

TEST(JournalFormat, BlockIsAsDocumented) {
  EXPECT_EQ(hex_encode(sample_block().frame), kBlockHex);
}

TEST(JournalFormat, WriteAheadFrameIsAsDocumented) {
  Compressor compressor(1);
  EXPECT_EQ(hex_encode(encode_wal_frame(sample(), compressor)), kWalFrameHex);
  EXPECT_EQ(hex_encode(wal_file_header()), kWalHeaderHex);
}

TEST(JournalFormat, SegmentAndSidecarAreAsDocumented) {
  EXPECT_EQ(hex_encode(segment_header(Seq(42), 7, Micros(5))), kSegmentHeaderHex);
  EXPECT_EQ(hex_encode(index_header(Seq(42), 7)), kIndexHeaderHex);
  const BlockEntry entry = BlockEntry::of(sample_block().header, kSegmentHeaderBytes);
  EXPECT_EQ(hex_encode(entry.encode()), kEntryHex);
  SegmentInfo info = SegmentInfo::starting(Seq(42), 7);
  info.add(entry);
  EXPECT_EQ(hex_encode(index_trailer(info)), kTrailerHex);
}

TEST(JournalFormat, ReadsWhatItWrote) {
  const auto block = parse_block(sample_block().frame);
  ASSERT_TRUE(block) << block.error().full_text();
  ASSERT_EQ(block->batch->size(), 3U);
  const Record last = (*block->batch)[2];
  EXPECT_EQ(last.seq, Seq(44));
  EXPECT_EQ(last.received, Micros(1'700'000'000'000'000));
  EXPECT_EQ(last.origin->hint, "h");
  EXPECT_EQ(last.bytes, std::string_view("\xFF\0", 2));
}

}  // namespace
}  // namespace tocsin::journal
