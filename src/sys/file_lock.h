// FileLock: only one process at a time has a data directory (flock; gone when the process ends).
#pragma once

#include <string>

#include "base/result.h"

namespace tocsin {

class FileLock {
 public:
  // Creates the file when absent. kConflict when another process holds the lock.
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace tocsin
