#include "config/notify_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

using enum OptionKind;

constexpr std::size_t kChannelTextBytesMax = 64 * 1024;
constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high",
                                                     "critical"};
constexpr std::array<std::string_view, 4> kChanges = {"opened", "acknowledged", "closed",
                                                      "reopened"};

constexpr ChannelOption kCaFile = {.name = "ca_file", .kind = kText, .fallback = "", .words = ""};

constexpr std::array kAlertmanager = {
    ChannelOption{.name = "url", .kind = kUrl, .required = true, .fallback = "", .words = ""},
    ChannelOption{.name = "user", .kind = kText, .fallback = "", .words = ""},
    ChannelOption{.name = "password", .kind = kSecret, .fallback = "", .words = ""},
    ChannelOption{.name = "token", .kind = kSecret, .fallback = "", .words = ""}, kCaFile};
constexpr std::array kWithSecretUrl = {
    ChannelOption{.name = "url", .kind = kSecretUrl, .required = true, .fallback = "", .words = ""},
    kCaFile};
constexpr std::array kNtfy = {
    ChannelOption{.name = "url", .kind = kUrl, .fallback = "https://ntfy.sh", .words = ""},
    ChannelOption{.name = "topic", .kind = kText, .required = true, .fallback = "", .words = ""},
    ChannelOption{.name = "token", .kind = kSecret, .fallback = "", .words = ""}, kCaFile};
constexpr std::array kOpsgenie = {
    ChannelOption{.name = "url", .kind = kUrl, .fallback = "https://api.opsgenie.com", .words = ""},
    ChannelOption{
        .name = "api_key", .kind = kSecret, .required = true, .fallback = "", .words = ""},
    kCaFile};
constexpr std::array kPagerduty = {
    ChannelOption{
        .name = "url", .kind = kUrl, .fallback = "https://events.pagerduty.com", .words = ""},
    ChannelOption{
        .name = "routing_key", .kind = kSecret, .required = true, .fallback = "", .words = ""},
    kCaFile};
constexpr std::array kSmtp = {
    ChannelOption{.name = "host", .kind = kText, .required = true, .fallback = "", .words = ""},
    ChannelOption{.name = "port", .kind = kNumber, .fallback = "587", .words = ""},
    ChannelOption{
        .name = "security", .kind = kWord, .fallback = "starttls", .words = "starttls|tls|none"},
    ChannelOption{.name = "user", .kind = kText, .fallback = "", .words = ""},
    ChannelOption{.name = "password", .kind = kSecret, .fallback = "", .words = ""},
    ChannelOption{.name = "from", .kind = kText, .required = true, .fallback = "", .words = ""},
    ChannelOption{.name = "to", .kind = kTexts, .required = true, .fallback = "", .words = ""},
    kCaFile};
constexpr std::array kSyslog = {
    ChannelOption{.name = "address", .kind = kText, .required = true, .fallback = "", .words = ""},
    ChannelOption{.name = "transport", .kind = kWord, .fallback = "udp", .words = "udp|tcp|tls"},
    ChannelOption{.name = "facility",
                  .kind = kWord,
                  .fallback = "auth",
                  .words = "user|auth|authpriv|local0|local1|local2|local3|local4|local5|local6|"
                           "local7"},
    kCaFile};
constexpr std::array kWebhook = {
    ChannelOption{.name = "url", .kind = kUrl, .required = true, .fallback = "", .words = ""},
    ChannelOption{.name = "method", .kind = kWord, .fallback = "POST", .words = "POST|PUT|PATCH"},
    ChannelOption{.name = "content_type",
                  .kind = kWord,
                  .fallback = "application/json",
                  .words = "application/json|application/x-www-form-urlencoded|text/plain|"
                           "text/html|application/xml"},
    ChannelOption{.name = "template", .kind = kText, .fallback = "", .words = ""},
    ChannelOption{.name = "authorization", .kind = kSecret, .fallback = "", .words = ""},
    ChannelOption{.name = "signing_key", .kind = kSecret, .fallback = "", .words = ""},
    kCaFile};

constexpr std::array kTypes = {ChannelType{"alertmanager", kAlertmanager},
                               ChannelType{"discord", kWithSecretUrl},
                               ChannelType{"ntfy", kNtfy},
                               ChannelType{"opsgenie", kOpsgenie},
                               ChannelType{"pagerduty", kPagerduty},
                               ChannelType{"slack", kWithSecretUrl},
                               ChannelType{"smtp", kSmtp},
                               ChannelType{"syslog", kSyslog},
                               ChannelType{"teams", kWithSecretUrl},
                               ChannelType{"webhook", kWebhook}};

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const ChannelType& type : kTypes) {
    names.push_back(type.name);
  }
  return names;
}

bool is_url(std::string_view text) {
  const bool web = text.starts_with("http://") || text.starts_with("https://");
  return web && text.size() > text.find("://") + 3 &&
         std::ranges::none_of(text, [](char c) { return c <= ' ' || c == '\x7f'; });
}

void read_secret(Section& item, const ChannelOption& option, SecretForm form,
                 ChannelSettings& channel) {
  std::string text;
  item.text(option.name, text);
  if (text.empty()) {
    return;
  }
  SecretSource source;
  if (form != SecretForm::kReference) {
    source = {SecretSource::From::kValue, text};
  } else if (text.starts_with("file:/")) {
    source = {SecretSource::From::kFile, text.substr(5)};
  } else if (text.starts_with("env:") && text.size() > 4) {
    source = {SecretSource::From::kEnvironment, text.substr(4)};
  } else {
    item.problem_at(
        option.name,
        "is a secret, which does not belong in this file: write file:/PATH or env:NAME");
    return;
  }
  if (form == SecretForm::kValue && option.kind == kSecretUrl && !is_url(text)) {
    item.problem_at(option.name, "must be a URL that begins with https:// or http://");
    return;
  }
  channel.secrets.emplace(option.name, std::move(source));
}

void read_option(Section& item, const ChannelOption& option, SecretForm form,
                 ChannelSettings& channel) {
  std::string text(option.fallback);
  switch (option.kind) {
    case kSecret:
    case kSecretUrl:
      read_secret(item, option, form, channel);
      return;
    case kTexts: {
      std::vector<std::string> texts;
      item.texts(option.name, texts);
      std::erase(texts, "");
      if (!texts.empty()) {
        channel.lists.emplace(option.name, std::move(texts));
      }
      return;
    }
    case kNumber: {
      std::uint64_t number = static_cast<std::uint64_t>(parse_int(option.fallback).value_or(0));
      item.number(option.name, 1, 65'535, number);
      text = fmt::format("{}", number);
      break;
    }
    case kWord: {
      const std::vector<std::string_view> words = split(option.words, '|');
      item.word(option.name, words, text);
      break;
    }
    case kText:
      item.text(option.name, text);
      break;
    case kUrl:
      item.text(option.name, text);
      if (!text.empty() && !is_url(text)) {
        item.problem_at(option.name, "must be a URL that begins with https:// or http://");
      }
      break;
  }
  if (!text.empty()) {
    channel.texts.emplace(option.name, std::move(text));
  }
}

bool has_option(const ChannelSettings& channel, std::string_view name) {
  return channel.texts.contains(name) || channel.lists.contains(name) ||
         channel.secrets.contains(name);
}

void read_options(Section& item, const ChannelType& type, SecretForm form, ChannelSettings& channel,
                  const ChannelSettings* known) {
  for (const ChannelOption& option : type.options) {
    read_option(item, option, form, channel);
    const bool is_known =
        known != nullptr && known->type == type.name && known->secrets.contains(option.name);
    if (option.required && !has_option(channel, option.name) && !is_known) {
      item.problem(fmt::format("needs \"{}\"", option.name));
    }
  }
  if (type.name == "smtp" && channel.text("security") == "none" &&
      channel.secrets.contains("password")) {
    item.problem("would send its password in the clear: security must be starttls or tls");
  }
}

ChannelSettings read_one(Section& item, SecretForm form, const ChannelSettings* known) {
  ChannelSettings channel;
  channel.place = item.place();
  item.text("name", channel.name);
  item.text("type", channel.type);
  const ChannelType* const type = find_channel_type(channel.type);
  if (type == nullptr) {
    item.problem_at("type", fmt::format("is \"{}\", must be one of: {}", channel.type,
                                        fmt::join(type_names(), ", ")));
  }
  item.number("messages_per_minute_max", 1, 600, channel.messages_per_minute_max);
  item.number("attempts_max", 1, 100, channel.attempts_max);
  item.span("timeout", span_s(1), span_s(120), channel.timeout);
  item.text("quiet", channel.quiet);
  item.word("quiet_below", kLevels, channel.quiet_below);
  if (type != nullptr) {
    read_options(item, *type, form, channel, known);
  }
  return channel;
}

EscalationStep read_step(Section& item) {
  EscalationStep step;
  step.after = Span(0);
  item.span("after", span_s(10), span_s(7 * 86'400), step.after);
  item.texts("to", step.to);
  if (step.after == Span(0) || step.to.empty()) {
    item.problem("needs \"after\", such as 15m, and \"to\"");
  }
  return step;
}

RouteSettings read_route(Section& item) {
  RouteSettings route;
  route.place = item.place();
  item.text("name", route.name);
  item.word("level", kLevels, route.level);
  item.texts("tags", route.tags);
  item.texts("rules", route.rules);
  item.texts("key", route.key);
  item.text("schedule", route.schedule);
  item.texts("on", route.on);
  item.texts("to", route.to);
  item.flag("stop", route.stop);
  item.span("suppress", Span(0), span_s(30 * 86'400), route.suppress);
  item.text("group", route.group);
  item.span("group_wait", span_s(1), span_s(86'400), route.group_wait);
  item.each("escalate", [&route](Section& step) { route.escalate.push_back(read_step(step)); });
  if (route.to.empty()) {
    item.problem("needs \"to\": the names of channels");
  }
  for (const std::string& change : route.on) {
    if (std::ranges::find(kChanges, change) == kChanges.end()) {
      item.problem_at("on",
                      fmt::format("has \"{}\", knows only: {}", change, fmt::join(kChanges, ", ")));
    }
  }
  for (const std::string& part : route.key) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      item.problem_at("key", fmt::format("has \"{}\", which is not FIELD=VALUE", part));
    }
  }
  return route;
}

}  // namespace

std::span<const ChannelType> channel_types() {
  return kTypes;
}

const ChannelType* find_channel_type(std::string_view name) {
  const auto found = std::ranges::find(kTypes, name, &ChannelType::name);
  return found == kTypes.end() ? nullptr : &*found;
}

bool is_channel_name(std::string_view name) {
  return !name.empty() && name.size() <= kChannelNameBytesMax &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
         });
}

ChannelSettings read_channel(Section& item, SecretForm form) {
  ChannelSettings channel = read_one(item, form, nullptr);
  if (!is_channel_name(channel.name)) {
    item.problem("needs a \"name\" of lower-case letters, digits, - and _");
  }
  return channel;
}

void read_notify(Section section, NotifySettings& notify) {
  section.text("link", notify.link);
  if (!notify.link.empty() && !is_url(notify.link)) {
    section.problem_at("link", "must be a URL that begins with https:// or http://");
  }
  section.span("history", span_s(3'600), span_s(3'650LL * 86'400), notify.history);
  section.each("channels", [&notify](Section& item) {
    ChannelSettings channel = read_channel(item, SecretForm::kReference);
    if (std::ranges::find(notify.channels, channel.name, &ChannelSettings::name) !=
        notify.channels.end()) {
      item.problem_at("name", fmt::format("\"{}\" is the name of two channels", channel.name));
    }
    notify.channels.push_back(std::move(channel));
  });
  section.each("routes", [&notify](Section& item) { notify.routes.push_back(read_route(item)); });
  if (notify.channels.size() > kChannelsMax || notify.routes.size() > kRoutesMax) {
    section.problem(
        fmt::format("has more than {} channels or {} routes", kChannelsMax, kRoutesMax));
  }
  section.finish();
}

namespace {

Result<ChannelSettings> parse_one(std::string_view text, const std::string& name, SecretForm form,
                                  const ChannelSettings* known) {
  YamlLimits limits;
  limits.bytes_max = kChannelTextBytesMax;
  TRY_ASSIGN(const YamlFile file, YamlFile::parse(text, "channel", limits));
  if (file.documents().size() != 1) {
    return fail(ErrorCode::kInvalid, "channel: one JSON object is expected");
  }
  std::vector<std::string> problems;
  Section item(file, file.documents()[0].root, "", problems);
  ChannelSettings channel = read_one(item, form, known);
  item.finish();
  if (channel.name.empty()) {
    channel.name = name;
  }
  if (channel.name != name || !is_channel_name(name)) {
    problems.push_back(
        "channel: \"name\" must be the name in the path: lower-case letters, digits, - and _");
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
  }
  return channel;
}

}  // namespace

Result<ChannelSettings> parse_channel(std::string_view text, const std::string& name,
                                      const ChannelSettings* known) {
  return parse_one(text, name, SecretForm::kValue, known);
}

Result<ChannelSettings> parse_stored_channel(std::string_view text, const std::string& name) {
  return parse_one(text, name, SecretForm::kSealed, nullptr);
}

}  // namespace tocsin
