// YAML text → tree: no crash, bounded memory, every node reachable with a position.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/yaml.h"

namespace {

std::size_t walk(const tocsin::YamlNode& node) {
  std::size_t count = 1;
  if (node.line() < 1 || node.column() < 1) {
    std::abort();
  }
  for (const auto* item : node.items()) {
    count += walk(*item);
  }
  for (const auto& [key, value] : node.entries()) {
    count += walk(*key) + walk(*value);
  }
  return count;
}

}  // namespace

// libfyaml 0.7.12 forgets a buffer when a quoted scalar is malformed; nothing of ours is hidden.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfyaml";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kNodesMax = 20'000;
  const auto file = tocsin::YamlFile::parse({reinterpret_cast<const char*>(data), size}, "fuzz",
                                            {.nodes_max = kNodesMax});
  if (file) {
    for (const auto& document : file->documents()) {
      if (walk(*document.root) > kNodesMax) {
        std::abort();
      }
    }
  }
  return 0;
}
