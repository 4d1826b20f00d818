// Checksums of whole files, read in pieces.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

Result<std::uint32_t> file_crc32c(File& file);
// kCorrupt when size or CRC-32C differ.
Status check_file(File& file, std::uint64_t bytes, std::uint32_t crc);

}  // namespace tocsin
