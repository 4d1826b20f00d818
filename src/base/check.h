// CHECK: a programmer's fault, on in release, ends the process with file and line.
// BUG: a survivable surprise; counted and logged, fatal when the tests ask for it.
//
// Never CHECK what a sender, a file or a disk can influence: a log line must not stop the monitor.
#pragma once

#include <cstdint>

namespace tocsin {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);
void bug_seen(const char* what, const char* file, int line);

// How many BUGs this process has met; shown in /metrics.
std::uint64_t bugs_seen();
// Tests set this: every BUG then ends the process.
void make_bugs_fatal();

}  // namespace tocsin

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) [[unlikely]] {                          \
      ::tocsin::check_failed(#condition, __FILE__, __LINE__); \
    }                                                         \
  } while (false)

#define BUG(what) ::tocsin::bug_seen(what, __FILE__, __LINE__)
