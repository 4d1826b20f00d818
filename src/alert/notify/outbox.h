// Outbox: the messages to people, from the change that makes them to their delivery, in the state
// database: the truth about what was told, across restarts. SQL lives here, meaning in plan.cc and
// channel_sender.cc.
//
// OutboxRows works within one transaction of the caller (and may throw SOCI's exceptions, which
// StateDb turns into a Status).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "alert/notify/notice.h"
#include "state/sql_filter.h"
#include "state/state_db.h"

namespace tocsin {

enum class MessageState : std::uint8_t {
  kWaiting,
  kSent,
  kDead,        // refused, or tried too often: a person decides
  kTold,        // within a digest
  kSuppressed,  // the same rule and key was told of lately
  kDropped,     // by a person
};
std::string_view message_state_name(MessageState state);
std::optional<MessageState> parse_message_state(std::string_view word);

struct Message {
  std::uint64_t id = 0;
  std::string change_key;  // one message a channel, alert and change
  std::string channel;
  std::string route;
  std::string alert_id;
  NoticeKind kind = NoticeKind::kOpened;
  Level level = Level::kMedium;
  MessageState state = MessageState::kWaiting;
  std::string group_key;  // those that wait with the same are told together; empty: alone
  Micros due;
  Micros created;
  Micros done;  // of the last attempt
  std::uint64_t attempts = 0;
  std::string detail;           // what the receiver said last
  std::uint64_t digest_id = 0;  // of kTold: the message that told it
  std::string notice;           // JSON
};

struct MessageFilter {
  std::optional<std::string> channel;
  std::optional<MessageState> state;
  std::optional<std::string> alert_id;
  std::optional<std::uint64_t> id;
  std::optional<std::uint64_t> before_id;  // for paging, newest first
  std::size_t limit = 100;
};

struct ChannelCounts {
  std::uint64_t waiting = 0;
  std::uint64_t dead = 0;
  std::optional<Micros> last_sent;
};

std::span<const Migration> notify_migrations();

class OutboxRows {
 public:
  explicit OutboxRows(soci::session& sql) : sql_(sql) {}

  // The new id, or nothing when the change is there already.
  std::optional<std::uint64_t> add(Message message);
  std::vector<Message> select(const MessageFilter& filter);
  // Waiting, due, oldest first.
  std::vector<Message> due(const std::string& channel, Micros now, std::size_t limit);
  std::optional<Micros> next_due(const std::string& channel);
  std::uint64_t waiting(const std::string& channel, std::uint64_t at_most);
  ChannelCounts counts(const std::string& channel);

  void begin_attempt(std::uint64_t id, Micros now);
  void finish(std::uint64_t id, MessageState state, const std::string& detail, Micros now);
  void postpone(std::uint64_t id, const std::string& detail);
  void told_in(std::span<const Message> messages, std::uint64_t digest_id, Micros now);
  // From kDead back to kWaiting, or to kDropped. Gives how many.
  std::uint64_t revive(const MessageFilter& filter, Micros now);
  std::uint64_t drop(const MessageFilter& filter, Micros now);
  std::uint64_t remove_done_before(Micros time);
  // Channels with something waiting; and the end of that.
  std::vector<std::string> waiting_channels();
  void drop_waiting(const std::string& channel, const std::string& why, Micros now);

  // Was the alert told of on that channel (or does it wait to be)?
  bool knows(const std::string& channel, const std::string& alert_id);
  std::vector<std::string> escalated_to(const std::string& alert_id);

  // Silence about a rule and key on a channel.
  std::optional<Micros> quiet_until(const std::string& channel, const std::string& identity);
  void set_quiet(const std::string& channel, const std::string& identity, Micros until);
  void remove_quiet_before(Micros time);

  // Messages that found no room, counted for the next digest.
  void add_overflow(const std::string& channel, Level level);
  struct Overflow {
    std::uint64_t count = 0;
    Level level = Level::kInformational;
  };
  Overflow take_overflow(const std::string& channel);

 private:
  std::uint64_t change_dead(const MessageFilter& filter, MessageState state, Micros now);

  soci::session& sql_;
};

}  // namespace tocsin
