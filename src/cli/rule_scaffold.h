// `tocsin rules new`: a rule folder that passes its tests, to begin from.
#pragma once

#include <string>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

enum class ScaffoldKind : std::uint8_t { kEvent, kCorrelation };

struct Scaffold {
  std::string folder;  // is made; kConflict when it has a rule already
  ScaffoldKind kind = ScaffoldKind::kEvent;
  std::string date;  // "2026-11-23"
};

// The title is made from the folder's name.
Status write_scaffold(FileSystem& files, const Scaffold& scaffold);

}  // namespace tocsin
