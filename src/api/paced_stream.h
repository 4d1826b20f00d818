// PacedStream: a response body that is written as fast as its client reads, and no faster.
//
// write() waits while too much is queued: only on a pool thread. kCancelled when the client has
// gone or the cancel was asked for, kTimeout when the client reads nothing for kStallMax.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http/responder.h"
#include "index/store_query.h"

namespace tocsin {

class PacedStream {
 public:
  static constexpr Span kStallMax = span_s(20);
  static constexpr std::size_t kQueuedBytesMax = 256 * 1024;

  PacedStream(EventStream& stream, const Cancel& cancel) : stream_(stream), cancel_(cancel) {}
  Status write(std::string_view bytes);

 private:
  EventStream& stream_;
  const Cancel& cancel_;
};

}  // namespace tocsin
