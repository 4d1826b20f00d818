// Exit codes: fixed, because scripts rely on them. A command writes its own into the ExitCode that
// main() returns.
#pragma once

#include "base/result.h"

namespace tocsin {

inline constexpr int kDone = 0;   // did its work; found nothing
inline constexpr int kFound = 1;  // did its work; found something (scan, rules check/test, verify)
inline constexpr int kUsage = 2;  // was asked wrongly
inline constexpr int kFailure = 3;  // could not do its work

struct ExitCode {
  int value = kDone;

  // Says on standard error what went wrong, if anything did: kUsage for a wrong argument, else
  // kFailure.
  void finish(const Status& status);
};

}  // namespace tocsin
