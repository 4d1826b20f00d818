// GzipFile: reads a gzip file as if it were unpacked, from front to back. One thread.
//
// Only read_at() and size() are of use; going back to an earlier offset starts again from the
// beginning. Several members one after the other are one text.
#pragma once

#include <cstdint>
#include <memory>

#include "sys/file_system.h"

namespace tocsin {

// read_at() past the last whole byte: fewer bytes than asked. Errors: kCorrupt (damaged, or the
// file ends in the middle of a member), kTooLarge (more than `bytes_max` unpacked). size() is that
// of the packed file.
std::unique_ptr<File> make_gzip_file(std::unique_ptr<File> packed, std::uint64_t bytes_max);

}  // namespace tocsin
