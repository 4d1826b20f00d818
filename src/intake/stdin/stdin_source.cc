#include "intake/stdin/stdin_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "intake/line_splitter.h"
#include "intake/record_collector.h"

namespace tocsin {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr Span kIdleWait = span_s(10);
constexpr Span kStopWait = span_s(1);

class StdinSource final : public IntakeSource {
 public:
  StdinSource(StdinOptions options, const IntakeContext& context, std::function<void()> on_end)
      : options_(std::move(options)),
        context_(context),
        counters_(context.stats.source(options_.name, "stdin")),
        origin_{options_.name, "", options_.hint},
        on_end_(std::move(on_end)),
        event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        splitter_(options_.line_bytes_max),
        collector_({.batch_bytes_max = options_.batch_bytes_max, .linger = options_.linger},
                   context, [this] { wake(); }),
        thread_([this] { run(); }) {}
  StdinSource(const StdinSource&) = delete;
  StdinSource& operator=(const StdinSource&) = delete;
  ~StdinSource() override {
    StdinSource::stop();
    ::close(event_);
  }

  void stop() override {
    stopping_ = true;
    wake();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  void wake() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(event_, &one, sizeof one) == sizeof one);
  }

  void run() {
    while (!stopping_ && !ended_) {
      collector_.poll();
      wait(!collector_.full());
    }
    splitter_.finish(on_line());
    drain();
    if (ended_ && collector_.drained() && on_end_) {
      on_end_();
    }
  }

  // At the end of the input everything is delivered, however long that takes; when stopped, only
  // what can be delivered at once.
  void drain() {
    const Span started = context_.clock.since_boot();
    while (!collector_.drained()) {
      if (stopping_ && context_.clock.since_boot().value - started.value > kStopWait.value) {
        return;
      }
      collector_.flush();
      collector_.poll();
      count_refused();
      if (!collector_.drained()) {
        wait(false);
      }
    }
  }

  void wait(bool reading) {
    count_refused();
    std::array<pollfd, 2> polled = {pollfd{event_, POLLIN, 0},
                                    pollfd{options_.descriptor, POLLIN, 0}};
    const Span longest = stopping_ ? span_ms(50) : kIdleWait;
    const Span limit(std::min(longest.value, collector_.wait_time().value_or(longest).value));
    const auto ms = static_cast<int>((limit.value + kMicrosPerMilli - 1) / kMicrosPerMilli);
    ::poll(polled.data(), reading ? 2 : 1, ms);
    std::uint64_t ignored = 0;
    static_cast<void>(::read(event_, &ignored, sizeof ignored) > 0);
    if (reading && polled[1].revents != 0) {
      read_some();
    }
  }

  void read_some() {
    const ssize_t got = ::read(options_.descriptor, buffer_.data(), buffer_.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
      return;
    }
    if (got < 0) {
      context_.log.error("reading {}: {}", options_.name, std::strerror(errno));
      counters_.lost(IntakeLoss::kUnreadable);
    }
    ended_ = got <= 0;
    if (got > 0) {
      received_ = context_.clock.now();
      splitter_.feed({buffer_.data(), static_cast<std::size_t>(got)}, on_line());
    }
  }

  LineSplitter::OnLine on_line() {
    return [this](std::string_view line, LineSplitter::Cut cut) {
      collector_.add(origin_, received_, line);
      counters_.received(1, line.size(), received_);
      counters_.lost(IntakeLoss::kLineTooLong, cut == LineSplitter::Cut::kYes ? 1 : 0);
    };
  }

  void count_refused() { counters_.lost(IntakeLoss::kRefused, collector_.take_refused()); }

  const StdinOptions options_;
  const IntakeContext context_;
  SourceCounters& counters_;
  const Origin origin_;
  const std::function<void()> on_end_;
  const int event_;
  std::array<char, kReadBytes> buffer_;
  LineSplitter splitter_;
  RecordCollector collector_;
  Micros received_;
  bool ended_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<IntakeSource> start_stdin(StdinOptions options, const IntakeContext& context,
                                          std::function<void()> on_end) {
  return std::make_unique<StdinSource>(std::move(options), context, std::move(on_end));
}

}  // namespace tocsin
