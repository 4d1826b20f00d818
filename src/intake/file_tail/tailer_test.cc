#include "intake/file_tail/tailer.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http/content_coding.h"
#include "intake/fake_sink_test.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

using Lines = std::vector<std::string>;

class TailerTest : public testing::Test {
 protected:
  TailerTest() {
    options_.globs = {directory_ / "*.log"};
    options_.state_file = directory_ / "positions";
  }

  void append(const std::string& name, std::string_view bytes) {
    std::ofstream(directory_ / name, std::ios::app | std::ios::binary) << bytes;
  }
  void write(const std::string& name, std::string_view bytes) {
    std::ofstream(directory_ / name, std::ios::trunc | std::ios::binary) << bytes;
  }
  void rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(directory_ / from, directory_ / to);
  }
  void start() {
    tailer_.emplace(options_, files_, IntakeContext{sink_, stats_, clock_, log_}, [] {});
    const Status loaded = tailer_->load();
    ASSERT_TRUE(loaded) << loaded.error().full_text();
  }
  // As a process that was killed.
  void restart() {
    tailer_.reset();
    start();
  }
  // Polls as long as there is anything to do at once; sees new files.
  void settle() {
    tailer_->rescan_soon();
    do {
      tailer_->poll();
    } while (tailer_->has_more() && tailer_->idle());
    tailer_->poll();
  }
  std::uint64_t lost(std::string_view reason) {
    std::uint64_t sum = 0;
    for (const SourceSnapshot& source : stats_.snapshot()) {
      for (const auto& [name, count] : source.losses) {
        sum += name == reason ? count : 0;
      }
    }
    return sum;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeSink sink_;
  Metrics metrics_;
  SourceStats stats_{metrics_};
  FakeClock clock_;
  Log log_;
  FileTailOptions options_;
  std::optional<Tailer> tailer_;
};

TEST_F(TailerTest, ReadsLinesAndKeepsTheirBytes) {
  append("a.log", std::string("one\r\ntwo\0x\n\n\xff\n", 15));
  start();
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"one", std::string("two\0x", 5), "\xff"}));
  EXPECT_EQ(sink_.origins()[0].source, "file:" + (directory_ / "a.log"));
  append("a.log", "three\n");
  append("b.log", "four\n");
  settle();
  EXPECT_EQ(sink_.lines().size(), 5U);
  EXPECT_EQ(metrics_.total("tocsin_intake_records_total"), 5U);
}

TEST_F(TailerTest, StartsAtTheEndOfWhatWasThereAndReadsNewFilesFromTheBeginning) {
  options_.start = StartAt::kEnd;
  append("a.log", "old\nold without end");
  start();
  settle();
  append("a.log", " goes on\nnew\n");
  append("b.log", "first\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"new", "first"}));
  append("a.log", "while nobody looked\n");
  append("c.log", "whole\n");
  restart();
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"new", "first", "while nobody looked", "whole"}));
}

TEST_F(TailerTest, JoinsPartialLines) {
  start();
  append("a.log", "hel");
  settle();
  append("a.log", "lo\r");
  settle();
  EXPECT_TRUE(sink_.lines().empty());
  append("a.log", "\nworld\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"hello", "world"}));
}

TEST_F(TailerTest, TakesALastLineWithoutEndAfterAWhileAndSwallowsItsLateEnd) {
  start();
  append("a.log", "no end");
  settle();
  clock_.advance(span_s(11));
  settle();
  EXPECT_EQ(sink_.lines(), Lines{"no end"});
  restart();
  append("a.log", "\nnext\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"no end", "next"}));
}

TEST_F(TailerTest, APartialLineIsNotAcknowledgedByARestart) {
  start();
  append("a.log", "one\ntw");
  settle();
  restart();
  settle();
  append("a.log", "o\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"one", "two"}));
}

TEST_F(TailerTest, ReadsARotatedFileToItsEndBeforeItsSuccessor) {
  append("a.log", "1\n");
  start();
  settle();
  append("a.log", "2\n");
  rename("a.log", "a.log.1");
  append("a.log", "4\n");
  settle();
  append("a.log.1", "3 late\n");
  settle();
  append("a.log", "5\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"1", "2", "4", "3 late", "5"}));
  EXPECT_EQ(sink_.origins()[3].source, "file:" + (directory_ / "a.log"));
}

TEST_F(TailerTest, FindsAFileThatWasRotatedWhileItWasDown) {
  append("a.log", "1\n2\n");
  start();
  settle();
  tailer_.reset();
  append("a.log", "3\n");
  rename("a.log", "a.log.1");
  append("a.log", "4\n");
  start();
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"1", "2", "3", "4"}));
}

TEST_F(TailerTest, ARenameToANameThatMatchesIsNotReadAgain) {
  append("a.log", "1\n");
  start();
  settle();
  rename("a.log", "b.log");
  append("b.log", "2\n");
  settle();
  restart();
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"1", "2"}));
}

TEST_F(TailerTest, LetsARotatedFileGoWhenItStaysSilent) {
  append("a.log", "1\n");
  start();
  settle();
  rename("a.log", "a.log.1");
  append("a.log", "2\n");
  settle();
  clock_.advance(span_s(60));
  settle();
  append("a.log", "3\n");
  settle();
  const auto text = read_file(files_, options_.state_file, 10'000);
  EXPECT_EQ(parse_positions(*text)->size(), 1U);
}

TEST_F(TailerTest, NoticesCopyAndTruncate) {
  append("a.log", "first line\nsecond line\n");
  start();
  settle();
  write("a.log", "short\n");
  settle();
  write("a.log", "longer than everything that was there before, at once\n");
  settle();
  EXPECT_EQ(sink_.lines().size(), 4U);
  EXPECT_EQ(sink_.lines()[2], "short");
  EXPECT_EQ(sink_.lines()[3], "longer than everything that was there before, at once");
  EXPECT_EQ(lost("truncated_file"), 0U);
}

TEST_F(TailerTest, CountsBytesThatWereTruncatedBeforeTheyWereRead) {
  append("a.log", "first line\nunfinished bus");
  start();
  settle();
  write("a.log", "x\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"first line", "x"}));
  EXPECT_EQ(lost("truncated_file"), 1U);
}

TEST_F(TailerTest, ReusedInodesAreToldApartByTheirFirstBytes) {
  append("a.log", "one\ntwo\n");
  start();
  settle();
  tailer_.reset();
  write("a.log", "ONE\nTWO\nTHREE\n");
  start();
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"one", "two", "ONE", "TWO", "THREE"}));
}

TEST_F(TailerTest, CutsLongLinesAndSkipsTheirRest) {
  options_.line_bytes_max = 10;
  options_.file_share_bytes_max = 16;
  options_.batch_bytes_max = 16;
  start();
  append("a.log", "short\n" + std::string(1000, 'x'));
  settle();
  append("a.log", std::string(1000, 'y') + "\n1234567890\r\nlast\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"short", std::string(10, 'x'), "1234567890", "last"}));
  EXPECT_EQ(lost("line_too_long"), 1U);
}

TEST_F(TailerTest, AHugeLineSurvivesARestartInItsMiddle) {
  options_.line_bytes_max = 10;
  append("a.log", std::string(100, 'x'));
  start();
  settle();
  restart();
  append("a.log", std::string(100, 'y') + "\nnext\n");
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{std::string(10, 'x'), "next"}));
}

TEST_F(TailerTest, PositionsMoveOnlyWhenTheSinkHasConfirmed) {
  append("a.log", "1\n2\n");
  start();
  sink_.hold();
  settle();
  EXPECT_EQ(sink_.waiting(), 1U);
  restart();
  sink_.release();
  settle();
  // The first tailer's batch and the second's reading of the same lines.
  EXPECT_EQ(sink_.lines(), (Lines{"1", "2", "1", "2"}));
  restart();
  settle();
  EXPECT_EQ(sink_.lines().size(), 4U);
}

TEST_F(TailerTest, OffersARefusedBatchAgainAndLosesNothing) {
  append("a.log", "1\n");
  start();
  sink_.refuse(3, ErrorCode::kExhausted);
  settle();
  append("a.log", "2\n");
  for (int i = 0; i < 10; ++i) {
    clock_.advance(span_s(1));
    settle();
  }
  EXPECT_EQ(sink_.lines(), (Lines{"1", "2"}));
  EXPECT_GE(sink_.submissions(), 4);
}

TEST_F(TailerTest, ReadsGzipHistoryOnceWhenAsked) {
  write("old.log.gz", gzip_encode("1\n2\n") + gzip_encode("3\nno end"));
  options_.globs = {directory_ / "*.log*"};
  start();
  settle();
  EXPECT_TRUE(sink_.lines().empty());
  options_.read_gzip = true;
  restart();
  settle();
  clock_.advance(span_s(11));
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"1", "2", "3", "no end"}));
  restart();
  settle();
  EXPECT_EQ(sink_.lines().size(), 4U);
}

TEST_F(TailerTest, GivesUpOnDamagedGzipAfterKeepingWhatCouldBeRead) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    text += "line " + std::to_string(i * 7919) + "\n";
  }
  std::string packed = gzip_encode(text);
  packed.resize(packed.size() / 2);
  write("old.log.gz", packed);
  options_.globs = {directory_ / "*.gz"};
  options_.read_gzip = true;
  start();
  settle();
  clock_.advance(span_s(11));
  settle();
  EXPECT_GT(sink_.lines().size(), 1000U);
  EXPECT_EQ(lost("unreadable"), 1U);
  const std::size_t before = sink_.lines().size();
  restart();
  settle();
  EXPECT_EQ(sink_.lines().size(), before);
}

TEST_F(TailerTest, SharesOutBetweenManyFiles) {
  options_.batch_bytes_max = 100;
  options_.file_share_bytes_max = 50;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "0123456789\n";
  }
  for (const char* name : {"a.log", "b.log", "c.log"}) {
    append(name, text);
  }
  start();
  settle();
  EXPECT_EQ(sink_.lines().size(), 300U);
}

TEST_F(TailerTest, FollowsNoMoreFilesThanTheLimit) {
  options_.files_max = 2;
  for (const char* name : {"a.log", "b.log", "c.log"}) {
    append(name, "x\n");
  }
  start();
  settle();
  settle();
  EXPECT_EQ(sink_.lines().size(), 2U);
  EXPECT_EQ(lost("too_many_files"), 1U);
}

TEST_F(TailerTest, RefusesADamagedPositionFileByName) {
  write("positions", "tocsin-positions 1\ngarbage\n");
  tailer_.emplace(options_, files_, IntakeContext{sink_, stats_, clock_, log_}, [] {});
  const Status loaded = tailer_->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorrupt);
  EXPECT_NE(loaded.error().full_text().find("positions"), std::string::npos);
}

TEST_F(TailerTest, GlobsReachIntoFolders) {
  std::filesystem::create_directories(directory_ / "x/y");
  append("x/y/deep.log", "deep\n");
  append("x/other.txt", "no\n");
  append(".hidden.log", "no\n");
  options_.globs = {directory_ / "**/*.log"};
  append("top.log", "top\n");
  start();
  settle();
  EXPECT_EQ(sink_.lines(), (Lines{"top", "deep"}));
}

TEST(Positions, AreWrittenAndReadBack) {
  const std::vector<FilePosition> positions = {
      {"/var/log/a b\n%.log", 1, 2, 3, 4, 0xabcdef0123456789, true, true, true},
      {"/x", 0, 0, ~0ULL, 0, 0, false, false, false}};
  EXPECT_EQ(*parse_positions(positions_text(positions)), positions);
  EXPECT_EQ(parse_positions(positions_text({}))->size(), 0U);
}

TEST(Positions, AnyFlippedByteIsFound) {
  const std::string text = positions_text({{"/var/log/a.log", 1, 2, 3, 4, 5, true, false, false}});
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(parse_positions(damaged)) << i;
    EXPECT_FALSE(parse_positions(text.substr(0, i))) << i;
  }
}

}  // namespace
}  // namespace tocsin
