#include "api/paced_stream.h"

#include <chrono>
#include <thread>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::chrono::milliseconds kLookEvery(2);

}  // namespace

Status PacedStream::write(std::string_view bytes) {
  auto looks_left = kStallMax.value / std::chrono::microseconds(kLookEvery).count();
  while (stream_.queued_bytes() > kQueuedBytesMax) {
    if (stream_.closed() || cancel_.stopped()) {
      return fail(ErrorCode::kCancelled, "the client has gone");
    }
    if (--looks_left <= 0) {
      return fail(ErrorCode::kTimeout, "the client reads nothing");
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  if (!bytes.empty() && !stream_.write(bytes)) {
    return fail(ErrorCode::kCancelled, "the client has gone");
  }
  return {};
}

}  // namespace tocsin
