// Verify: walks a whole journal directory and names everything that is not as it was written:
// checksums, record trees, the log's tree, sidecars, checkpoints and their signatures.
//
// Changes nothing. Works without a server; beside a running one it tolerates unfinished ends.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "journal/damage.h"
#include "journal/proof.h"
#include "sys/file_system.h"

namespace tocsin {

struct VerifyOptions {
  std::string directory;
  std::string key_directory;              // journal.pub, and journal.key where it can be read
  std::optional<VerifierKey> pinned_key;  // what the caller trusts, instead of key_directory
};

struct VerifyReport {
  journal::Damages faults;
  journal::Damages notes;  // unfinished ends, kept copies: no fault
  std::uint64_t records = 0;
  std::uint64_t redacted = 0;
  std::uint64_t retired = 0;  // records that retention removed
  std::uint64_t blocks = 0;   // whose records were checked
  std::uint64_t segments = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t bytes = 0;
  std::uint64_t tree_size = 0;
  Sha256Digest root{};
  Seq begin{1};
  Seq end{1};
  std::uint64_t checkpoint_size = 0;  // the newest checkpoint's: blocks behind it are unsigned yet

  bool clean() const { return faults.empty(); }
};

// Bytes walked and bytes in all; called about every block. False stops (kCancelled).
using VerifyProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

// An error is only given when the directory itself cannot be read, or on progress' demand.
Result<VerifyReport> verify_journal(FileSystem& files, const VerifyOptions& options,
                                    const VerifyProgress& progress = nullptr);

}  // namespace tocsin
