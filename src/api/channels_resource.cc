#include "api/channels_resource.h"

#include "api/parameters.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kMessagesPageMax = 1'000;
constexpr std::uint64_t kIdMax = 1ULL << 62U;
constexpr std::size_t kBulkMax = 100'000;

// What is shown of a secret: where it comes from.
std::string shown_secret(const SecretSource& source) {
  switch (source.from) {
    case SecretSource::From::kFile:
      return "file:" + source.text;
    case SecretSource::From::kEnvironment:
      return "env:" + source.text;
    case SecretSource::From::kNone:
    case SecretSource::From::kValue:
      return "***";
  }
  return "***";
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<Micros>& time) {
  json.key(name);
  if (time) {
    json.value(iso_time(*time));
  } else {
    json.null();
  }
}

void write_channel(JsonWriter& json, const ChannelStatus& channel) {
  json.begin_object().member("name", channel.settings.name);
  json.member("type", channel.settings.type);
  json.member("from", channel.origin == ChannelOrigin::kFile ? "file" : "api");
  json.member("armed", channel.armed).member("fault", channel.fault);
  json.member("waiting", channel.counts.waiting).member("dead", channel.counts.dead);
  write_time(json, "last_sent", channel.counts.last_sent);
  json.key("settings").raw(channel_json(channel.settings, shown_secret));
  json.end_object();
}

void write_message(JsonWriter& json, const Message& message) {
  json.begin_object().member("id", message.id).member("channel", message.channel);
  json.member("route", message.route).member("alert_id", message.alert_id);
  json.member("kind", notice_kind_name(message.kind)).member("level", level_name(message.level));
  json.member("state", message_state_name(message.state));
  json.member("created", iso_time(message.created)).member("due", iso_time(message.due));
  write_time(json, "done", message.done == Micros() ? std::nullopt : std::optional(message.done));
  json.member("attempts", message.attempts).member("detail", message.detail);
  json.key("told_in");
  if (message.digest_id == 0) {
    json.null();
  } else {
    json.value(message.digest_id);
  }
  json.end_object();
}

Result<MessageState> read_state(const std::string& word) {
  const std::optional<MessageState> state = parse_message_state(word);
  if (!state) {
    return fail(ErrorCode::kInvalid,
                "state is not waiting, sent, dead, told, suppressed or dropped: {}",
                word.substr(0, 32));
  }
  return *state;
}

// {"id": 7}, {"channel": "ops"}, or {"all": true}: nobody empties the list by an empty body.
Result<MessageFilter> read_choice(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"id", "channel", "alert", "all"}));
  MessageFilter filter;
  filter.limit = kBulkMax;
  TRY_ASSIGN(filter.id, given.number("id", 1, kIdMax));
  TRY_ASSIGN(filter.channel, given.text("channel"));
  TRY_ASSIGN(filter.alert_id, given.text("alert"));
  TRY_ASSIGN(const std::optional<bool> all, given.flag("all"));
  if (!filter.id && !filter.channel && !filter.alert_id && !all.value_or(false)) {
    return fail(ErrorCode::kInvalid, "say which: id, channel, alert, or all");
  }
  return filter;
}

HttpResponse changed_answer(std::uint64_t messages) {
  JsonWriter json;
  json.begin_object().member("messages", messages).end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace

Result<HttpResponse> ChannelsResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::vector<ChannelStatus> channels, notifier_.channels());
  JsonWriter json;
  json.begin_object().key("channels").begin_array();
  for (const ChannelStatus& channel : channels) {
    write_channel(json, channel);
  }
  json.end_array().key("routes").begin_array();
  for (const RouteSettings& route : notifier_.routes()) {
    json.begin_object().member("name", route.name).member("level", route.level);
    json.key("to").begin_array();
    for (const std::string& channel : route.to) {
      json.value(channel);
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ChannelsResource::put(const Call& call) {
  const std::string& name = call.path_values[0];
  TRY(notifier_.put_channel(name, call.request.body, call.who.actor()));
  TRY_ASSIGN(const std::vector<ChannelStatus> channels, notifier_.channels());
  JsonWriter json;
  for (const ChannelStatus& channel : channels) {
    if (channel.settings.name == name) {
      write_channel(json, channel);
      return HttpResponse::json(200, json.take());
    }
  }
  return fail(ErrorCode::kConflict, "channel {} was removed meanwhile", name);
}

Result<HttpResponse> ChannelsResource::remove(const Call& call) {
  TRY(notifier_.remove_channel(call.path_values[0]));
  return HttpResponse::empty(204);
}

Result<HttpResponse> ChannelsResource::test(const Call& call) {
  TRY_ASSIGN(const Delivery delivery, notifier_.test_channel(call.path_values[0]));
  JsonWriter json;
  json.begin_object();
  json.member("sent", delivery.outcome == Delivery::Outcome::kSent);
  json.member("detail", delivery.detail).end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ChannelsResource::messages(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_query(call.request, {"state", "channel", "alert", "before", "limit"}));
  MessageFilter filter;
  TRY_ASSIGN(const std::optional<std::string> state, given.text("state"));
  if (state) {
    TRY_ASSIGN(filter.state, read_state(*state));
  }
  TRY_ASSIGN(filter.channel, given.text("channel"));
  TRY_ASSIGN(filter.alert_id, given.text("alert"));
  TRY_ASSIGN(filter.before_id, given.number("before", 1, kIdMax));
  TRY_ASSIGN(const auto limit, given.number("limit", 1, kMessagesPageMax));
  filter.limit = limit.value_or(filter.limit);
  TRY_ASSIGN(const std::vector<Message> messages, notifier_.messages(filter));
  JsonWriter json;
  json.begin_object().key("messages").begin_array();
  for (const Message& message : messages) {
    write_message(json, message);
  }
  json.end_array().key("next");
  if (messages.size() < filter.limit) {
    json.null();
  } else {
    json.value(messages.back().id);
  }
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ChannelsResource::retry(const Call& call) {
  TRY_ASSIGN(const MessageFilter filter, read_choice(call));
  TRY_ASSIGN(const std::uint64_t messages, notifier_.retry(filter));
  return changed_answer(messages);
}

Result<HttpResponse> ChannelsResource::drop(const Call& call) {
  TRY_ASSIGN(const MessageFilter filter, read_choice(call));
  TRY_ASSIGN(const std::uint64_t messages, notifier_.drop(filter));
  return changed_answer(messages);
}

}  // namespace tocsin
