#include "intake/file_tail/file_tail_source.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "intake/fake_sink_test.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

class FileTailSourceTest : public testing::Test {
 protected:
  FileTailSourceTest() {
    options_.globs = {directory_ / "logs/*.log"};
    options_.state_file = directory_ / "positions";
    std::filesystem::create_directories(directory_ / "logs");
  }
  std::unique_ptr<IntakeSource> start() {
    auto source = start_file_tail(options_, files_, IntakeContext{sink_, stats_, clock_, log_});
    EXPECT_TRUE(source) << source.error().full_text();
    return *std::move(source);
  }
  void append(const std::string& name, std::string_view bytes) {
    std::ofstream(directory_ / name, std::ios::app) << bytes;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeSink sink_;
  Metrics metrics_;
  SourceStats stats_{metrics_};
  SystemClock clock_;
  Log log_;
  FileTailOptions options_;
};

TEST_F(FileTailSourceTest, FollowsFilesThatAppearGrowAndRotate) {
  const auto source = start();
  append("logs/a.log", "1\n");
  sink_.wait_for_lines(1);
  append("logs/a.log", "2\n");
  sink_.wait_for_lines(2);
  std::filesystem::rename(directory_ / "logs/a.log", directory_ / "logs/a.log.1");
  append("logs/a.log", "3\n");
  EXPECT_EQ(sink_.wait_for_lines(3), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(FileTailSourceTest, GoesOnWhereItStopped) {
  append("logs/a.log", "1\n2\n");
  {
    const auto source = start();
    sink_.wait_for_lines(2);
  }
  append("logs/a.log", "3\n");
  const auto source = start();
  EXPECT_EQ(sink_.wait_for_lines(3), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(FileTailSourceTest, StopsWhileTheSinkDoesNotAnswer) {
  append("logs/a.log", "1\n");
  sink_.hold();
  auto source = start();
  sink_.wait_for_waiting(1);
  source->stop();
  source.reset();
  sink_.release();
  EXPECT_EQ(sink_.lines().size(), 1U);
}

}  // namespace
}  // namespace tocsin
