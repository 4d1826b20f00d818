#include "journal/checkpoint_file.h"

#include <algorithm>

#include "base/fail.h"
#include "base/text.h"
#include "journal/segment_scan.h"

namespace tocsin::journal {
namespace {

constexpr std::uint64_t kTailBytes = 64 * 1024;  // holds hundreds of checkpoints

struct Tail {
  std::uint64_t offset = 0;
  std::string bytes;
};

Result<Tail> read_tail(File& file) {
  TRY_ASSIGN(const std::uint64_t size, file.size());
  Tail tail;
  tail.offset = size - std::min(size, kTailBytes);
  TRY_ASSIGN(tail.bytes, read_exactly(file, tail.offset, size - tail.offset));
  return tail;
}

std::optional<Checkpoint> newest_in(const NoteList& list, const VerifierKey& key) {
  for (auto at = list.notes.rbegin(); at != list.notes.rend(); ++at) {
    // A tail that was cut out of the middle of a file begins with a piece of a note.
    const std::size_t start = at->note.find(key.name + "\n");
    if (start == std::string_view::npos) {
      continue;
    }
    if (auto checkpoint = open_checkpoint(at->note.substr(start), key)) {
      return std::move(*checkpoint);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string checkpoints_path(const std::string& directory) {
  return directory + "/checkpoints";
}
std::string retention_path(const std::string& directory) {
  return directory + "/retention";
}

Result<CheckpointFile> CheckpointFile::open(FileSystem& files, const std::string& directory,
                                            const VerifierKey& key, Damages& damages) {
  CheckpointFile out;
  const std::string path = checkpoints_path(directory);
  Result<std::unique_ptr<File>> file = files.open(path, OpenMode::kReadWrite);
  if (!file && file.error().code() == ErrorCode::kNotFound) {
    TRY_ASSIGN(out.file_, files.open(path, OpenMode::kCreateNew));
    TRY(files.sync_directory(directory));
    return out;
  }
  if (!file) {
    return std::move(file).error();
  }
  out.file_ = std::move(*file);
  TRY_ASSIGN(const Tail tail, read_tail(*out.file_));
  const NoteList list = split_notes(tail.bytes);
  out.newest_ = newest_in(list, key);
  out.end_ = tail.offset + list.end;
  if (list.end < tail.bytes.size()) {
    damages.push_back(
        {DamageKind::kTorn, path, out.end_,
         fmt::format("{} bytes at the end are no whole checkpoint", tail.bytes.size() - list.end)});
    TRY(out.file_->truncate(out.end_));
  }
  return out;
}

Status CheckpointFile::append(const Checkpoint& checkpoint) {
  Status status = file_->write_at(end_, checkpoint.note);
  if (status) {
    status = file_->sync_data();
  }
  if (!status) {
    // What stays behind the end is overwritten by the next one, or cut at the next start.
    (void)file_->truncate(end_).has_value();
    return status;
  }
  end_ += checkpoint.note.size();
  newest_ = checkpoint;
  return {};
}

Result<std::optional<Checkpoint>> newest_checkpoint(FileSystem& files, const std::string& directory,
                                                    const VerifierKey& key) {
  Result<std::unique_ptr<File>> file = files.open(checkpoints_path(directory), OpenMode::kRead);
  if (!file) {
    return file.error().code() == ErrorCode::kNotFound
               ? Result<std::optional<Checkpoint>>(std::nullopt)
               : std::move(file).error();
  }
  TRY_ASSIGN(const Tail tail, read_tail(**file));
  return newest_in(split_notes(tail.bytes), key);
}

Status write_retention(FileSystem& files, const std::string& directory, const SigningKey& key,
                       const Retention& retention) {
  const std::string text = fmt::format("{}/retention\n{}\n{}\n", key.verifier().name,
                                       retention.begin.value, retention.removed_at.value);
  return write_file_atomically(files, retention_path(directory), key.sign(text));
}

Result<std::optional<Retention>> read_retention(FileSystem& files, const std::string& directory,
                                                const VerifierKey& key) {
  const Result<std::string> note = read_file(files, retention_path(directory), 4096);
  if (!note) {
    return note.error().code() == ErrorCode::kNotFound
               ? Result<std::optional<Retention>>(std::nullopt)
               : note.error();
  }
  TRY_ASSIGN(const std::string text, open_note(*note, key));
  const std::vector<std::string_view> lines = split(text, '\n');
  const auto begin = lines.size() == 4 ? parse_int(lines[1]) : std::nullopt;
  const auto at = lines.size() == 4 ? parse_int(lines[2]) : std::nullopt;
  if (!begin || *begin < 1 || !at || lines[0] != key.name + "/retention") {
    return fail(ErrorCode::kCorrupt, "{}: malformed", retention_path(directory));
  }
  return std::optional(Retention{Seq(static_cast<std::uint64_t>(*begin)), Micros(*at)});
}

}  // namespace tocsin::journal
