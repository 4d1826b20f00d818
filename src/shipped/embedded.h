// What tools/embed.py generates at build time. Only shipped_files.cc includes it.
#pragma once

#include <span>

#include "shipped/shipped_files.h"

namespace tocsin {

std::span<const ShippedFile> embedded_files();

}  // namespace tocsin
