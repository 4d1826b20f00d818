// ConsoleAsset: one file of the built web console. Constant data of the program, any thread.
#pragma once

#include <span>
#include <string_view>

namespace tocsin {

struct ConsoleAsset {
  std::string_view path;  // "/index.html", "/assets/index-DM11XT3l.js"
  std::string_view content_type;
  std::string_view etag;  // quoted, of the content
  std::string_view plain;
  std::string_view gzip;  // empty when compressing gains nothing
};

// Written by tools/embed_console.py at build time; sorted by path.
std::span<const ConsoleAsset> console_assets();

}  // namespace tocsin
