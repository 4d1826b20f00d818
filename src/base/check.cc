#include "base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace tocsin {
namespace {

// The two process-wide words that the rule against globals excepts: a fault counter has no owner.
std::atomic<std::uint64_t> bug_count{0};
std::atomic<bool> bugs_are_fatal{false};

}  // namespace

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "tocsin: internal fault: CHECK(%s) at %s:%d\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

void bug_seen(const char* what, const char* file, int line) {
  bug_count.fetch_add(1, std::memory_order_relaxed);
  std::fprintf(stderr, "tocsin: survivable fault: %s at %s:%d\n", what, file, line);
  if (bugs_are_fatal.load(std::memory_order_relaxed)) {
    std::abort();
  }
}

std::uint64_t bugs_seen() {
  return bug_count.load(std::memory_order_relaxed);
}

void make_bugs_fatal() {
  bugs_are_fatal.store(true, std::memory_order_relaxed);
}

}  // namespace tocsin
