// FileSystem: every file operation of the journal, the state and the tailers goes through here, so
// that tests can make the Nth one fail. Values of errors: kNotFound, kDiskFull, kDenied, kIo.
//
// Not for: memory-mapped files and files that DuckDB or SQLite open by themselves.
// Implementations are thread-safe; a File belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tocsin {

class File {
 public:
  virtual ~File() = default;
  // Reads up to out.size() bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) = 0;
  // Writes all of it at the end of what was written before (files opened for append).
  virtual Status append(std::string_view bytes) = 0;
  virtual Status write_at(std::uint64_t offset, std::string_view bytes) = 0;
  virtual Status sync_data() = 0;  // fdatasync
  virtual Status truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() = 0;
};

enum class OpenMode : std::uint8_t {
  kRead,
  kAppend,         // create if absent, write at the end, also readable
  kCreateNew,      // fail with kConflict when it exists; readable and writable
  kCreatePrivate,  // the same, with mode 0600: for keys
  kReadWrite,      // must exist
};

struct FileInfo {
  std::uint64_t size = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  Micros modified;
  bool is_directory = false;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<FileInfo> info(const std::string& path) = 0;  // follows links
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status create_directories(const std::string& path) = 0;
  // Names (not paths) of what is in a directory, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

// The operating system's. New files get mode 0640, directories 0750.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<FileInfo> info(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
};

// Whole small files. write_file_atomically: temporary name, sync, rename, sync of the directory.
Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t bytes_max);
// `create`: kCreateNew, or kCreatePrivate for secrets.
Status write_file_atomically(FileSystem& files, const std::string& path, std::string_view bytes,
                             OpenMode create = OpenMode::kCreateNew);

std::string parent_directory(std::string_view path);

}  // namespace tocsin
