// LocalAccess: how the command line on the same machine finds the running server and talks to it.
//
// At start the server writes <data>/keys/local.json (mode 0600): its URL and an
// admin key of its own. Whoever may read that file may read the whole data directory anyway.
#pragma once

#include <string>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

struct LocalAccess {
  std::string url;  // "http://127.0.0.1:7117"
  std::string key;  // "tok_…"
};

Status write_local_access(FileSystem& files, const std::string& data_directory,
                          const LocalAccess& access);
// kNotFound when no server has ever run there.
Result<LocalAccess> read_local_access(FileSystem& files, const std::string& data_directory);

}  // namespace tocsin
