#include "state/state_file.h"

#include <array>

#include <soci/soci.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "state/sql_fault.h"

namespace tocsin {
namespace {

// Checksum file: "tocsin-state-sum 1 SIZE HEX\n". HEX is a chain over pieces of 1 MiB:
// d0 = SHA-256(""), dn = SHA-256(dn-1 ‖ piece n).
constexpr std::string_view kSumMagic = "tocsin-state-sum";
constexpr std::string_view kSumVersion = "1";
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;
constexpr std::uint64_t kSumBytesMax = 256;

std::string sum_path(const std::string& path) {
  return path + ".sha256";
}

Result<std::string> sum_text(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const auto file, files.open(path, OpenMode::kRead));
  std::string piece(kPieceBytes, '\0');
  Sha256Digest digest = sha256("");
  std::uint64_t offset = 0;
  while (true) {
    TRY_ASSIGN(const std::size_t got, file->read_at(offset, piece));
    if (got == 0) {
      break;
    }
    digest = sha256(digest_view(digest), std::string_view(piece).substr(0, got));
    offset += got;
    if (offset > kStateFileBytesMax) {
      return fail(ErrorCode::kTooLarge, "{} is larger than {} bytes", path, kStateFileBytesMax);
    }
  }
  return fmt::format("{} {} {} {}\n", kSumMagic, kSumVersion, offset,
                     hex_encode(digest_view(digest)));
}

bool exists(FileSystem& files, const std::string& path) {
  return files.info(path).has_value();
}

}  // namespace

Result<std::string> state_checksum_fault(FileSystem& files, const std::string& path) {
  auto said = read_file(files, sum_path(path), kSumBytesMax);
  if (!said && said.error().code() == ErrorCode::kNotFound) {
    return std::string();
  }
  TRY(said);
  // A write-ahead log beside it: the database is in use or was left by a crash, and may differ.
  if (exists(files, path + "-wal")) {
    return std::string();
  }
  const auto words = split(trim(*said), ' ');
  if (words.size() != 4 || words[0] != kSumMagic) {
    return fmt::format("{} is damaged: it is no checksum file", sum_path(path));
  }
  if (words[1] != kSumVersion) {
    return fmt::format("{} has the unknown version {}", sum_path(path), words[1]);
  }
  TRY_ASSIGN(const std::string is, sum_text(files, path));
  if (is == *said) {
    return std::string();
  }
  return fmt::format("{} differs from the checksum written when it was closed ({})", path,
                     sum_path(path));
}

Status write_state_checksum(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const std::string text, sum_text(files, path));
  return write_file_atomically(files, sum_path(path), text);
}

Status remove_state_checksum(FileSystem& files, const std::string& path) {
  Status removed = files.remove(sum_path(path));
  if (!removed && removed.error().code() == ErrorCode::kNotFound) {
    return {};
  }
  return removed;
}

Result<std::string> state_structure_fault(const std::string& path) {
  TRY_ASSIGN(const std::string connection, sqlite_connection(path));
  try {
    soci::session session("sqlite3", connection);
    session << "PRAGMA query_only = ON";
    session << "PRAGMA busy_timeout = 5000";
    std::string found;
    session << "PRAGMA integrity_check(1)", soci::into(found);
    return found == "ok" ? std::string() : fmt::format("{} is damaged: {}", path, found);
  } catch (const std::exception& thrown) {
    Error fault = sql_fault("checking the file", thrown);
    // A wrong header is SQLITE_ERROR in some of its bytes and SQLITE_NOTADB in others.
    if (fault.code() == ErrorCode::kCorrupt || fault.code() == ErrorCode::kInternal) {
      return fmt::format("{} is damaged: {}", path, fault.text());
    }
    return fault;
  }
}

Result<std::vector<std::string>> check_state_file(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const FileInfo info, files.info(path));
  std::vector<std::string> faults;
  if (info.size == 0) {
    faults.push_back(fmt::format("{} is empty", path));
    return faults;
  }
  // The checksum first: SQLite may write to the file's companions when it opens it.
  TRY_ASSIGN(std::string checksum, state_checksum_fault(files, path));
  TRY_ASSIGN(std::string structure, state_structure_fault(path));
  if (!structure.empty()) {
    faults.push_back(std::move(structure));
  }
  if (!checksum.empty()) {
    faults.push_back(std::move(checksum));
  }
  return faults;
}

}  // namespace tocsin
