// OwnRules: the rules that people write in the console, one file each in <data>/rules/.
//
// A file's name is made here from the rule's id, never from what a client says. Writing is atomic.
// Not for: what the rules mean (detect/), nor when they are loaded (RuleBook). One thread at a
// time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"
#include "base/result.h"
#include "detect/taxonomy.h"
#include "sys/file_system.h"

namespace tocsin {

inline constexpr std::size_t kOwnRuleBytesMax = std::size_t{256} << 10U;

class OwnRules {
 public:
  // `folder` may not exist yet; empty: there are none and none can be kept.
  OwnRules(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  // By name of file.
  Result<std::vector<RuleSource>> read() const;
  // "own:NAME" of the rule with that id.
  static std::string file_of(std::string_view id);
  // `file` as in RuleInfo::file; kNotFound when there is none.
  Result<std::string> text(std::string_view file) const;
  Status write(std::string_view file, std::string_view text) const;
  Status remove(std::string_view file) const;

 private:
  std::string path_of(std::string_view file) const;

  FileSystem& files_;
  const std::string folder_;
};

// The sources whose every `id:` is also one of `own`: they are left out, the own ones stand for
// them. What has an id besides them stays.
std::vector<RuleSource> without_replaced(std::vector<RuleSource> sources,
                                         const std::vector<RuleSource>& own);

}  // namespace tocsin
