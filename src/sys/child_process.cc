#include "sys/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr int kSignalBase = 128;
constexpr int kWaitTickMs = 5;
constexpr std::int64_t kPollMsMax = 60'000;
constexpr std::size_t kPipeReadBytes = 16 * 1024;
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) {
      ::close(std::exchange(fd_, -1));
    }
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::kIo, "a pipe cannot be made: {}", std::strerror(errno));
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

class SpawnSetup {
 public:
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

Result<pid_t> spawn(const ChildProcess& child, const Pipe& input, const Pipe& output) {
  std::vector<std::string> environment = {kPath, "LANG=C.UTF-8"};
  for (const auto& [name, value] : child.environment) {
    environment.push_back(name + "=" + value);
  }
  std::vector<std::string> words = child.argv;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::ranges::transform(words, std::back_inserter(argv), [](std::string& s) { return s.data(); });
  std::ranges::transform(environment, std::back_inserter(envp),
                         [](std::string& s) { return s.data(); });
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  SpawnSetup setup;
  posix_spawn_file_actions_adddup2(&setup.actions, input.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&setup.actions, output.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&setup.actions, output.write.get(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&setup.actions, STDERR_FILENO + 1);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, argv[0], &setup.actions, &setup.attributes, argv.data(), envp.data());
  if (failed != 0) {
    return fail(failed == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, "{} cannot be run: {}",
                child.argv[0], std::strerror(failed));
  }
  return pid;
}

class Deadline {
 public:
  Deadline(Span time, Clock& clock) : clock_(clock), at_(clock.since_boot().value + time.value) {}
  int left_ms() const {
    const std::int64_t left = (at_ - clock_.since_boot().value) / kMicrosPerMilli;
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, kPollMsMax));
  }
  bool passed() const { return clock_.since_boot().value >= at_; }

 private:
  Clock& clock_;
  const std::int64_t at_;
};

// Feeds the child and takes what it says until it closes its end or the time is up.
void exchange(const ChildProcess& child, Descriptor& to, Descriptor& from, const Deadline& deadline,
              ChildOutcome& outcome) {
  std::string_view left = child.input;
  std::array<char, kPipeReadBytes> piece;
  if (left.empty()) {
    to.close();
  }
  while (from.open() && !deadline.passed()) {
    std::array<pollfd, 2> wait = {pollfd{from.get(), POLLIN, 0},
                                  pollfd{to.open() ? to.get() : -1, POLLOUT, 0}};
    ::poll(wait.data(), wait.size(), deadline.left_ms());
    if (wait[1].revents != 0) {
      const ssize_t n = ::write(to.get(), left.data(), left.size());
      left.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
      if (left.empty() || (n < 0 && errno != EAGAIN)) {
        to.close();
      }
    }
    if (wait[0].revents != 0) {
      const ssize_t n = ::read(from.get(), piece.data(), piece.size());
      if (n <= 0) {
        from.close();
        continue;
      }
      const std::size_t room = child.output_bytes_max - outcome.output.size();
      const std::size_t kept = std::min(room, static_cast<std::size_t>(n));
      outcome.output.append(piece.data(), kept);
      outcome.output_cut |= kept < static_cast<std::size_t>(n);
    }
  }
}

// Waits for the end; the group is killed when the time is up.
void reap(pid_t pid, const Deadline& deadline, ChildOutcome& outcome) {
  int state = 0;
  while (::waitpid(pid, &state, WNOHANG) == 0) {
    if (deadline.passed()) {
      outcome.timed_out = true;
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, &state, 0);
      break;
    }
    ::poll(nullptr, 0, std::min(kWaitTickMs, deadline.left_ms()));
  }
  outcome.exit_code = WIFEXITED(state) ? WEXITSTATUS(state)
                                       : kSignalBase + (WIFSIGNALED(state) ? WTERMSIG(state) : 0);
}

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

}  // namespace

Result<ChildOutcome> run_child(const ChildProcess& child, Clock& clock) {
  if (child.argv.empty() || child.argv[0].empty() || std::ranges::any_of(child.argv, has_nul)) {
    return fail(ErrorCode::kInvalid, "a command has at least one word and no NUL byte");
  }
  for (const auto& [name, value] : child.environment) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value)) {
      return fail(ErrorCode::kInvalid, "\"{}\" cannot be a variable of a command's environment",
                  name);
    }
  }
  TRY_ASSIGN(Pipe input, make_pipe());
  TRY_ASSIGN(Pipe output, make_pipe());
  ::fcntl(input.write.get(), F_SETFL, O_NONBLOCK);
  const Deadline deadline(child.time_max, clock);
  TRY_ASSIGN(const pid_t pid, spawn(child, input, output));
  input.read.close();
  output.write.close();
  ChildOutcome outcome;
  exchange(child, input.write, output.read, deadline, outcome);
  input.write.close();
  reap(pid, deadline, outcome);
  return outcome;
}

}  // namespace tocsin
