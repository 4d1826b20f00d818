// verify_index: does every file of a store agree with its catalogue? For `tocsin verify`.
//
// Reads only; beside a running server a catalogue that changes meanwhile is read again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

struct IndexFault {
  std::string file;
  std::string what;
};

struct IndexReport {
  std::vector<IndexFault> faults;
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
};

// `directory` is StoreOptions::directory. kNotFound when there is no store.
Result<IndexReport> verify_index(FileSystem& files, const std::string& directory);

}  // namespace tocsin
