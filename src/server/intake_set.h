// IntakeSet: the configured sources besides HTTP: tailed files, syslog, standard input. Starts all
// of them or none; destroying it stops them (what was not acknowledged is read again at the next
// start).
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "intake/intake_source.h"
#include "sys/file_system.h"

namespace tocsin {

class IntakeSet {
 public:
  static Result<std::unique_ptr<IntakeSet>> start(const Settings& settings, FileSystem& files,
                                                  const IntakeContext& context);
  ~IntakeSet();
  IntakeSet(const IntakeSet&) = delete;
  IntakeSet& operator=(const IntakeSet&) = delete;

 private:
  IntakeSet() = default;

  std::vector<std::unique_ptr<IntakeSource>> sources_;
};

}  // namespace tocsin
