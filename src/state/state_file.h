// The state database as a file at rest: is it whole?
//
// SQLite keeps no checksums of its pages, so a clean shutdown leaves "<file>.sha256" beside the
// database: format version, size and SHA-256 of the file. Whoever opens the database for writing
// removes it first. A file that differs from its checksum was changed by nobody of ours.
// Not thread-safe against a running StateDb of the same process; safe beside one of another.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

inline constexpr std::uint64_t kStateFileBytesMax = std::uint64_t{64} << 30U;

// Everything that is wrong with the database at `path`, each naming the file; empty when whole.
// Reads only. kNotFound when there is no such file.
Result<std::vector<std::string>> check_state_file(FileSystem& files, const std::string& path);

// SQLite's own structural check of the file. Empty text: sound.
Result<std::string> state_structure_fault(const std::string& path);

// What the checksum file says against the database: empty when equal or when there is none.
Result<std::string> state_checksum_fault(FileSystem& files, const std::string& path);
Status write_state_checksum(FileSystem& files, const std::string& path);
Status remove_state_checksum(FileSystem& files, const std::string& path);

}  // namespace tocsin
