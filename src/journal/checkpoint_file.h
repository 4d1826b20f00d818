// The file of all checkpoints (signed notes, oldest first) and the signed note of what retention
// removed. One thread, but for the free functions.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "journal/damage.h"
#include "journal/signed_note.h"
#include "sys/file_system.h"

namespace tocsin::journal {

std::string checkpoints_path(const std::string& directory);
std::string retention_path(const std::string& directory);

class CheckpointFile {
 public:
  // Cuts an unfinished note at the end; what it cut is added to `damages`.
  static Result<CheckpointFile> open(FileSystem& files, const std::string& directory,
                                     const VerifierKey& key, Damages& damages);

  // Durable when it returns.
  Status append(const Checkpoint& checkpoint);
  // The newest that is whole and rightly signed.
  const std::optional<Checkpoint>& newest() const { return newest_; }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t end_ = 0;
  std::optional<Checkpoint> newest_;
};

// Without a server: the newest rightly signed checkpoint of a directory.
Result<std::optional<Checkpoint>> newest_checkpoint(FileSystem& files, const std::string& directory,
                                                    const VerifierKey& key);

// "<origin>/retention\n<first Seq kept>\n<removed at, µs>\n", signed.
struct Retention {
  Seq begin{1};
  Micros removed_at;
};
Status write_retention(FileSystem& files, const std::string& directory, const SigningKey& key,
                       const Retention& retention);
// Nothing when nothing was ever removed; kCorrupt when the note is not as it was signed.
Result<std::optional<Retention>> read_retention(FileSystem& files, const std::string& directory,
                                                const VerifierKey& key);

}  // namespace tocsin::journal
