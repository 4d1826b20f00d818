#include "index/catalogue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/hash.h"

namespace tocsin {
namespace {

Catalogue sample() {
  Catalogue catalogue;
  catalogue.generation = 7;
  catalogue.sealed_end = Seq(1'000);
  SegmentEntry entry;
  entry.dataset = "nginx.access";
  entry.file = "nginx.access/2026-11-23/one.parquet";
  entry.rows = 10;
  entry.file_bytes = 1'234;
  entry.file_crc32c = 0xDEADBEEF;
  entry.filter_bytes = 99;
  entry.filter_crc32c = 1;
  entry.time_min = Micros(-5);
  entry.time_max = Micros(5);
  entry.received_max = Micros(6);
  entry.ranges = {{Seq(1), Seq(500)}, {Seq(700), Seq(1'000)}};
  entry.columns = {{"a b%\n", ColumnType::kText, true, true, false},
                   {"source.port", ColumnType::kLong, false, false, true},
                   {"x", ColumnType::kTime, true, false, false}};
  catalogue.segments = {entry, entry};
  catalogue.segments[1].dataset = "other";
  catalogue.segments[1].has_overflow = true;
  catalogue.segments[1].columns.clear();
  catalogue.damaged = {{"d", "d/x.damaged", "its checksum is wrong", 3, {{Seq(5), Seq(6)}}}};
  return catalogue;
}

std::string sealed(std::string body) {
  body += fmt::format("crc32c {:08x}\n", crc32c(body));
  return body;
}

TEST(CatalogueText, ReadsWhatItWrote) {
  for (const Catalogue& catalogue : {Catalogue(), sample()}) {
    const auto read = read_catalogue(write_catalogue(catalogue));
    ASSERT_TRUE(read.has_value()) << read.error().full_text();
    EXPECT_EQ(*read, catalogue);
  }
}

TEST(CatalogueText, AnyFlippedByteIsNoticed) {
  const std::string text = write_catalogue(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x04);
    const auto read = read_catalogue(flipped);
    ASSERT_FALSE(read.has_value()) << i;
    EXPECT_EQ(read.error().code(), ErrorCode::kCorrupt);
  }
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_catalogue(std::string_view(text).substr(0, size)).has_value());
  }
}

TEST(CatalogueText, EntriesThatMakeNoSenseAreRefusedByLine) {
  const std::string first = "tocsin-index-catalogue 1\n";
  const std::string segment = "segment d d/x.parquet 0 1 1 00000000 0 00000000 1 2 3 0 1-2\n";
  struct Case {
    std::string body;
    std::string_view place;
  };
  const Case cases[] = {
      {"tocsin-index-catalogue 2\n", "line 1"},
      {first + "sealed_end x\n", "line 2"},
      {first + "nonsense\n", "line 2"},
      {first + "\n", "line 2"},
      {first + segment, "line 2"},  // names a shape that is not there
      {first + "column text c a\n", "line 2"},
      {first + "shape\ncolumn text c b\ncolumn text c a\n", "line 4"},
      {first + "shape\ncolumn word c b\n", "line 3"},
      {first + "shape\nsegment d ../x.parquet 0 1 1 00000000 0 00000000 1 2 3 0 1-2\n", "line 3"},
      {first + "shape\nsegment d /x.parquet 0 1 1 00000000 0 00000000 1 2 3 0 1-2\n", "line 3"},
      {first + "shape\nsegment d d/x.parquet 0 1 1 00000000 0 00000000 1 2 3 0 2-1\n", "line 3"},
  };
  for (const Case& one : cases) {
    const auto read = read_catalogue(sealed(one.body));
    ASSERT_FALSE(read.has_value()) << one.body;
    EXPECT_NE(read.error().text().find(one.place), std::string::npos) << read.error().text();
  }
  EXPECT_TRUE(read_catalogue(sealed(first + "shape\n" + segment)).has_value());
}

TEST(MergedRanges, TouchingRangesBecomeOne) {
  EXPECT_EQ(merged_ranges({{Seq(5), Seq(9)}, {Seq(1), Seq(5)}, {Seq(20), Seq(21)}}),
            (std::vector<SeqRange>{{Seq(1), Seq(9)}, {Seq(20), Seq(21)}}));
  EXPECT_TRUE(merged_ranges({}).empty());
}

}  // namespace
}  // namespace tocsin
