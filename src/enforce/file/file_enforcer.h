// FileEnforcer: keeps a list in a file that another program reads, and tells that program.
//
// The file is replaced as a whole (temporary name, sync, rename); unchanged content is not written.
// The reload command is run without a shell and at most every `reload_every`; what changes
// meanwhile is gathered. A reload that fails is tried again and no receipt is sent before it
// worked. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "enforce/enforcer.h"
#include "enforce/file/file_format.h"
#include "sys/child_process.h"
#include "sys/file_system.h"

namespace tocsin {

struct FileEnforcerOptions {
  std::string path;
  FileFormat format = FileFormat::kPlain;
  std::vector<std::string> reload;  // a command's words; empty: none
  Span reload_every = span_s(1);
  Span reload_time_max = span_s(30);
};

class FileEnforcer final : public Enforcer {
 public:
  using Run = std::function<Result<ChildOutcome>(const ChildProcess&)>;

  // `run` runs the reload command: run_child() with a clock.
  FileEnforcer(FileEnforcerOptions options, FileSystem& files, Run run)
      : options_(std::move(options)), files_(files), run_(std::move(run)) {}

  std::string_view kind() const override { return "file"; }
  bool covers(DecisionKind kind, ScopeKind scope) const override {
    return format_covers(options_.format, kind, scope);
  }
  Result<Applied> apply(const StandingChange& change, const StandingDecisions& all,
                        Span now) override;
  Result<bool> tend(Span now) override;
  Result<Applied> restore(const StandingDecisions& all, Span now) override;
  std::vector<EnforcedCount> take_counts() override { return {}; }
  Status withdraw() override;

 private:
  Status write(const std::string& text);
  Status reload(Span now);

  const FileEnforcerOptions options_;
  FileSystem& files_;
  const Run run_;
  std::string written_;
  bool reload_due_ = false;
  std::optional<Span> reloaded_;
};

}  // namespace tocsin
