// StdinSource: lines from a file descriptor (standard input) until its end. One thread.
//
// When the sink is full, it does not read: the writer of the pipe waits.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "intake/intake_source.h"

namespace tocsin {

struct StdinOptions {
  std::string name = "stdin";
  std::string hint;
  int descriptor = 0;  // borrowed
  std::size_t line_bytes_max = 1 << 20U;
  std::size_t batch_bytes_max = 1 << 20U;
  Span linger = span_ms(50);  // lines wait so long for more before they are submitted
};

// `on_end` is called on the source's thread when the input has ended and everything is durable.
std::unique_ptr<IntakeSource> start_stdin(StdinOptions options, const IntakeContext& context,
                                          std::function<void()> on_end);

}  // namespace tocsin
