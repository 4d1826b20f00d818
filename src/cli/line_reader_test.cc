#include "cli/line_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http/content_coding.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

// Gives `text` in pieces of `piece` bytes.
class TextBytes final : public ByteSource {
 public:
  TextBytes(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t count = std::min({piece_, out.size(), text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }
  std::uint64_t stored_bytes_read() const override { return at_; }

 private:
  const std::string text_;
  const std::size_t piece_;
  std::size_t at_ = 0;
};

std::vector<std::string> all_lines(LineReader& reader) {
  std::vector<std::string> lines;
  while (true) {
    const auto line = reader.next();
    if (!line || !*line) {
      return lines;
    }
    lines.emplace_back(**line);
  }
}

TEST(LineReader, GivesTheSameLinesHoweverTheBytesArrive) {
  const std::string text = "one\n\ntwo\r\nthree \r\n\r\nlast without end";
  const std::vector<std::string> wanted = {"one", "", "two", "three ", "", "last without end"};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    LineReader reader(std::make_unique<TextBytes>(text, piece));
    EXPECT_EQ(all_lines(reader), wanted) << piece;
    EXPECT_EQ(reader.lines_cut(), 0U);
  }
}

TEST(LineReader, EmptyInputHasNoLine) {
  LineReader reader(std::make_unique<TextBytes>("", 1));
  EXPECT_TRUE(all_lines(reader).empty());
}

TEST(LineReader, LongLineIsCutAndCountedAndTheNextIsWhole) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    LineReader reader(std::make_unique<TextBytes>("0123456789abc\nshort\n0123456789\n", piece), 10);
    EXPECT_EQ(all_lines(reader), (std::vector<std::string>{"0123456789", "short", "0123456789"}));
    EXPECT_EQ(reader.lines_cut(), 1U);
  }
}

TEST(LineReader, LongLastLineWithoutEndIsCutToo) {
  LineReader reader(std::make_unique<TextBytes>("0123456789abc", 4), 10);
  EXPECT_EQ(all_lines(reader), std::vector<std::string>{"0123456789"});
  EXPECT_EQ(reader.lines_cut(), 1U);
}

TEST(LineReader, NulAndOtherBytesStay) {
  const std::string text("a\0b\n\xff\xfe\n", 7);
  LineReader reader(std::make_unique<TextBytes>(text, 2));
  EXPECT_EQ(all_lines(reader), (std::vector<std::string>{std::string("a\0b", 3), "\xff\xfe"}));
}

class ByteSourceTest : public testing::Test {
 protected:
  std::string write(std::string_view name, std::string_view bytes) {
    std::string path = directory_ / name;
    EXPECT_TRUE(write_file_atomically(files_, path, bytes));
    return path;
  }
  Result<std::string> read(const std::string& path) {
    TRY_ASSIGN(auto source, open_bytes(files_, path));
    std::string all;
    std::vector<char> chunk(1'000);
    while (true) {
      TRY_ASSIGN(const std::size_t got, source->read(chunk));
      if (got == 0) {
        return all;
      }
      all.append(chunk.data(), got);
    }
  }

  TempDirectory directory_;
  PosixFileSystem files_;
};

std::string some_log() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "line " + std::to_string(i) + "\n";
  }
  return text;
}

TEST_F(ByteSourceTest, PlainGzipAndZstdGiveTheSameBytes) {
  const std::string text = some_log();
  EXPECT_EQ(*read(write("plain", text)), text);
  EXPECT_EQ(*read(write("log.gz", gzip_encode(text))), text);
  EXPECT_EQ(*read(write("log.zst", zstd_encode(text))), text);
}

TEST_F(ByteSourceTest, TheBytesTellTheCompressionNotTheName) {
  EXPECT_EQ(*read(write("access.log", gzip_encode("hello\n"))), "hello\n");
  EXPECT_EQ(*read(write("access.gz", "hello\n")), "hello\n");
}

TEST_F(ByteSourceTest, SeveralGzipMembersAndZstdFramesAreOneText) {
  EXPECT_EQ(*read(write("two.gz", gzip_encode("one\n") + gzip_encode("two\n"))), "one\ntwo\n");
  EXPECT_EQ(*read(write("two.zst", zstd_encode("one\n") + zstd_encode("two\n"))), "one\ntwo\n");
}

TEST_F(ByteSourceTest, ShortFilesAreNotMistakenForCompressed) {
  for (const std::string_view text : {"", "a", "ab", "\x1f"}) {
    EXPECT_EQ(*read(write("short", text)), text);
  }
}

TEST_F(ByteSourceTest, CutOffOrDamagedCompressionIsAnError) {
  const std::string gzip = gzip_encode(some_log());
  const std::string zstd = zstd_encode(some_log());
  for (const std::string& packed : {gzip, zstd}) {
    const auto cut = read(write("cut", packed.substr(0, packed.size() / 2)));
    ASSERT_FALSE(cut.has_value());
    EXPECT_EQ(cut.error().code(), ErrorCode::kCorrupt);
    std::string damaged = packed;
    damaged[damaged.size() / 2] = static_cast<char>(~damaged[damaged.size() / 2]);
    damaged[damaged.size() / 2 + 1] = static_cast<char>(~damaged[damaged.size() / 2 + 1]);
    const auto bad = read(write("damaged", damaged));
    EXPECT_TRUE(!bad.has_value() || *bad != some_log());
  }
}

TEST_F(ByteSourceTest, FolderAndMissingFileAreNamedErrors) {
  EXPECT_EQ(open_bytes(files_, directory_.path()).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(open_bytes(files_, directory_ / "none").error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tocsin
