// RecordSink: what intake needs from whoever makes records durable. server/ plugs the journal in.
//
// submit() does not block. `done` is called exactly once, on any thread (also before submit()
// returns): success when the batch is durable; kExhausted: nothing was taken, try again later;
// kDiskFull: nothing was taken, the disk is full; kUnavailable: shutting down. Any error means that
// no record of the batch was kept, so that the same batch may be submitted again.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "model/record.h"

namespace tocsin {

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void submit(std::shared_ptr<RecordBatch> batch,
                      std::function<void(const Status&)> done) = 0;
};

}  // namespace tocsin
