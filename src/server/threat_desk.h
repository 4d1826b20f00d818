// ThreatDesk: keeps the threat lists: fetches them when they are due, publishes what it read,
// hands new entries to the RetroMatch, and tells the API how it stands.
//
// Lists come from the settings, and from <data>/threat-lists/NAME.FORMAT (what `tocsin threats
// import` put there). The last good copy of a list that comes over the network is in
// <data>/cache/threats, so that a start without network has it. A fetch that fails keeps the list
// as it is and comes again after a while that doubles.
//
// The only publisher of the EnrichTables. Threads: one of its own for fetching; the rest may be
// called from anywhere.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/services.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/published.h"
#include "base/rng.h"
#include "config/settings.h"
#include "enrich/feed_fetcher.h"
#include "enrich/tables.h"
#include "enrich/threat_format.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "server/retro_match.h"
#include "sys/file_system.h"

namespace tocsin {

struct ThreatDeskParts {
  const Settings& settings;
  Published<EnrichTables>& tables;
  FileSystem& files;
  Clock& clock;
  Metrics& metrics;
  Log& log;
  std::uint64_t secret_seed;  // of the tables and of the times of fetches
};

class ThreatDesk final : public ThreatListDesk {
 public:
  // Reads what is on this machine and publishes it; nothing is fetched over the network yet.
  explicit ThreatDesk(const ThreatDeskParts& parts);
  ~ThreatDesk() override;
  ThreatDesk(const ThreatDesk&) = delete;
  ThreatDesk& operator=(const ThreatDesk&) = delete;

  static std::string cache_folder(const Settings& settings);

  // Begins to fetch. `retro` outlives stop(); `journal_end` is where the journal ends.
  void start(RetroMatch& retro, std::function<Seq()> journal_end);
  void stop();
  // New geo tables; the lists stay.
  void publish_base(const EnrichTables& base) EXCLUDES(mutex_);
  // Looks for imported lists again; every list is due.
  void look_again() EXCLUDES(mutex_);

  std::vector<ThreatListStatus> lists() override EXCLUDES(mutex_);
  Status refresh(const std::string& name) override EXCLUDES(mutex_);
  Result<std::vector<ThreatLookup>> lookup(std::string_view value) override EXCLUDES(mutex_);

 private:
  struct Held {
    ThreatListSettings settings;
    FeedSource source;
    ThreatFormatOptions options;
    FeedState state;
    std::shared_ptr<const ThreatList> list;  // null until one was read
    ThreatListStatus status;
    Span next;  // since boot
    bool imported = false;
  };

  void add(const ThreatListSettings& settings, bool imported) REQUIRES(mutex_);
  void find_imported() REQUIRES(mutex_);
  void publish() REQUIRES(mutex_);
  Held* find(const std::string& name) REQUIRES(mutex_);
  void load_kept(Held& held);

  void run(const std::stop_token& stop);
  // Waits for the next list that is due, and gives a copy of what is known of it.
  std::optional<Held> next_due(const std::stop_token& stop) EXCLUDES(mutex_);
  void bring_up_to_date(Held held, const std::stop_token& stop) EXCLUDES(mutex_);
  Status fetch(Held& held, const std::function<bool()>& keep_going);
  Status read(Held& held, std::string_view text);
  void done(Held held, const Status& fetched) EXCLUDES(mutex_);
  Span delay(const Held& held) REQUIRES(mutex_);
  std::string kept_path(const Held& held, std::string_view ending) const;

  const ThreatDeskParts parts_;
  FeedFetcher fetcher_;
  Counter& fetched_;
  Counter& failed_;
  Counter& bad_entries_;
  RetroMatch* retro_ = nullptr;
  std::function<Seq()> journal_end_;
  mutable Mutex mutex_;
  Condition wake_;
  Rng rng_ GUARDED_BY(mutex_);
  std::vector<Held> held_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace tocsin
