// Evidence: records with their proofs in one file that anyone can check offline, without this
// server's data. JSON lines; grammar in docs/formats/journal.md.
//
// The writer takes proven records in any order; the checker reads lines and says which record
// fails. One thread each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "journal/proof.h"
#include "model/record.h"
#include "model/seq_range.h"
#include "sys/file_system.h"

namespace tocsin {

// Where the records and proofs come from: a Journal, or an Archive with its newest checkpoint.
struct EvidenceSource {
  std::function<Result<std::shared_ptr<const RecordBatch>>(Seq, std::size_t, std::size_t)> read;
  std::function<Result<InclusionProof>(Seq)> prove;
  VerifierKey key;
};

struct EvidenceAbout {
  Micros exported;
  std::string query;  // what selected the records; may be empty
};

using EvidenceOut = std::function<Status(std::string_view bytes)>;

class EvidenceWriter {
 public:
  EvidenceWriter(const VerifierKey& key, const EvidenceAbout& about, EvidenceOut out);
  ~EvidenceWriter();
  EvidenceWriter(const EvidenceWriter&) = delete;
  EvidenceWriter& operator=(const EvidenceWriter&) = delete;

  Status add(const InclusionProof& proof, const Record& record);
  Status finish();  // the bundle is whole only after this
  std::uint64_t records() const { return records_; }

 private:
  Status line(std::string text);

  EvidenceOut out_;
  struct Hasher;
  std::unique_ptr<Hasher> hasher_;
  std::string header_;
  std::string checkpoint_note_;
  std::uint64_t block_index_ = UINT64_MAX;
  std::uint64_t records_ = 0;
};

// The records of these half-open ranges; gives how many were written. Records that retention has
// removed or that are damaged are kNotFound / kCorrupt: a bundle never leaves some out silently.
Result<std::uint64_t> export_evidence(const EvidenceSource& source,
                                      const std::vector<SeqRange>& ranges,
                                      const EvidenceAbout& about, const EvidenceOut& out);

struct EvidenceFault {
  std::uint64_t line = 0;
  Seq seq;  // 0 when the line is not about a record
  std::string what;
};
struct EvidenceReport {
  std::string origin;
  std::string key;          // as the bundle names it
  bool key_pinned = false;  // it is the one that the caller trusts
  std::string query;
  Micros exported;
  std::uint64_t records = 0;  // that hold
  std::uint64_t redacted = 0;
  std::uint64_t checkpoints = 0;
  Seq first;
  Seq last;
  Micros received_first;
  Micros received_last;
  std::vector<EvidenceFault> faults;  // at most kFaultsMax are kept
  std::uint64_t faults_total = 0;

  static constexpr std::size_t kFaultsMax = 1000;
  bool holds() const { return faults_total == 0; }
};

class EvidenceChecker {
 public:
  // With `pinned` the bundle must be signed by that key; without it the report only says that the
  // bundle agrees with the key it names itself.
  explicit EvidenceChecker(std::optional<VerifierKey> pinned);
  ~EvidenceChecker();
  EvidenceChecker(const EvidenceChecker&) = delete;
  EvidenceChecker& operator=(const EvidenceChecker&) = delete;

  void line(std::string_view text);  // without its line end
  EvidenceReport finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

EvidenceReport verify_evidence(std::string_view bundle, const std::optional<VerifierKey>& pinned);
// Reads the file piece by piece; an error only when it cannot be read.
Result<EvidenceReport> verify_evidence_file(FileSystem& files, const std::string& path,
                                            const std::optional<VerifierKey>& pinned);

}  // namespace tocsin
