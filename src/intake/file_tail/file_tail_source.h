// FileTailSource: follows log files by glob. A thread and inotify around the Tailer (tailer.h),
// which holds the rules. Where inotify does not reach (network file systems), it polls.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "intake/file_tail/tailer.h"
#include "intake/intake_source.h"
#include "sys/file_system.h"

namespace tocsin {

// `files` outlives the source. kCorrupt when the position file is damaged (it is named; remove it
// to start anew), kInvalid when there is no glob.
Result<std::unique_ptr<IntakeSource>> start_file_tail(FileTailOptions options, FileSystem& files,
                                                      const IntakeContext& context);

}  // namespace tocsin
