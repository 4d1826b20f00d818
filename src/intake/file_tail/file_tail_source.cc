#include "intake/file_tail/file_tail_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kWatched =
    IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR;
constexpr std::uint32_t kNamesChange = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr Span kLinger = span_ms(20);  // lines that come together travel together
constexpr Span kWithoutInotify = span_ms(500);
constexpr int kStopPolls = 20;
constexpr std::int64_t kStopPollMs = 50;

class FileTailSource final : public IntakeSource {
 public:
  FileTailSource(FileTailOptions options, FileSystem& files, const IntakeContext& context)
      : log_(context.log),
        inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
        event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        tailer_(std::move(options), files, context, [this] { wake(); }) {}
  FileTailSource(const FileTailSource&) = delete;
  FileTailSource& operator=(const FileTailSource&) = delete;
  ~FileTailSource() override {
    FileTailSource::stop();
    ::close(inotify_);
    ::close(event_);
  }

  Status start() {
    if (event_ < 0) {
      return fail(ErrorCode::kIo, "eventfd: {}", std::strerror(errno));
    }
    TRY(tailer_.load());
    thread_ = std::thread([this] { run(); });
    return {};
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
    // A full eventfd is awake already.
    static_cast<void>(::write(event_, &one, sizeof one) == sizeof one);
  }

  void run() {
    while (!stopping_) {
      tailer_.poll();
      watch_directories();
      if (tailer_.has_more() && tailer_.idle()) {
        continue;
      }
      Span wait = tailer_.wait_time();
      if (!all_watched_) {
        wait = Span(std::min(wait.value, kWithoutInotify.value));
      }
      if (sleep(wait, Listen::kFiles)) {
        sleep(kLinger, Listen::kSinkOnly);
      }
    }
    // The batch under way may still be confirmed: then its position is not read twice.
    for (int i = 0; i < kStopPolls && !tailer_.idle(); ++i) {
      sleep(span_ms(kStopPollMs), Listen::kSinkOnly);
      tailer_.take_in_answer();
    }
  }

  enum class Listen : std::uint8_t { kFiles, kSinkOnly };

  // True when a file has changed.
  bool sleep(Span limit, Listen listen) {
    std::array<pollfd, 2> polled = {pollfd{event_, POLLIN, 0}, pollfd{inotify_, POLLIN, 0}};
    const nfds_t count = listen == Listen::kFiles && inotify_ >= 0 ? 2 : 1;
    const auto ms = static_cast<int>(
        std::min<std::int64_t>((limit.value + kMicrosPerMilli - 1) / kMicrosPerMilli, 60'000));
    ::poll(polled.data(), count, ms);
    std::uint64_t ignored = 0;
    static_cast<void>(::read(event_, &ignored, sizeof ignored) > 0);
    return count == 2 && (polled[1].revents & POLLIN) != 0 && read_changes();
  }

  bool read_changes() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    bool any = false;
    ssize_t got = 0;
    while ((got = ::read(inotify_, buffer.data(), buffer.size())) > 0) {
      any = true;
      for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
        inotify_event event;
        std::memcpy(&event, buffer.data() + at, sizeof event);
        at += sizeof event + event.len;
        if ((event.mask & (kNamesChange | IN_Q_OVERFLOW)) != 0) {
          tailer_.rescan_soon();
        }
        if ((event.mask & IN_IGNORED) != 0) {
          forget(event.wd);
        }
      }
    }
    return any;
  }

  void forget(int watch) {
    std::erase_if(watched_, [watch](const auto& entry) { return entry.second == watch; });
    tailer_.rescan_soon();
  }

  void watch_directories() {
    all_watched_ = inotify_ >= 0;
    if (inotify_ < 0) {
      return;
    }
    for (const std::string& directory : tailer_.directories()) {
      if (watched_.contains(directory)) {
        continue;
      }
      const int watch = ::inotify_add_watch(inotify_, directory.c_str(), kWatched);
      if (watch >= 0) {
        watched_.emplace(directory, watch);
        // What changed between the listing and the watch is found now.
        tailer_.rescan_soon();
      } else {
        all_watched_ = false;
        if (errno == ENOSPC && !std::exchange(told_, true)) {
          log_.warning("no inotify watch left (fs.inotify.max_user_watches): files are polled");
        }
      }
    }
  }

  Log& log_;
  const int inotify_;
  const int event_;
  std::map<std::string, int> watched_;
  bool all_watched_ = false;
  bool told_ = false;
  std::atomic<bool> stopping_{false};
  Tailer tailer_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<IntakeSource>> start_file_tail(FileTailOptions options, FileSystem& files,
                                                      const IntakeContext& context) {
  if (options.globs.empty()) {
    return fail(ErrorCode::kInvalid, "a file source names no path");
  }
  auto source = std::make_unique<FileTailSource>(std::move(options), files, context);
  TRY(source->start());
  return std::unique_ptr<IntakeSource>(std::move(source));
}

}  // namespace tocsin
