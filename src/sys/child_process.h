// Runs another program and waits for it: no shell, a time limit, bounded output.
//
// For: reload commands, exec enforcers, actions of playbooks. Not for: services that stay. The
// child gets its own process group, an environment that the caller names (PATH and LANG when it
// names none), standard input from `input`, no other descriptor of ours, and default signal
// handling. At the time limit its whole group is killed. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"

namespace tocsin {

struct ChildProcess {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH when it has no '/'
  std::vector<std::pair<std::string, std::string>> environment;  // besides PATH and LANG
  std::string input;
  Span time_max = span_s(30);
  std::size_t output_bytes_max = 64 * 1024;  // of standard output and error together; rest dropped
};

struct ChildOutcome {
  int exit_code = 0;  // 128 + n when signal n ended it
  std::string output;
  bool output_cut = false;
  bool timed_out = false;
};

// Errors: kInvalid (no argv, a NUL byte), kNotFound (no such program), kIo. A program that fails or
// was killed at its limit is an outcome. `clock` measures the limit.
Result<ChildOutcome> run_child(const ChildProcess& child, Clock& clock);

}  // namespace tocsin
