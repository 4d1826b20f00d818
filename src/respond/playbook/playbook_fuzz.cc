// Playbooks come from people and from other organisations: nothing in them may crash the reader,
// and what it accepts can run: every step is reached and none goes in a circle.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "respond/playbook/playbook_yaml.h"

// libfyaml 0.7.12 forgets a buffer when a quoted scalar is malformed; nothing of ours is hidden.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfyaml";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto playbook = tocsin::parse_playbook({reinterpret_cast<const char*>(data), size}, "fuzz",
                                               {{"value", "1h"}});
  if (playbook && !tocsin::workflow_problems(*playbook).empty()) {
    std::abort();
  }
  return 0;
}
