// RetroMatch: when a threat list has new entries, looks whether they were here before, and makes an
// alert of each that was. One thread of its own, in the background: it pauses as long as it works.
//
// Which entries of a list were looked for already is kept in <folder>/<list>.seen, written when a
// run is over: a run that was cut short is done again at the next start. An entry that has an alert
// of this kind already, open or closed, gets no second one. Findings go straight to the AlertStore:
// they are not derived from the stream, so they carry no progress of it (fold with Seq 0).
// Not found again when the state database is lost.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "alert/alert_store.h"
#include "api/services.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "enrich/threat_list.h"
#include "index/event_store.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "server/retro_scan.h"
#include "sys/file_system.h"

namespace tocsin {

inline constexpr std::string_view kRetroRuleId = "6f0f8a53-0c8f-4a37-9d39-3a1f6f2f5d10";

struct RetroOptions {
  std::string folder;  // of the .seen files; exists
  Span look_back;      // 0: off
  std::uint64_t findings_max = 1'000;
};

struct RetroParts {
  EventStore& events;
  AlertStore& alerts;
  FileSystem& files;
  Clock& clock;
  Metrics& metrics;
  Log& log;
};

class RetroMatch {
 public:
  RetroMatch(RetroOptions options, const RetroParts& parts);
  ~RetroMatch();
  RetroMatch(const RetroMatch&) = delete;
  RetroMatch& operator=(const RetroMatch&) = delete;

  // `before`: where the journal ended when the list was published. A list that waits already is
  // replaced.
  void enqueue(std::shared_ptr<const ThreatList> list, Seq before) EXCLUDES(mutex_);
  RetroProgress progress(const std::string& list) const EXCLUDES(mutex_);
  void stop();

 private:
  struct Job {
    std::shared_ptr<const ThreatList> list;
    Seq before;
  };

  void run(const std::stop_token& stop);
  std::optional<Job> next(const std::stop_token& stop) EXCLUDES(mutex_);
  Status match(const Job& job, const std::stop_token& stop);
  Result<RetroOutcome> scan(const Job& job, const std::vector<std::uint64_t>& fresh,
                            const std::stop_token& stop);
  Status make_alerts(const ThreatList& list, const RetroOutcome& outcome);
  Result<bool> is_known(const std::string& list, const RetroHit& hit);
  // Waits so long, at most; false when it is time to stop.
  bool pause(Span length, const std::stop_token& stop);
  void tell(const std::string& list, const std::function<void(RetroProgress&)>& change)
      EXCLUDES(mutex_);
  std::string seen_path(const ThreatList& list) const;
  std::vector<std::uint64_t> read_seen(const ThreatList& list);
  Status write_seen(const ThreatList& list, const std::vector<std::uint64_t>& keys);

  const RetroOptions options_;
  const RetroParts parts_;
  Counter& findings_;
  Counter& left_out_;
  Cancel cancel_;
  mutable Mutex mutex_;
  Condition wake_;
  std::vector<Job> waiting_ GUARDED_BY(mutex_);
  std::map<std::string, RetroProgress> progress_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace tocsin
