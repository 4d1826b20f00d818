#include "intake/stdin/stdin_source.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "intake/fake_sink_test.h"
#include "intake/line_splitter.h"

namespace tocsin {
namespace {

class StdinSourceTest : public testing::Test {
 protected:
  StdinSourceTest() { EXPECT_EQ(::pipe(pipe_.data()), 0); }
  ~StdinSourceTest() override {
    ::close(pipe_[0]);
    close_writer();
  }
  void close_writer() {
    if (pipe_[1] >= 0) {
      ::close(std::exchange(pipe_[1], -1));
    }
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(pipe_[1], bytes.data(), bytes.size());
      ASSERT_GT(n, 0);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  std::unique_ptr<IntakeSource> start(StdinOptions options) {
    options.descriptor = pipe_[0];
    return start_stdin(options, IntakeContext{sink_, stats_, clock_, log_}, [this] {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    });
  }
  void wait_for_end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }

  std::array<int, 2> pipe_{};
  FakeSink sink_;
  Metrics metrics_;
  SourceStats stats_{metrics_};
  SystemClock clock_;
  Log log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

TEST_F(StdinSourceTest, ReadsLinesToTheEndAndSaysSo) {
  const auto source = start({});
  write("one\r\ntwo\n");
  EXPECT_EQ(sink_.wait_for_lines(2), (std::vector<std::string>{"one", "two"}));
  write("last without end");
  close_writer();
  wait_for_end();
  EXPECT_EQ(sink_.lines().back(), "last without end");
  EXPECT_EQ(sink_.origins()[0].source, "stdin");
}

TEST_F(StdinSourceTest, WaitsWhileTheSinkIsFullAndLosesNothing) {
  StdinOptions options;
  options.batch_bytes_max = 1000;
  sink_.refuse(3, ErrorCode::kDiskFull);
  const auto source = start(options);
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "line " + std::to_string(i) + "\n";
  }
  write(text);
  close_writer();
  wait_for_end();
  const auto lines = sink_.lines();
  ASSERT_EQ(lines.size(), 20'000U);
  EXPECT_EQ(lines[19'999], "line 19999");
}

TEST_F(StdinSourceTest, StopsWhileItWaits) {
  auto source = start({});
  write("one\n");
  sink_.wait_for_lines(1);
  source->stop();
  EXPECT_FALSE(ended_);
}

struct SplitCase {
  const char* name;
  std::vector<std::string> pieces;
  std::vector<std::string> lines;
  int cuts;
};

TEST(LineSplitter, SplitsAndCuts) {
  const std::vector<SplitCase> cases = {
      {"over pieces", {"a", "b\r", "\nc", "\n"}, {"ab", "c"}, 0},
      {"just fits with CRLF",
       {"1234567890\r\n", "12345", "67890\r", "\n"},
       {"1234567890", "1234567890"},
       0},
      {"too long, whole", {"12345678901\nx\n"}, {"1234567890", "x"}, 1},
      {"too long, pieces", {"12345678", "901", "234", "5\nx\n"}, {"1234567890", "x"}, 1},
      {"too long at the end", {"123456789012"}, {"1234567890"}, 1},
      {"empty lines", {"\n\r\n\n"}, {}, 0},
      {"no end", {"tail"}, {"tail"}, 0},
  };
  for (const SplitCase& test : cases) {
    LineSplitter splitter(10);
    std::vector<std::string> lines;
    int cuts = 0;
    const LineSplitter::OnLine on_line = [&](std::string_view line, LineSplitter::Cut cut) {
      lines.emplace_back(line);
      cuts += cut == LineSplitter::Cut::kYes ? 1 : 0;
    };
    for (const std::string& piece : test.pieces) {
      splitter.feed(piece, on_line);
    }
    splitter.finish(on_line);
    EXPECT_EQ(lines, test.lines) << test.name;
    EXPECT_EQ(cuts, test.cuts) << test.name;
  }
}

}  // namespace
}  // namespace tocsin
