// Journal: the append-only, hash-treed, signed log of records. Log first: a batch is durable here
// before its sender hears so, and everything else can be rebuilt from it.
//
// Not for: searching (index/), and not for two processes: one Journal a directory. Offline checks
// and exports use journal/verify.h, journal/archive.h and journal/evidence.h.
// Threads: one writer thread inside; every function here is thread-safe.
// Invariants: Seqs are given in order, without gaps, to acknowledged batches only; a batch that was
// refused leaves nothing behind; records reach the sink exactly in Seq order.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "journal/options.h"
#include "journal/proof.h"
#include "model/record.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin {

// Called in the writer thread, strictly in Seq order, when the batch is durable and before its
// AppendDone. It should not wait for long: it holds up the next commit.
using DurableSink = std::function<void(std::shared_ptr<const RecordBatch>)>;
// Called once per batch: in the writer thread, or in append() itself when refused at the door.
using AppendDone = std::function<void(const Status&)>;

class Journal {
 public:
  // Recovers: cuts a torn tail and says what it cut, takes the write-ahead file in. References and
  // `files` must outlive the journal.
  static Result<std::unique_ptr<Journal>> open(JournalOptions options, FileSystem& files,
                                               Clock& clock, Metrics& metrics, Log& log,
                                               DurableSink sink);
  virtual ~Journal() = default;  // closes

  // The batch gets its first_seq. Refusals: kExhausted (queue full), kTooLarge (a record over
  // record_bytes_max), kDiskFull, kIo, kUnavailable (closed); then nothing of it is stored and the
  // batch may be appended again.
  virtual void append(std::shared_ptr<RecordBatch> batch, AppendDone done) = 0;

  virtual Seq begin() const = 0;  // first Seq that retention has kept
  virtual Seq end() const = 0;    // first Seq that is not durable yet

  // Records in Seq order, starting at `from` or at the next Seq that can be read: at most
  // `records_max` and, after the first, `bytes_max`. Usually one block, so fewer than asked is no
  // sign of the end; an empty batch is (from >= end()). When the batch starts behind `from`, what
  // lies between was removed by retention or is damaged (counted and logged). Redacted records come
  // with empty bytes and an Origin whose hint is kRedactedHint.
  virtual Result<std::shared_ptr<const RecordBatch>> read(Seq from, std::size_t records_max,
                                                          std::size_t bytes_max) = 0;
  // First Seq of the first block that holds a record received at or after `time`; end() if none.
  virtual Result<Seq> first_received_at_or_after(Micros time) = 0;

  // The newest checkpoint that is stored. kNotFound while the journal is empty.
  virtual Result<Checkpoint> checkpoint() = 0;
  // Seals the open block and signs a new checkpoint when the record is not under one yet.
  virtual Result<InclusionProof> prove(Seq seq) = 0;
  // Between two sizes of the log's tree (in blocks), 0 < old <= new <= size.
  virtual Result<ConsistencyProof> consistency(std::uint64_t old_size, std::uint64_t new_size) = 0;
  virtual const VerifierKey& verifier_key() const = 0;

  // Removes whole segments whose records all lie before `seq` / were received before `time`; gives
  // the new begin(). The sidecars stay: proofs and checkpoints remain verifiable.
  virtual Result<Seq> retire_before(Seq seq) = 0;
  virtual Result<Seq> retire_received_before(Micros time) = 0;
  virtual std::uint64_t stored_bytes() const = 0;  // segments, sidecars, write-ahead file

  // Commits what waits, seals, signs the last checkpoint. append() afterwards: kUnavailable.
  virtual Status close() = 0;
};

inline constexpr std::string_view kRedactedHint = "tocsin.redacted";

}  // namespace tocsin
