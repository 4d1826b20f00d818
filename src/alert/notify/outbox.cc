#include "alert/notify/outbox.h"

#include <array>

#include <fmt/format.h>

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{
        1,
        "messages to people, their channels, silences and escalations",
        {"CREATE TABLE notify_messages (id BIGINT PRIMARY KEY, change_key TEXT NOT NULL UNIQUE, "
         "channel TEXT NOT NULL, route TEXT NOT NULL, alert_id TEXT NOT NULL, kind TEXT NOT NULL, "
         "level BIGINT NOT NULL, state BIGINT NOT NULL, group_key TEXT NOT NULL, "
         "due_us BIGINT NOT NULL, created_us BIGINT NOT NULL, done_us BIGINT NOT NULL, "
         "attempts BIGINT NOT NULL, detail TEXT NOT NULL, digest_id BIGINT NOT NULL, "
         "notice TEXT NOT NULL)",
         "CREATE INDEX notify_messages_by_due ON notify_messages (channel, state, due_us)",
         "CREATE INDEX notify_messages_by_alert ON notify_messages (alert_id, channel)",
         "CREATE INDEX notify_messages_by_state ON notify_messages (state, done_us)",
         "CREATE TABLE notify_silences (channel TEXT NOT NULL, identity TEXT NOT NULL, "
         "until_us BIGINT NOT NULL, PRIMARY KEY (channel, identity))",
         "CREATE TABLE notify_overflows (channel TEXT PRIMARY KEY, messages BIGINT NOT NULL, "
         "level BIGINT NOT NULL)",
         "CREATE TABLE notify_escalations (alert_id TEXT NOT NULL, route TEXT NOT NULL, "
         "step BIGINT NOT NULL, due_us BIGINT NOT NULL, PRIMARY KEY (alert_id, route, step))",
         "CREATE INDEX notify_escalations_by_due ON notify_escalations (due_us)",
         "CREATE TABLE notify_channels (name TEXT PRIMARY KEY, definition TEXT NOT NULL, "
         "changed_us BIGINT NOT NULL, changed_by TEXT NOT NULL)"}},
};

constexpr std::string_view kColumns =
    "id, change_key, channel, route, alert_id, kind, level, state, group_key, due_us, created_us, "
    "done_us, attempts, detail, digest_id, notice";

constexpr std::array kStates = {MessageState::kWaiting,    MessageState::kSent,
                                MessageState::kDead,       MessageState::kTold,
                                MessageState::kSuppressed, MessageState::kDropped};

long long number(std::uint64_t value) {
  return static_cast<long long>(value);
}
long long number(MessageState state) {
  return static_cast<long long>(state);
}

template <class E>
E enum_of(long long stored, E highest) {
  const bool known = stored >= 0 && stored <= static_cast<long long>(highest);
  return known ? static_cast<E>(stored) : E{};
}

// The columns of a message, bound by address.
struct Row {
  Message message;
  std::string kind;
  long long id = 0, level = 0, state = 0, due = 0, created = 0, done = 0, attempts = 0, digest = 0;

  template <class Visit>
  void visit(Visit each) {
    each(id);
    each(message.change_key);
    each(message.channel);
    each(message.route);
    each(message.alert_id);
    each(kind);
    each(level);
    each(state);
    each(message.group_key);
    each(due);
    each(created);
    each(done);
    each(attempts);
    each(message.detail);
    each(digest);
    each(message.notice);
  }

  void set(Message from) {
    message = std::move(from);
    kind = notice_kind_name(message.kind);
    id = number(message.id);
    level = static_cast<long long>(message.level);
    state = number(message.state);
    due = message.due.value;
    created = message.created.value;
    done = message.done.value;
    attempts = number(message.attempts);
    digest = number(message.digest_id);
  }

  Message get() const {
    Message got = message;
    got.id = static_cast<std::uint64_t>(id);
    got.kind = parse_notice_kind(kind).value_or(NoticeKind::kOpened);
    got.level = enum_of(level, Level::kCritical);
    got.state = enum_of(state, MessageState::kDropped);
    got.due = Micros(due);
    got.created = Micros(created);
    got.done = Micros(done);
    got.attempts = static_cast<std::uint64_t>(attempts);
    got.digest_id = static_cast<std::uint64_t>(digest);
    return got;
  }
};

void prepare(soci::statement& statement, const std::string& text) {
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
}

std::vector<Message> read_all(soci::session& sql, SqlFilter& filter, std::string_view order,
                              std::size_t limit) {
  std::vector<Message> messages;
  Row row;
  const auto rows = static_cast<long long>(limit);
  soci::statement statement(sql);
  row.visit([&](auto& member) { statement.exchange(soci::into(member)); });
  filter.bind(statement);
  statement.exchange(soci::use(rows, "rows"));
  prepare(statement, fmt::format("SELECT {} FROM notify_messages{} ORDER BY {} LIMIT :rows",
                                 kColumns, filter.where(), order));
  statement.execute();
  while (statement.fetch()) {
    messages.push_back(row.get());
  }
  return messages;
}

SqlFilter sql_of(const MessageFilter& wanted) {
  SqlFilter filter;
  if (wanted.channel) {
    filter.add("channel = :?", *wanted.channel);
  }
  if (wanted.state) {
    filter.add("state = :?", number(*wanted.state));
  }
  if (wanted.alert_id) {
    filter.add("alert_id = :?", *wanted.alert_id);
  }
  if (wanted.id) {
    filter.add("id = :?", number(*wanted.id));
  }
  if (wanted.before_id) {
    filter.add("id < :?", number(*wanted.before_id));
  }
  return filter;
}

}  // namespace

std::span<const Migration> notify_migrations() {
  return kMigrations;
}

std::string_view message_state_name(MessageState state) {
  switch (state) {
    case MessageState::kWaiting:
      return "waiting";
    case MessageState::kSent:
      return "sent";
    case MessageState::kDead:
      return "dead";
    case MessageState::kTold:
      return "told";
    case MessageState::kSuppressed:
      return "suppressed";
    case MessageState::kDropped:
      return "dropped";
  }
  return "waiting";
}

std::optional<MessageState> parse_message_state(std::string_view word) {
  for (const MessageState state : kStates) {
    if (message_state_name(state) == word) {
      return state;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> OutboxRows::add(Message message) {
  long long known = 0;
  sql_ << "SELECT COUNT(*) FROM notify_messages WHERE change_key = :key",
      soci::use(message.change_key), soci::into(known);
  if (known > 0) {
    return std::nullopt;
  }
  long long newest = 0;
  sql_ << "SELECT COALESCE(MAX(id), 0) FROM notify_messages", soci::into(newest);
  message.id = static_cast<std::uint64_t>(newest) + 1;
  Row row;
  row.set(std::move(message));
  soci::statement statement(sql_);
  std::string places;
  int n = 0;
  row.visit([&](auto& member) {
    const std::string name = fmt::format("c{}", n++);
    places += (places.empty() ? ":" : ", :") + name;
    statement.exchange(soci::use(member, name));
  });
  prepare(statement, fmt::format("INSERT INTO notify_messages ({}) VALUES ({})", kColumns, places));
  statement.execute(true);
  return row.get().id;
}

std::vector<Message> OutboxRows::select(const MessageFilter& wanted) {
  SqlFilter filter = sql_of(wanted);
  return read_all(sql_, filter, "id DESC", wanted.limit);
}

std::vector<Message> OutboxRows::due(const std::string& channel, Micros now, std::size_t limit) {
  SqlFilter filter;
  filter.add("channel = :?", channel);
  filter.add("state = :?", number(MessageState::kWaiting));
  filter.add("due_us <= :?", now.value);
  return read_all(sql_, filter, "id", limit);
}

std::optional<Micros> OutboxRows::next_due(const std::string& channel) {
  const long long waiting_state = number(MessageState::kWaiting);
  long long due_us = 0;
  sql_ << "SELECT COALESCE(MIN(due_us), -1) FROM notify_messages WHERE channel = :channel AND "
          "state = :state",
      soci::use(channel), soci::use(waiting_state), soci::into(due_us);
  return due_us < 0 ? std::nullopt : std::optional(Micros(due_us));
}

std::uint64_t OutboxRows::waiting(const std::string& channel, std::uint64_t at_most) {
  const long long state = number(MessageState::kWaiting);
  const long long limit = number(at_most);
  long long count = 0;
  sql_ << "SELECT COUNT(*) FROM (SELECT 1 FROM notify_messages WHERE channel = :channel AND "
          "state = :state LIMIT :most) AS some",
      soci::use(channel), soci::use(state), soci::use(limit), soci::into(count);
  return static_cast<std::uint64_t>(count);
}

ChannelCounts OutboxRows::counts(const std::string& channel) {
  ChannelCounts counts;
  long long state = 0;
  long long messages = 0;
  long long newest = 0;
  soci::statement statement =
      (sql_.prepare << "SELECT state, COUNT(*), MAX(done_us) FROM notify_messages "
                       "WHERE channel = :channel GROUP BY state",
       soci::use(channel), soci::into(state), soci::into(messages), soci::into(newest));
  statement.execute();
  while (statement.fetch()) {
    if (state == number(MessageState::kWaiting)) {
      counts.waiting = static_cast<std::uint64_t>(messages);
    } else if (state == number(MessageState::kDead)) {
      counts.dead = static_cast<std::uint64_t>(messages);
    } else if (state == number(MessageState::kSent)) {
      counts.last_sent = Micros(newest);
    }
  }
  return counts;
}

void OutboxRows::begin_attempt(std::uint64_t id, Micros now) {
  const long long row = number(id);
  const long long at = now.value;
  sql_ << "UPDATE notify_messages SET attempts = attempts + 1, done_us = :at WHERE id = :id",
      soci::use(at, "at"), soci::use(row, "id");
}

void OutboxRows::finish(std::uint64_t id, MessageState state, const std::string& detail,
                        Micros now) {
  const long long row = number(id);
  const long long at = now.value;
  const long long to = number(state);
  sql_ << "UPDATE notify_messages SET state = :to, detail = :detail, done_us = :at WHERE id = :id",
      soci::use(to, "to"), soci::use(detail, "detail"), soci::use(at, "at"), soci::use(row, "id");
}

void OutboxRows::postpone(std::uint64_t id, const std::string& detail) {
  const long long row = number(id);
  sql_ << "UPDATE notify_messages SET detail = :detail WHERE id = :id", soci::use(detail, "detail"),
      soci::use(row, "id");
}

void OutboxRows::told_in(std::span<const Message> messages, std::uint64_t digest_id, Micros now) {
  const long long state = number(MessageState::kTold);
  const long long digest = number(digest_id);
  const long long at = now.value;
  long long id = 0;
  soci::statement statement = (sql_.prepare << "UPDATE notify_messages SET state = :state, "
                                               "digest_id = :digest, done_us = :at WHERE id = :id",
                               soci::use(state, "state"), soci::use(digest, "digest"),
                               soci::use(at, "at"), soci::use(id, "id"));
  for (const Message& message : messages) {
    id = number(message.id);
    statement.execute(true);
  }
}

std::uint64_t OutboxRows::change_dead(const MessageFilter& wanted, MessageState to, Micros now) {
  MessageFilter dead = wanted;
  dead.state = MessageState::kDead;
  std::uint64_t changed = 0;
  for (const Message& message : select(dead)) {
    const long long id = number(message.id);
    const long long state = number(to);
    const long long at = now.value;
    sql_ << "UPDATE notify_messages SET state = :state, attempts = 0, due_us = :at, done_us = :at2 "
            "WHERE id = :id",
        soci::use(state, "state"), soci::use(at, "at"), soci::use(at, "at2"), soci::use(id, "id");
    ++changed;
  }
  return changed;
}

std::uint64_t OutboxRows::revive(const MessageFilter& filter, Micros now) {
  return change_dead(filter, MessageState::kWaiting, now);
}

std::uint64_t OutboxRows::drop(const MessageFilter& filter, Micros now) {
  return change_dead(filter, MessageState::kDropped, now);
}

std::uint64_t OutboxRows::remove_done_before(Micros time) {
  const long long waiting_state = number(MessageState::kWaiting);
  const long long dead = number(MessageState::kDead);
  const long long before = time.value;
  soci::statement statement =
      (sql_.prepare << "DELETE FROM notify_messages WHERE state <> :waiting AND state <> :dead AND "
                       "done_us < :before",
       soci::use(waiting_state, "waiting"), soci::use(dead, "dead"), soci::use(before, "before"));
  statement.execute(true);
  return static_cast<std::uint64_t>(statement.get_affected_rows());
}

std::vector<std::string> OutboxRows::waiting_channels() {
  const long long waiting_state = number(MessageState::kWaiting);
  std::vector<std::string> channels;
  std::string channel;
  soci::statement statement =
      (sql_.prepare << "SELECT DISTINCT channel FROM notify_messages WHERE state = :state",
       soci::use(waiting_state), soci::into(channel));
  statement.execute();
  while (statement.fetch()) {
    channels.push_back(channel);
  }
  return channels;
}

void OutboxRows::drop_waiting(const std::string& channel, const std::string& why, Micros now) {
  const long long waiting_state = number(MessageState::kWaiting);
  const long long dropped = number(MessageState::kDropped);
  const long long at = now.value;
  sql_ << "UPDATE notify_messages SET state = :dropped, detail = :why, done_us = :at "
          "WHERE channel = :channel AND state = :waiting",
      soci::use(dropped, "dropped"), soci::use(why, "why"), soci::use(at, "at"),
      soci::use(channel, "channel"), soci::use(waiting_state, "waiting");
}

bool OutboxRows::knows(const std::string& channel, const std::string& alert_id) {
  const long long suppressed = number(MessageState::kSuppressed);
  long long known = 0;
  sql_ << "SELECT COUNT(*) FROM notify_messages WHERE alert_id = :alert AND channel = :channel AND "
          "state <> :suppressed",
      soci::use(alert_id, "alert"), soci::use(channel, "channel"),
      soci::use(suppressed, "suppressed"), soci::into(known);
  return known > 0;
}

std::vector<std::string> OutboxRows::escalated_to(const std::string& alert_id) {
  const std::string kind(notice_kind_name(NoticeKind::kEscalated));
  std::vector<std::string> channels;
  std::string channel;
  soci::statement statement =
      (sql_.prepare << "SELECT DISTINCT channel FROM notify_messages WHERE alert_id = :alert AND "
                       "kind = :kind",
       soci::use(alert_id, "alert"), soci::use(kind, "kind"), soci::into(channel));
  statement.execute();
  while (statement.fetch()) {
    channels.push_back(channel);
  }
  return channels;
}

std::optional<Micros> OutboxRows::quiet_until(const std::string& channel,
                                              const std::string& identity) {
  long long until = 0;
  sql_ << "SELECT COALESCE(MAX(until_us), 0) FROM notify_silences WHERE channel = :channel AND "
          "identity = :identity",
      soci::use(channel, "channel"), soci::use(identity, "identity"), soci::into(until);
  return until == 0 ? std::nullopt : std::optional(Micros(until));
}

void OutboxRows::set_quiet(const std::string& channel, const std::string& identity, Micros until) {
  const long long until_us = until.value;
  sql_ << "INSERT INTO notify_silences (channel, identity, until_us) VALUES (:channel, :identity, "
          ":until) ON CONFLICT (channel, identity) DO UPDATE SET until_us = excluded.until_us",
      soci::use(channel, "channel"), soci::use(identity, "identity"), soci::use(until_us, "until");
}

void OutboxRows::remove_quiet_before(Micros time) {
  const long long before = time.value;
  sql_ << "DELETE FROM notify_silences WHERE until_us < :before", soci::use(before);
}

void OutboxRows::add_overflow(const std::string& channel, Level level) {
  const auto stored = static_cast<long long>(level);
  sql_ << "INSERT INTO notify_overflows (channel, messages, level) VALUES (:channel, 1, :level) "
          "ON CONFLICT (channel) DO UPDATE SET messages = notify_overflows.messages + 1, "
          "level = CASE WHEN excluded.level > notify_overflows.level THEN excluded.level "
          "ELSE notify_overflows.level END",
      soci::use(channel, "channel"), soci::use(stored, "level");
}

OutboxRows::Overflow OutboxRows::take_overflow(const std::string& channel) {
  long long messages = 0;
  long long level = 0;
  sql_ << "SELECT COALESCE(MAX(messages), 0), COALESCE(MAX(level), 0) FROM notify_overflows WHERE "
          "channel = :channel",
      soci::use(channel), soci::into(messages), soci::into(level);
  sql_ << "DELETE FROM notify_overflows WHERE channel = :channel", soci::use(channel);
  return {static_cast<std::uint64_t>(messages), enum_of(level, Level::kCritical)};
}

}  // namespace tocsin
