// SourceStats: what came in through each Source, for the "sources" page and for /metrics.
//
// A source asks once for its SourceCounters and counts into them, once a batch. Sources are bounded
// (kSourcesMax): past that, they share one entry named "other". Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "obs/metrics.h"

namespace tocsin {

// Why bytes or records were not taken whole. Each is visible by its name.
enum class IntakeLoss : std::uint8_t {
  kLineTooLong,     // the line's rest was dropped, its beginning kept
  kMessageTooLong,  // the same for a syslog message
  kBadFrame,        // octet count that cannot be
  kBadJson,         // refused, the sender was told where
  kTooDeep,         // JSON nested over the limit, refused
  kTooManyRecords,  // of one request, refused
  kTooManyConnections,
  kIdleConnection,  // cut after the idle limit
  kKernelDrop,      // UDP datagrams that the kernel threw away because we were too slow
  kEmpty,           // empty datagrams
  kTruncatedFile,   // a file shrank before it was read to its end
  kUnreadable,      // a file could not be opened or read, or its gzip data is damaged
  kTooManyFiles,    // matched by the globs, over the limit
  kRefused,         // the sink refused a batch for good
};
inline constexpr std::size_t kIntakeLosses = 14;
std::string_view intake_loss_name(IntakeLoss loss);

class SourceCounters {
 public:
  SourceCounters(Metrics& metrics, const std::string& source);

  void received(std::uint64_t records, std::uint64_t bytes, Micros now);
  void lost(IntakeLoss loss, std::uint64_t n = 1);
  // Times that the sink was full and the source had to wait.
  void waited() { waits_.fetch_add(1, std::memory_order_relaxed); }

 private:
  friend class SourceStats;

  Metrics& metrics_;
  const std::string source_;
  Counter& records_;
  Counter& bytes_;
  std::atomic<std::uint64_t> waits_{0};
  std::atomic<std::int64_t> last_received_{0};
  std::array<std::atomic<std::uint64_t>, kIntakeLosses> losses_{};
};

struct SourceSnapshot {
  std::string name;  // "syslog-udp:514", "file:/var/log/auth.log", "http:shop"
  std::string kind;  // "syslog-udp", "syslog-tcp", "file", "stdin", "http"
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t waits = 0;
  Micros last_received;                                            // 0: never
  std::vector<std::pair<std::string_view, std::uint64_t>> losses;  // by name; only those not zero
};

class SourceStats {
 public:
  static constexpr std::size_t kSourcesMax = 4096;

  explicit SourceStats(Metrics& metrics) : metrics_(metrics) {}

  // The same counters for the same name; valid as long as this object.
  SourceCounters& source(std::string_view name, std::string_view kind) EXCLUDES(mutex_);
  std::vector<SourceSnapshot> snapshot() const EXCLUDES(mutex_);  // by name

 private:
  struct Entry {
    std::string kind;
    std::unique_ptr<SourceCounters> counters;
  };

  Metrics& metrics_;
  mutable Mutex mutex_;
  std::map<std::string, Entry, std::less<>> sources_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
