// RequestAudit: writes down what people and keys do over the API: every action, search and export,
// and who was not let in.
//
// A page that refreshes itself asks the same again and again: a look that repeats within
// kRepeatsSpan is counted, and written down with the count when it comes after that. At most
// kRepeatsMax looks are remembered; past it each is written down. Thread-safe; never blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "api/call.h"
#include "api/deeds.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "respond/audit.h"

namespace tocsin {

class RequestAudit {
 public:
  static constexpr Span kRepeatsSpan = span_s(600);
  static constexpr std::size_t kRepeatsMax = 10'000;
  static constexpr std::size_t kQueryBytesMax = 2'048;

  RequestAudit(AuditSink& sink, Clock& clock) : sink_(sink), clock_(clock) {}

  // What the call runs when it answers; empty when nothing is to be written down.
  std::function<void(int status)> watch(const Deed& deed, const Call& call);
  // Somebody known who lacks the scope.
  void refused(const Deed& deed, const Principal& who, const HttpRequest& request, int status);

 private:
  void write(const Deed& deed, const Principal& who, AuditRequest request);
  // How often it came since it was last written down; nothing: not to be written down now.
  std::optional<std::uint64_t> repeats(const std::string& what) EXCLUDES(mutex_);

  struct Seen {
    Micros written;
    std::uint64_t since = 0;
  };
  AuditSink& sink_;
  Clock& clock_;
  Mutex mutex_;
  std::unordered_map<std::uint64_t, Seen> seen_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
