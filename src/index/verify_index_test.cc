#include "index/verify_index.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "index/catalogue.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class VerifyIndexTest : public testing::Test {
 protected:
  VerifyIndexTest() {
    SegmentEntry entry;
    entry.dataset = "app.log";
    entry.file = "app.log/2026-11-23/a.parquet";
    entry.rows = 1;
    entry.ranges = {{Seq(1), Seq(2)}};
    write(entry.file, "parquet bytes", entry.file_bytes, entry.file_crc32c);
    write(entry.file + ".filter", "filter bytes", entry.filter_bytes, entry.filter_crc32c);
    Catalogue catalogue;
    catalogue.generation = 1;
    catalogue.sealed_end = Seq(2);
    catalogue.segments = {entry};
    std::uint64_t bytes = 0;
    std::uint32_t crc = 0;
    write("catalogue", write_catalogue(catalogue), bytes, crc);
    write("catalogue.copy", write_catalogue(catalogue), bytes, crc);
  }

  void write(const std::string& name, const std::string& text, std::uint64_t& bytes,
             std::uint32_t& crc) {
    const std::string path = directory_ / name;
    EXPECT_TRUE(files_.create_directories(parent_directory(path)).has_value());
    EXPECT_TRUE(write_file_atomically(files_, path, text).has_value());
    bytes = text.size();
    crc = crc32c(text);
  }

  TempDirectory directory_;
  PosixFileSystem files_;
};

TEST_F(VerifyIndexTest, AWholeStoreHasNoFaults) {
  const auto report = verify_index(files_, directory_.path());
  ASSERT_TRUE(report.has_value()) << report.error().full_text();
  EXPECT_TRUE(report->faults.empty()) << report->faults[0].what;
  EXPECT_EQ(report->segments, 1U);
}

TEST_F(VerifyIndexTest, AFlippedByteInAnyFileNamesTheFile) {
  for (const std::string name : {"catalogue", "catalogue.copy", "app.log/2026-11-23/a.parquet",
                                 "app.log/2026-11-23/a.parquet.filter"}) {
    const std::string path = directory_ / name;
    const std::string before = read_file(files_, path, kCatalogueBytesMax).value();
    std::string after = before;
    after[after.size() / 2] = static_cast<char>(after[after.size() / 2] ^ 1);
    ASSERT_TRUE(write_file_atomically(files_, path, after).has_value());
    const auto report = verify_index(files_, directory_.path());
    ASSERT_TRUE(report.has_value());
    ASSERT_EQ(report->faults.size(), 1U) << name;
    EXPECT_EQ(report->faults[0].file, path);
    ASSERT_TRUE(write_file_atomically(files_, path, before).has_value());
  }
}

TEST_F(VerifyIndexTest, AMissingSegmentIsAFaultAndNoStoreIsNotFound) {
  ASSERT_TRUE(files_.remove(directory_ / "app.log/2026-11-23/a.parquet").has_value());
  EXPECT_EQ(verify_index(files_, directory_.path())->faults.size(), 1U);
  EXPECT_EQ(verify_index(files_, directory_ / "none").error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tocsin
