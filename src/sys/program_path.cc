#include "sys/program_path.h"

#include <filesystem>

namespace tocsin {

std::string program_directory() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : program.parent_path().string();
}

}  // namespace tocsin
