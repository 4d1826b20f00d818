#include "sys/file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fail.h"

namespace tocsin {
namespace {

ErrorCode code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kDiskFull;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kDenied;
    case EEXIST:
      return ErrorCode::kConflict;
    default:
      return ErrorCode::kIo;
  }
}

Error os_error(std::string_view doing, const std::string& path) {
  const int error = errno;
  return fail(code_of(error), "{} {}: {}", doing, path, std::strerror(error));
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t n = ::pread(descriptor_, out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) {
        continue;
      }
      if (n < 0) {
        return os_error("reading", path_);
      }
      if (n == 0) {
        break;
      }
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) {
        continue;
      }
      if (n < 0) {
        return os_error("writing", path_);
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n =
          ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) {
        continue;
      }
      if (n < 0) {
        return os_error("writing", path_);
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Status sync_data() override {
    return ::fdatasync(descriptor_) == 0 ? Status{} : os_error("syncing", path_);
  }

  Status truncate(std::uint64_t size) override {
    return ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0 ? Status{}
                                                                   : os_error("truncating", path_);
  }

  Result<std::uint64_t> size() override {
    struct stat info{};
    if (::fstat(descriptor_, &info) != 0) {
      return os_error("asking the size of", path_);
    }
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  int descriptor_;
  std::string path_;
};

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kAppend:
      return O_RDWR | O_CREAT | O_APPEND;
    case OpenMode::kCreateNew:
    case OpenMode::kCreatePrivate:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::kReadWrite:
      return O_RDWR;
  }
  return O_RDONLY;
}

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
  const int descriptor = ::open(path.c_str(), open_flags(mode) | O_CLOEXEC,
                                mode == OpenMode::kCreatePrivate ? 0600 : 0640);
  if (descriptor < 0) {
    return os_error("opening", path);
  }
  return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
}

Result<FileInfo> PosixFileSystem::info(const std::string& path) {
  struct stat raw{};
  if (::stat(path.c_str(), &raw) != 0) {
    return os_error("looking at", path);
  }
  FileInfo info;
  info.size = static_cast<std::uint64_t>(raw.st_size);
  info.device = raw.st_dev;
  info.inode = raw.st_ino;
  info.modified = Micros(raw.st_mtim.tv_sec * kMicrosPerSecond + raw.st_mtim.tv_nsec / 1000);
  info.is_directory = S_ISDIR(raw.st_mode);
  return info;
}

Status PosixFileSystem::rename(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? Status{} : os_error("renaming", from);
}

Status PosixFileSystem::remove(const std::string& path) {
  return std::remove(path.c_str()) == 0 ? Status{} : os_error("removing", path);
}

Status PosixFileSystem::create_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return fail(code_of(error.value()), "creating directory {}: {}", path, error.message());
  }
  return {};
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& path) {
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) {
    return os_error("listing", path);
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  ::closedir(directory);
  std::ranges::sort(names);
  return names;
}

Status PosixFileSystem::sync_directory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return os_error("opening directory", path);
  }
  const int synced = ::fsync(descriptor);
  Status status = synced == 0 ? Status{} : os_error("syncing directory", path);
  ::close(descriptor);
  return status;
}

Result<std::uint64_t> PosixFileSystem::free_bytes(const std::string& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) {
    return os_error("asking the free space at", path);
  }
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t bytes_max) {
  TRY_ASSIGN(const std::unique_ptr<File> file, files.open(path, OpenMode::kRead));
  TRY_ASSIGN(const std::uint64_t size, file->size());
  if (size > bytes_max) {
    return fail(ErrorCode::kTooLarge, "{} has {} bytes, at most {} are read", path, size,
                bytes_max);
  }
  std::string bytes(size, '\0');
  TRY_ASSIGN(const std::size_t got, file->read_at(0, bytes));
  bytes.resize(got);
  return bytes;
}

Status write_file_atomically(FileSystem& files, const std::string& path, std::string_view bytes,
                             OpenMode create) {
  const std::string temporary = path + ".tmp";
  if (const Status removed = files.remove(temporary);
      !removed && removed.error().code() != ErrorCode::kNotFound) {
    return removed.error();
  }
  {
    TRY_ASSIGN(const std::unique_ptr<File> file, files.open(temporary, create));
    TRY(file->append(bytes));
    TRY(file->sync_data());
  }
  TRY(files.rename(temporary, path));
  return files.sync_directory(parent_directory(path));
}

std::string parent_directory(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) {
    return ".";
  }
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

}  // namespace tocsin
