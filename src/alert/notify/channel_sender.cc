#include "alert/notify/channel_sender.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "alert/notify/plan.h"

namespace tocsin {
namespace {

constexpr Span kAfterDatabaseFault = span_s(5);

// "[high] Brute force: source.ip=192.0.2.1 (closed)"
std::string digest_line(const Message& message) {
  const auto notice = notice_of_json(message.notice);
  if (!notice) {
    return fmt::format("[{}] alert {}", level_name(message.level), message.alert_id);
  }
  return fmt::format(
      "[{}] {}: {}{}", level_name(message.level), notice->alert.title, key_text(notice->alert.key),
      message.kind == NoticeKind::kOpened ? ""
                                          : fmt::format(" ({})", notice_kind_name(message.kind)));
}

}  // namespace

ChannelSender::ChannelSender(std::shared_ptr<const ArmedChannel> armed,
                             std::unique_ptr<Channel> channel, std::string link, std::uint64_t seed,
                             const SenderParts& parts)
    : armed_(std::move(armed)),
      channel_(std::move(channel)),
      name_(armed_->parts.settings.name),
      link_(std::move(link)),
      parts_(parts),
      sent_(parts.metrics.counter("tocsin_notify_sent_total", "Messages that a channel took",
                                  {{"channel", name_}})),
      failed_(parts.metrics.counter("tocsin_notify_failed_attempts_total",
                                    "Attempts to send a message that failed",
                                    {{"channel", name_}})),
      dead_(parts.metrics.counter("tocsin_notify_dead_total",
                                  "Messages that were put on the dead-letter list",
                                  {{"channel", name_}})),
      told_together_(parts.metrics.counter("tocsin_notify_told_together_total",
                                           "Messages that were told within a digest",
                                           {{"channel", name_}})),
      rng_(seed),
      tokens_(static_cast<double>(armed_->parts.settings.messages_per_minute_max)),
      refilled_(parts.clock.since_boot()) {}

ChannelSender::~ChannelSender() {
  stop();
}

void ChannelSender::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ChannelSender::stop() {
  if (thread_.joinable()) {
    request_stop();
    thread_.join();
  }
}

void ChannelSender::request_stop() {
  stopping_ = true;
  channel_->cancel();
  thread_.request_stop();
  wake();
}

void ChannelSender::wake() {
  const std::scoped_lock lock(wake_mutex_);
  woken_ = true;
  wake_.notify_all();
}

std::string ChannelSender::fault() const {
  const MutexLock lock(mutex_);
  return fault_;
}

void ChannelSender::set_fault(std::string fault) {
  const MutexLock lock(mutex_);
  fault_ = std::move(fault);
}

void ChannelSender::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Span pause = step();
    std::unique_lock lock(wake_mutex_);
    wake_.wait_for(lock, stop, std::chrono::microseconds(pause.value), [this] { return woken_; });
    woken_ = false;
  }
}

void ChannelSender::refill(Span now) {
  const auto capacity = static_cast<double>(armed_->parts.settings.messages_per_minute_max);
  const double minutes =
      static_cast<double>(now.value - refilled_.value) / (60.0 * kMicrosPerSecond);
  tokens_ = std::min(capacity, tokens_ + minutes * capacity);
  refilled_ = now;
}

Result<std::vector<Message>> ChannelSender::take_due(Micros now) {
  std::vector<Message> due;
  TRY(parts_.db.read("reading messages that are due", [&](soci::session& sql) -> Status {
    due = OutboxRows(sql).due(name_, now, kRoundMax);
    return {};
  }));
  return due;
}

// Digests that wait already go first and are never told in another one.
Result<std::vector<Message>> ChannelSender::rearrange(std::vector<Message> due, Micros now) {
  std::vector<Message> first;
  for (const Message& message : due) {
    if (message.kind == NoticeKind::kDigest) {
      first.push_back(message);
    }
  }
  return first.empty() ? gather(std::move(due), now) : Result<std::vector<Message>>(first);
}

// Makes one message of those that belong together, and gives what is to be sent then.
Result<std::vector<Message>> ChannelSender::gather(std::vector<Message> due, Micros now) {
  std::map<std::string, std::vector<Message>> groups;
  std::size_t units = 0;
  for (const Message& message : due) {
    const bool is_first = groups[message.group_key].empty();
    units += message.group_key.empty() || is_first ? 1U : 0U;
    groups[message.group_key].push_back(message);
  }
  if (static_cast<double>(units) > tokens_) {
    TRY(make_digest(due, now));
    return take_due(now);
  }
  bool made = false;
  for (const auto& [key, messages] : groups) {
    if (!key.empty() && messages.size() > 1) {
      TRY(make_digest(messages, now));
      made = true;
    }
  }
  return made ? take_due(now) : Result<std::vector<Message>>(std::move(due));
}

Status ChannelSender::make_digest(const std::vector<Message>& messages, Micros now) {
  std::vector<Message> ordered = messages;
  std::ranges::stable_sort(ordered, std::ranges::greater{}, &Message::level);
  Message digest;
  digest.change_key = fmt::format("{}:digest:{}:{}", name_, messages.front().id, now.value);
  digest.channel = name_;
  digest.kind = NoticeKind::kDigest;
  digest.due = now;
  digest.created = now;
  Notice notice;
  notice.id = message_id(digest.change_key);
  notice.kind = NoticeKind::kDigest;
  notice.at = now;
  notice.link = link_;
  for (std::size_t i = 0; i < std::min(ordered.size(), Notice::kLinesMax); ++i) {
    notice.lines.push_back(digest_line(ordered[i]));
  }
  return parts_.db.write("making a digest", [&](soci::session& sql) -> Status {
    OutboxRows outbox(sql);
    const OutboxRows::Overflow more = outbox.take_overflow(name_);
    notice.count = messages.size() + more.count;
    notice.alert.level = std::max(ordered.front().level, more.level);
    digest.level = notice.alert.level;
    digest.notice = notice_json(notice);
    const auto id = outbox.add(digest);
    outbox.told_in(messages, id.value_or(0), now);
    told_together_.add(messages.size());
    return {};
  });
}

bool ChannelSender::send_one(const Message& message) {
  const Status begun = parts_.db.write("noting an attempt", [&](soci::session& sql) -> Status {
    OutboxRows(sql).begin_attempt(message.id, parts_.clock.now());
    return {};
  });
  if (!begun) {
    parts_.log.warning("channel {}: {}", name_, begun.error().full_text());
    return false;
  }
  const auto notice = notice_of_json(message.notice);
  Delivery delivery{.outcome = Delivery::Outcome::kRefused, .detail = {}};
  if (notice) {
    delivery = channel_->send(*notice);
  } else {
    delivery.detail = notice.error().full_text();
  }
  return note(message, delivery);
}

bool ChannelSender::note(const Message& message, const Delivery& delivery) {
  MessageState state = MessageState::kSent;
  switch (delivery.outcome) {
    case Delivery::Outcome::kSent:
      break;
    case Delivery::Outcome::kRefused:
      state = MessageState::kDead;
      break;
    case Delivery::Outcome::kRetry:
      state = message.attempts + 1 >= armed_->parts.settings.attempts_max ? MessageState::kDead
                                                                          : MessageState::kWaiting;
      break;
  }
  const Status noted = parts_.db.write("noting a delivery", [&](soci::session& sql) -> Status {
    OutboxRows outbox(sql);
    if (state == MessageState::kWaiting) {
      outbox.postpone(message.id, delivery.detail);
    } else {
      outbox.finish(message.id, state, delivery.detail, parts_.clock.now());
    }
    return {};
  });
  if (!noted) {
    parts_.log.warning("channel {}: {}", name_, noted.error().full_text());
  }
  const bool is_sent = delivery.outcome == Delivery::Outcome::kSent;
  (is_sent ? sent_ : failed_).add();
  set_fault(is_sent ? std::string() : delivery.detail);
  if (state == MessageState::kDead) {
    dead_.add();
    parts_.log.error("channel {}: message {} about alert {} was given up: {}", name_, message.id,
                     message.alert_id, delivery.detail);
  }
  if (delivery.outcome == Delivery::Outcome::kRetry) {
    back_off(delivery);
    return false;
  }
  failures_ = 0;
  return noted.has_value();
}

void ChannelSender::back_off(const Delivery& delivery) {
  if (failures_ == 0) {
    parts_.log.warning("channel {} does not take messages, trying again: {}", name_,
                       delivery.detail);
  }
  const std::uint64_t doublings = std::min<std::uint64_t>(failures_++, 10);
  const std::int64_t longest = std::min(kBackOffMin.value << doublings, kBackOffMax.value);
  // Half of it by chance, so that many senders do not come back together.
  const auto pause =
      static_cast<std::int64_t>(static_cast<double>(longest) * (0.5 + rng_.unit() / 2));
  not_before_ = Span(parts_.clock.since_boot().value + std::max(pause, delivery.retry_after.value));
}

Span ChannelSender::wait_for_more(Micros now) {
  std::optional<Micros> next;
  const Status read = parts_.db.read("reading what is due next", [&](soci::session& sql) -> Status {
    next = OutboxRows(sql).next_due(name_);
    return {};
  });
  if (!read || !next) {
    return read ? kIdleMax : kAfterDatabaseFault;
  }
  return Span(std::clamp<std::int64_t>(next->value - now.value, 1, kIdleMax.value));
}

Span ChannelSender::step() {
  const Span boot = parts_.clock.since_boot();
  if (boot < not_before_) {
    return Span(not_before_.value - boot.value);
  }
  refill(boot);
  if (tokens_ < 1) {
    const auto capacity = static_cast<double>(armed_->parts.settings.messages_per_minute_max);
    return Span(static_cast<std::int64_t>((1 - tokens_) * 60.0 * kMicrosPerSecond / capacity) + 1);
  }
  const Micros now = parts_.clock.now();
  auto due = take_due(now);
  if (due && !due->empty()) {
    due = rearrange(std::move(*due), now);
  }
  if (!due) {
    parts_.log.warning("channel {}: {}", name_, due.error().full_text());
    return kAfterDatabaseFault;
  }
  for (const Message& message : *due) {
    if (tokens_ < 1 || stopping_) {
      return Span(1);
    }
    tokens_ -= 1;
    if (message.kind == NoticeKind::kDigest) {
      not_before_ = Span(boot.value + kDigestPause.value);
    }
    if (!send_one(message)) {
      return std::max(kAfterDatabaseFault,
                      Span(not_before_.value - parts_.clock.since_boot().value));
    }
  }
  return wait_for_more(now);
}

}  // namespace tocsin
