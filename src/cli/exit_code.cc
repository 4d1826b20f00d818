#include "cli/exit_code.h"

#include <cstdio>

namespace tocsin {

void ExitCode::finish(const Status& status) {
  if (status) {
    return;
  }
  std::fprintf(stderr, "tocsin: %s\n", status.error().full_text().c_str());
  value = status.error().code() == ErrorCode::kInvalid ? kUsage : kFailure;
}

}  // namespace tocsin
