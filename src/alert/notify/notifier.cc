#include "alert/notify/notifier.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "alert/alert_rows.h"
#include "base/fail.h"
#include "base/hash.h"
#include "config/notify_options.h"

namespace tocsin {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr int kTicksPerForgetting = 600;
constexpr std::size_t kEscalationsMax = 200;  // in one transaction

// Where a channel's secrets go: they are kept only while this stays.
bool goes_to_same_place(const ChannelSettings& a, const ChannelSettings& b) {
  return a.type == b.type &&
         std::ranges::all_of(std::array{"url", "host", "port", "address"},
                             [&](const char* option) { return a.text(option) == b.text(option); });
}

}  // namespace

Notifier::Notifier(NotifySettings settings, SecretBox box, std::uint64_t seed,
                   const NotifierParts& parts)
    : settings_(std::move(settings)), box_(std::move(box)), seed_(seed), parts_(parts) {}

Notifier::~Notifier() {
  stop();
}

Result<std::unique_ptr<Notifier>> Notifier::open(const NotifySettings& settings, SecretBox box,
                                                 std::uint64_t seed, const NotifierParts& parts) {
  TRY(parts.db.migrate("notify", notify_migrations()));
  std::unique_ptr<Notifier> notifier(new Notifier(settings, std::move(box), seed, parts));
  TRY(notifier->arm_all());
  return notifier;
}

Status Notifier::arm_all() {
  Channels channels;
  std::vector<std::string> problems;
  for (const ChannelSettings& settings : settings_.channels) {
    auto armed =
        arm_channel(settings, ChannelOrigin::kFile, parts_.files, parts_.environment, parts_.clock);
    if (armed) {
      channels.emplace(settings.name, std::move(*armed));
    } else {
      problems.push_back(armed.error().text());
    }
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
  }
  TRY_ASSIGN(std::vector<StoredChannel> stored, load_stored_channels(parts_.db, box_));
  const MutexLock change(change_mutex_);
  for (StoredChannel& one : stored) {
    const std::string name = one.settings.name;
    if (channels.contains(name)) {
      one.fault = "tocsin.yaml defines a channel of this name";
    } else if (one.fault.empty()) {
      auto armed = arm_channel(one.settings, ChannelOrigin::kApi, parts_.files, parts_.environment,
                               parts_.clock);
      if (armed) {
        channels.emplace(name, std::move(*armed));
        continue;
      }
      one.fault = armed.error().text();
    }
    parts_.log.error("channel {} is not in force: {}", name, one.fault);
    const MutexLock lock(mutex_);
    broken_[name] = std::move(one);
  }
  TRY_ASSIGN(auto set, compile(std::move(channels)));
  put_in_force(std::move(set));
  return drop_orphans();
}

// What waits for a channel that is there no more will never be sent: that is said, not hidden.
Status Notifier::drop_orphans() {
  const std::shared_ptr<const ArmedSet> armed = armed_.get();
  return parts_.db.write(
      "dropping messages of removed channels", [&](soci::session& sql) -> Status {
        OutboxRows outbox(sql);
        for (const std::string& channel : outbox.waiting_channels()) {
          if (armed->find(channel) == nullptr) {
            outbox.drop_waiting(channel, "the channel was removed", parts_.clock.now());
          }
        }
        return {};
      });
}

Result<std::shared_ptr<const ArmedSet>> Notifier::compile(Channels channels) const {
  auto set = std::make_shared<ArmedSet>();
  std::vector<std::string> names;
  for (const auto& [name, armed] : channels) {
    names.push_back(name);
  }
  TRY_ASSIGN(set->routes, RouteTable::compile(settings_.routes, names, parts_.files));
  set->channels = std::move(channels);
  set->link = settings_.link;
  return std::shared_ptr<const ArmedSet>(std::move(set));
}

std::shared_ptr<ChannelSender> Notifier::make_sender(std::shared_ptr<const ArmedChannel> armed) {
  const std::string& name = armed->parts.settings.name;
  auto channel = make_channel(armed->parts, parts_.clock);
  if (!channel) {
    parts_.log.error("channel {}: {}", name, channel.error().full_text());
    return nullptr;
  }
  return std::make_shared<ChannelSender>(
      std::move(armed), std::move(*channel), settings_.link, hash64(name, seed_),
      SenderParts{parts_.db, parts_.clock, parts_.metrics, parts_.log});
}

// Senders whose channel did not change go on as they are.
void Notifier::put_in_force(std::shared_ptr<const ArmedSet> set) {
  std::vector<std::shared_ptr<ChannelSender>> leaving;
  {
    const MutexLock lock(mutex_);
    std::map<std::string, std::shared_ptr<ChannelSender>, std::less<>> next;
    for (const auto& [name, armed] : set->channels) {
      const auto known = senders_.find(name);
      const bool stays = known != senders_.end() && &known->second->armed() == armed.get();
      std::shared_ptr<ChannelSender> sender = stays ? known->second : make_sender(armed);
      if (sender == nullptr) {
        continue;
      }
      if (!stays && started_) {
        sender->start();
      }
      next.emplace(name, std::move(sender));
    }
    for (const auto& [name, sender] : senders_) {
      const auto kept = next.find(name);
      if (kept == next.end() || kept->second != sender) {
        leaving.push_back(sender);
      }
    }
    senders_ = std::move(next);
  }
  armed_.publish(std::move(set));
  for (const std::shared_ptr<ChannelSender>& sender : leaving) {
    sender->stop();
  }
}

Status Notifier::record(soci::session& sql, std::span<const AlertEvent> events) {
  const std::shared_ptr<const ArmedSet> armed = armed_.get();
  Plan plan(sql, *armed, parts_.clock.now());
  for (const AlertEvent& event : events) {
    plan.take(event);
  }
  count(plan.counts());
  return {};
}

void Notifier::count(const PlanCounts& counts) {
  const auto add = [this](const char* metric, const char* help,
                          const std::map<std::string, std::uint64_t>& of) {
    for (const auto& [channel, messages] : of) {
      parts_.metrics.counter(metric, help, {{"channel", channel}}).add(messages);
    }
  };
  add("tocsin_notify_made_total", "Messages that were put into the outbox", counts.made);
  add("tocsin_notify_suppressed_total",
      "Messages not sent because the same rule and key was told of lately", counts.suppressed);
  add("tocsin_notify_overflowed_total",
      "Messages that found the outbox full and are only counted in a digest", counts.overflowed);
}

Result<std::vector<std::string>> Notifier::tell(const std::string& once,
                                                const std::vector<std::string>& channels,
                                                const Alert& alert, const std::string& text,
                                                const std::string& who) {
  const std::shared_ptr<const ArmedSet> armed = armed_.get();
  std::vector<std::string> to = channels;
  for (const std::string& channel : channels) {
    if (armed->find(channel) == nullptr) {
      return fail(ErrorCode::kInvalid, "there is no channel {}", channel.substr(0, 64));
    }
  }
  if (to.empty()) {
    for (const auto& [name, channel] : armed->channels) {
      to.push_back(name);
    }
  }
  if (to.empty()) {
    return to;
  }
  AlertEvent event;
  event.alert = alert;
  event.who = who;
  if (!text.empty()) {
    event.alert.sentence = alert.sentence.empty() ? text : text + ": " + alert.sentence;
  }
  TRY(parts_.db.write("telling what a playbook says", [&](soci::session& sql) -> Status {
    Plan plan(sql, *armed, parts_.clock.now());
    plan.say(event, to, once);
    count(plan.counts());
    return {};
  }));
  wake_all();
  return to;
}

void Notifier::changed(std::span<const AlertEvent> events) {
  const bool is_news = std::ranges::any_of(
      events, [](const AlertEvent& event) { return event.kind != AlertEventKind::kFolded; });
  if (is_news) {
    wake_all();
  }
}

void Notifier::wake_all() {
  const MutexLock lock(mutex_);
  for (const auto& [name, sender] : senders_) {
    sender->wake();
  }
}

void Notifier::start() {
  {
    const MutexLock lock(mutex_);
    started_ = true;
    for (const auto& [name, sender] : senders_) {
      sender->start();
    }
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Notifier::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  std::map<std::string, std::shared_ptr<ChannelSender>, std::less<>> senders;
  {
    const MutexLock lock(mutex_);
    started_ = false;
    senders = senders_;
  }
  for (const auto& [name, sender] : senders) {
    sender->request_stop();
  }
  for (const auto& [name, sender] : senders) {
    sender->stop();
  }
}

void Notifier::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  for (int tick = 0; !stop.stop_requested(); ++tick) {
    escalate_due();
    if (tick % kTicksPerForgetting == 0) {
      forget_old();
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kTick, [] { return false; });
  }
}

void Notifier::escalate_due() {
  const std::shared_ptr<const ArmedSet> armed = armed_.get();
  const Micros now = parts_.clock.now();
  std::vector<DueEscalation> due;
  Status done = parts_.db.read("looking for escalations", [&](soci::session& sql) -> Status {
    due = EscalationRows(sql).due(now, kEscalationsMax);
    return {};
  });
  if (done && due.empty()) {
    return;
  }
  if (done) {
    done = parts_.db.write("escalating alerts", [&](soci::session& sql) -> Status {
      EscalationRows escalations(sql);
      AlertRows alerts(sql);
      Plan plan(sql, *armed, now);
      for (const DueEscalation& one : due) {
        const auto alert = alerts.by_id(one.alert_id);
        if (alert && alert->alert.state == AlertState::kNew) {
          plan.escalate(alert->alert, one);
        }
        escalations.take(one);
      }
      count(plan.counts());
      return {};
    });
  }
  if (!done) {
    parts_.log.warning("escalations wait: {}", done.error().full_text());
    return;
  }
  wake_all();
}

void Notifier::forget_old() {
  const Micros now = parts_.clock.now();
  const Status done = parts_.db.write("forgetting old messages", [&](soci::session& sql) -> Status {
    OutboxRows outbox(sql);
    outbox.remove_done_before(now - settings_.history);
    outbox.remove_quiet_before(now);
    return {};
  });
  if (!done) {
    parts_.log.warning("{}", done.error().full_text());
  }
}

Result<std::vector<ChannelStatus>> Notifier::channels() {
  std::vector<ChannelStatus> all;
  {
    const MutexLock lock(mutex_);
    for (const auto& [name, sender] : senders_) {
      ChannelStatus status;
      status.settings = sender->armed().parts.settings;
      status.origin = sender->armed().origin;
      status.fault = sender->fault();
      all.push_back(std::move(status));
    }
    for (const auto& [name, broken] : broken_) {
      ChannelStatus status;
      status.settings = broken.settings;
      status.origin = ChannelOrigin::kApi;
      status.fault = broken.fault;
      status.armed = false;
      all.push_back(std::move(status));
    }
  }
  TRY(parts_.db.read("counting messages", [&](soci::session& sql) -> Status {
    OutboxRows outbox(sql);
    for (ChannelStatus& status : all) {
      status.counts = outbox.counts(status.settings.name);
      for (auto& [name, secret] : status.settings.secrets) {
        if (secret.from == SecretSource::From::kValue) {
          secret.text.clear();
        }
      }
    }
    return {};
  }));
  return all;
}

Status Notifier::put_channel(const std::string& name, std::string_view text,
                             const std::string& who) {
  const MutexLock change(change_mutex_);
  const std::shared_ptr<const ArmedSet> before = armed_.get();
  const ArmedChannel* const known = before->find(name);
  if (known != nullptr && known->origin == ChannelOrigin::kFile) {
    return fail(ErrorCode::kConflict, "channel {} is defined in tocsin.yaml: change it there",
                name);
  }
  const ChannelSettings* const old = known == nullptr ? nullptr : &known->parts.settings;
  TRY_ASSIGN(ChannelSettings settings, parse_channel(text, name, old));
  if (old != nullptr && goes_to_same_place(*old, settings)) {
    settings.secrets.insert(old->secrets.begin(), old->secrets.end());
  } else {
    // Kept secrets must not go to a new place: now none may be missing.
    TRY_ASSIGN(settings, parse_channel(text, name, nullptr));
  }
  TRY_ASSIGN(auto armed, arm_channel(settings, ChannelOrigin::kApi, parts_.files,
                                     parts_.environment, parts_.clock));
  Channels channels = before->channels;
  channels[name] = std::move(armed);
  if (channels.size() > kChannelsMax) {
    return fail(ErrorCode::kTooLarge, "there are {} channels already", kChannelsMax);
  }
  TRY_ASSIGN(auto set, compile(std::move(channels)));
  TRY(store_channel(parts_.db, box_, settings, who, parts_.clock.now()));
  {
    const MutexLock lock(mutex_);
    broken_.erase(name);
  }
  put_in_force(std::move(set));
  return {};
}

Status Notifier::remove_channel(const std::string& name) {
  const MutexLock change(change_mutex_);
  const std::shared_ptr<const ArmedSet> before = armed_.get();
  const ArmedChannel* const known = before->find(name);
  bool is_broken = false;
  {
    const MutexLock lock(mutex_);
    is_broken = broken_.contains(name);
  }
  if (known == nullptr && !is_broken) {
    return fail(ErrorCode::kNotFound, "there is no channel {}", name.substr(0, 64));
  }
  if (known != nullptr && known->origin == ChannelOrigin::kFile && !is_broken) {
    return fail(ErrorCode::kConflict, "channel {} is defined in tocsin.yaml: remove it there",
                name);
  }
  if (known != nullptr && known->origin == ChannelOrigin::kApi &&
      before->routes.names_channel(name)) {
    return fail(ErrorCode::kConflict, "a route in tocsin.yaml names channel {}", name);
  }
  TRY(forget_channel(parts_.db, name));
  {
    const MutexLock lock(mutex_);
    broken_.erase(name);
  }
  if (known != nullptr && known->origin == ChannelOrigin::kApi) {
    Channels channels = before->channels;
    channels.erase(name);
    TRY_ASSIGN(auto set, compile(std::move(channels)));
    put_in_force(std::move(set));
  }
  return drop_orphans();
}

Result<Delivery> Notifier::test_channel(const std::string& name) {
  const std::shared_ptr<const ArmedSet> armed = armed_.get();
  const ArmedChannel* const known = armed->find(name);
  if (known == nullptr) {
    return fail(ErrorCode::kNotFound, "there is no channel {}", name.substr(0, 64));
  }
  TRY_ASSIGN(const std::unique_ptr<Channel> channel, make_channel(known->parts, parts_.clock));
  Notice notice;
  notice.kind = NoticeKind::kTest;
  notice.at = parts_.clock.now();
  notice.id = message_id(fmt::format("{}:test:{}", name, notice.at.value));
  notice.link = settings_.link;
  return channel->send(notice);
}

Result<std::vector<Message>> Notifier::messages(const MessageFilter& filter) {
  std::vector<Message> found;
  TRY(parts_.db.read("listing messages", [&](soci::session& sql) -> Status {
    found = OutboxRows(sql).select(filter);
    return {};
  }));
  return found;
}

Result<std::uint64_t> Notifier::retry(const MessageFilter& filter) {
  std::uint64_t changed = 0;
  TRY(parts_.db.write("retrying messages", [&](soci::session& sql) -> Status {
    changed = OutboxRows(sql).revive(filter, parts_.clock.now());
    return {};
  }));
  wake_all();
  return changed;
}

Result<std::uint64_t> Notifier::drop(const MessageFilter& filter) {
  std::uint64_t changed = 0;
  TRY(parts_.db.write("dropping messages", [&](soci::session& sql) -> Status {
    changed = OutboxRows(sql).drop(filter, parts_.clock.now());
    return {};
  }));
  return changed;
}

void Notifier::step_all() {
  std::map<std::string, std::shared_ptr<ChannelSender>, std::less<>> senders;
  {
    const MutexLock lock(mutex_);
    senders = senders_;
  }
  for (const auto& [name, sender] : senders) {
    static_cast<void>(sender->step());
  }
}

}  // namespace tocsin
