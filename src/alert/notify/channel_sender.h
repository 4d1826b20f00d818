// ChannelSender: takes one channel's messages from the outbox and sends them, in order, at the pace
// that people can bear.
//
// Pace: a bucket of messages_per_minute_max. When more wait than it holds, all that wait are told
// in one digest, and the next comes a minute later at the earliest. A failure backs the whole
// channel off, so that the end of an alert never overtakes its beginning; a refusal, or the last
// attempt, puts the message on the dead-letter list and the next one is tried.
//
// run() is the channel's own thread; step() does one round of it and is what tests call. The
// outbox is the truth: what was sent before a crash but not noted comes again with the same id.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "alert/notify/arming.h"
#include "alert/notify/channel.h"
#include "alert/notify/outbox.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/rng.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "state/state_db.h"

namespace tocsin {

struct SenderParts {
  StateDb& db;
  Clock& clock;
  Metrics& metrics;
  Log& log;
};

class ChannelSender {
 public:
  static constexpr std::size_t kRoundMax = 20'000;  // messages looked at in one round
  static constexpr Span kDigestPause = span_s(60);
  static constexpr Span kBackOffMin = span_s(5);
  static constexpr Span kBackOffMax = span_s(600);
  static constexpr Span kIdleMax = span_s(30);

  ChannelSender(std::shared_ptr<const ArmedChannel> armed, std::unique_ptr<Channel> channel,
                std::string link, std::uint64_t seed, const SenderParts& parts);
  ~ChannelSender();
  ChannelSender(const ChannelSender&) = delete;
  ChannelSender& operator=(const ChannelSender&) = delete;

  void start();
  // Ends after what is being sent; request_stop() says so without waiting.
  void stop();
  void request_stop();
  // There may be something to send.
  void wake();

  // One round: what may be sent now is sent. Gives how long to wait until the next.
  Span step();

  const ArmedChannel& armed() const { return *armed_; }
  // What is wrong with it now; empty when the last message went out.
  std::string fault() const EXCLUDES(mutex_);

 private:
  void run(const std::stop_token& stop);
  Result<std::vector<Message>> take_due(Micros now);
  Result<std::vector<Message>> rearrange(std::vector<Message> due, Micros now);
  Result<std::vector<Message>> gather(std::vector<Message> due, Micros now);
  Status make_digest(const std::vector<Message>& messages, Micros now);
  // False: the channel has to wait.
  bool send_one(const Message& message);
  bool note(const Message& message, const Delivery& delivery);
  void back_off(const Delivery& delivery);
  void refill(Span now);
  Span wait_for_more(Micros now);
  void set_fault(std::string fault) EXCLUDES(mutex_);

  const std::shared_ptr<const ArmedChannel> armed_;
  const std::unique_ptr<Channel> channel_;
  const std::string name_;
  const std::string link_;
  const SenderParts parts_;
  Counter& sent_;
  Counter& failed_;
  Counter& dead_;
  Counter& told_together_;

  // Of the sending thread.
  Rng rng_;
  double tokens_;
  Span refilled_;
  Span not_before_ = Span(0);  // since boot
  std::uint64_t failures_ = 0;

  std::mutex wake_mutex_;
  std::condition_variable_any wake_;
  bool woken_ = false;  // under wake_mutex_
  std::atomic<bool> stopping_{false};

  mutable Mutex mutex_;
  std::string fault_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace tocsin
