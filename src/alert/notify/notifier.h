// Notifier: alerts for people: arms channels and routes, records what is to be told together with
// the change itself, and has a sending thread a channel. The door of alert/notify/.
//
// record() and changed() are given to the AlertStore; both are quick and never wait for a channel.
// Everything else is for people (API) and thread-safe. Definitions are all or nothing: on an error
// what was in force stays in force.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "alert/alert_store.h"
#include "alert/notify/arming.h"
#include "alert/notify/channel_sender.h"
#include "alert/notify/outbox.h"
#include "alert/notify/plan.h"
#include "alert/notify/secret_box.h"
#include "alert/notify/stored_channel.h"
#include "base/mutex.h"
#include "base/published.h"

namespace tocsin {

struct NotifierParts {
  StateDb& db;
  FileSystem& files;
  const Environment& environment;
  Clock& clock;
  Metrics& metrics;
  Log& log;
};

struct ChannelStatus {
  ChannelSettings settings;  // secrets are named, never given
  ChannelOrigin origin = ChannelOrigin::kFile;
  std::string fault;  // of the last attempt, or why a stored channel is not in force
  bool armed = true;
  ChannelCounts counts;
};

class Notifier {
 public:
  // kInvalid: mistakes in `settings`, a line each. A stored channel that cannot be armed any more
  // is listed with its fault and is no error.
  static Result<std::unique_ptr<Notifier>> open(const NotifySettings& settings, SecretBox box,
                                                std::uint64_t seed, const NotifierParts& parts);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // For AlertStore::set_recorder and add_listener.
  Status record(soci::session& sql, std::span<const AlertEvent> events);
  void changed(std::span<const AlertEvent> events);

  // Words of a playbook to these channels (none: all), whose names it gives: nobody is told when
  // there are none. The same `once` is told once. kInvalid when one is not there.
  Result<std::vector<std::string>> tell(const std::string& once,
                                        const std::vector<std::string>& channels,
                                        const Alert& alert, const std::string& text,
                                        const std::string& who);

  // Starts the threads: one a channel, and one for escalations and the end of history.
  void start();
  void stop();
  // What the thread of escalations does once a second; tests call it.
  void escalate_due();
  void forget_old();

  Result<std::vector<ChannelStatus>> channels();
  // Makes or replaces one; `text` is JSON. Secrets that are absent stay as they are, unless the
  // place that they are sent to changes. kConflict for one that tocsin.yaml defines.
  Status put_channel(const std::string& name, std::string_view text, const std::string& who);
  // kConflict while a route names it, or tocsin.yaml defines it.
  Status remove_channel(const std::string& name);
  // Sends a test message now; kNotFound.
  Result<Delivery> test_channel(const std::string& name);

  Result<std::vector<Message>> messages(const MessageFilter& filter);
  // Of the dead-letter list; gives how many.
  Result<std::uint64_t> retry(const MessageFilter& filter);
  Result<std::uint64_t> drop(const MessageFilter& filter);
  const std::vector<RouteSettings>& routes() const { return settings_.routes; }

  // One round of every channel, on this thread; for tests that have no threads.
  void step_all();

 private:
  using Channels = std::map<std::string, std::shared_ptr<const ArmedChannel>, std::less<>>;

  Notifier(NotifySettings settings, SecretBox box, std::uint64_t seed, const NotifierParts& parts);
  Status arm_all();
  Status drop_orphans();
  Result<std::shared_ptr<const ArmedSet>> compile(Channels channels) const;
  void put_in_force(std::shared_ptr<const ArmedSet> set) REQUIRES(change_mutex_);
  std::shared_ptr<ChannelSender> make_sender(std::shared_ptr<const ArmedChannel> armed);
  void wake_all();
  void run(const std::stop_token& stop);
  void count(const PlanCounts& counts);

  const NotifySettings settings_;
  const SecretBox box_;
  const std::uint64_t seed_;
  const NotifierParts parts_;
  Published<ArmedSet> armed_;

  Mutex change_mutex_;  // one change of definitions at a time
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<ChannelSender>, std::less<>> senders_ GUARDED_BY(mutex_);
  std::map<std::string, StoredChannel> broken_ GUARDED_BY(mutex_);
  bool started_ GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

}  // namespace tocsin
