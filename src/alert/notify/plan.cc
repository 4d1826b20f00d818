#include "alert/notify/plan.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "alert/notify/http_channel.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace tocsin {
namespace {

constexpr std::size_t kIdDigits = 24;

// Nothing when nobody needs to hear of it.
std::optional<NoticeKind> kind_of(const AlertEvent& event) {
  switch (event.kind) {
    case AlertEventKind::kOpened:
      return NoticeKind::kOpened;
    case AlertEventKind::kFolded:
      return std::nullopt;
    case AlertEventKind::kChanged:
      break;
  }
  if (event.alert.state == event.was) {
    return std::nullopt;
  }
  switch (event.alert.state) {
    case AlertState::kNew:
      return NoticeKind::kReopened;
    case AlertState::kAcknowledged:
      return NoticeKind::kAcknowledged;
    case AlertState::kClosed:
      return NoticeKind::kClosed;
  }
  return std::nullopt;
}

// Under which name a message waits to be told with others; empty: alone.
std::string group_of(const AlertRoute& route, const Alert& alert) {
  const std::string& wanted = route.settings.group;
  if (wanted.empty()) {
    return {};
  }
  if (wanted == "all") {
    return route.settings.name;
  }
  std::string value = wanted == "rule" ? alert.rule_id : std::string();
  for (const KeyPart& part : alert.key) {
    if (part.field == wanted) {
      value = part.value;
    }
  }
  return fmt::format("{}:{}", route.settings.name, value);
}

}  // namespace

std::string message_id(std::string_view change_key) {
  return hex_encode(digest_view(sha256(change_key))).substr(0, kIdDigits);
}

std::string alert_link(std::string_view console, const std::string& alert_id) {
  return console.empty() || alert_id.empty() ? std::string()
                                             : joined_url(console, "/alerts/" + alert_id);
}

void Plan::say(const AlertEvent& event, const std::vector<std::string>& channels,
               const std::string& once) {
  for (const std::string& channel : channels) {
    add(event, NoticeKind::kOpened, channel, nullptr, "playbook:" + once);
  }
}

void Plan::take(const AlertEvent& event) {
  const std::optional<NoticeKind> kind = kind_of(event);
  if (!kind) {
    return;
  }
  if (*kind == NoticeKind::kOpened) {
    opened(event);
  } else {
    changed(event, *kind);
  }
}

void Plan::opened(const AlertEvent& event) {
  std::set<std::string> told;
  std::vector<const AlertRoute*> open_routes;
  for (const AlertRoute* route : armed_.routes.routes_for(event.alert)) {
    if (!route->is_open(now_)) {
      continue;
    }
    open_routes.push_back(route);
    if (!route->tells(NoticeKind::kOpened)) {
      continue;
    }
    for (const std::string& channel : route->settings.to) {
      if (told.insert(channel).second) {
        add(event, NoticeKind::kOpened, channel, route, "opened");
      }
    }
  }
  plan_escalations(event.alert, open_routes);
}

void Plan::changed(const AlertEvent& event, NoticeKind kind) {
  const std::string change =
      fmt::format("{}:{}", notice_kind_name(kind), event.alert.updated.value);
  const std::vector<const AlertRoute*> routes = armed_.routes.routes_for(event.alert);
  std::set<std::string> told;
  for (const AlertRoute* route : routes) {
    for (const std::string& channel : route->settings.to) {
      // Who never heard of its beginning does not hear of its end.
      const bool heard =
          !route->tells(NoticeKind::kOpened) || outbox_.knows(channel, event.alert.id);
      if (route->tells(kind) && heard && told.insert(channel).second) {
        add(event, kind, channel, route, change);
      }
    }
  }
  for (const std::string& channel : outbox_.escalated_to(event.alert.id)) {
    if (told.insert(channel).second) {
      add(event, kind, channel, nullptr, change);
    }
  }
  if (kind == NoticeKind::kReopened) {
    plan_escalations(event.alert, routes);
  } else {
    escalations_.cancel(event.alert.id);
  }
}

void Plan::plan_escalations(const Alert& alert, const std::vector<const AlertRoute*>& routes) {
  for (const AlertRoute* route : routes) {
    for (std::size_t step = 0; step < route->settings.escalate.size(); ++step) {
      escalations_.plan({.alert_id = alert.id,
                         .route = route->settings.name,
                         .step = step,
                         .due = now_ + route->settings.escalate[step].after});
    }
  }
}

void Plan::escalate(const Alert& alert, const DueEscalation& due) {
  const AlertRoute* const route = armed_.routes.find(due.route);
  if (route == nullptr || due.step >= route->settings.escalate.size()) {
    return;  // the routes were changed since
  }
  AlertEvent event;
  event.alert = alert;
  for (const std::string& channel : route->settings.escalate[due.step].to) {
    add(event, NoticeKind::kEscalated, channel, nullptr,
        fmt::format("escalated:{}:{}:{}", due.route, due.step, due.due.value));
  }
}

MessageState Plan::state_of(const AlertEvent& event, NoticeKind kind, const std::string& channel,
                            const AlertRoute* route) {
  if (route == nullptr || kind != NoticeKind::kOpened || route->settings.suppress == Span(0)) {
    return MessageState::kWaiting;
  }
  const auto until = outbox_.quiet_until(channel, event.identity);
  if (until && *until > now_) {
    return MessageState::kSuppressed;
  }
  outbox_.set_quiet(channel, event.identity, now_ + route->settings.suppress);
  return MessageState::kWaiting;
}

bool Plan::has_room(const std::string& channel, Level level) {
  const auto [at, is_new] = waiting_.try_emplace(channel, 0);
  if (is_new) {
    at->second = outbox_.waiting(channel, kWaitingMax);
  }
  if (at->second >= kWaitingMax) {
    outbox_.add_overflow(channel, level);
    ++counts_.overflowed[channel];
    return false;
  }
  ++at->second;
  return true;
}

void Plan::add(const AlertEvent& event, NoticeKind kind, const std::string& channel,
               const AlertRoute* route, const std::string& change) {
  const ArmedChannel* const armed = armed_.find(channel);
  if (armed == nullptr) {
    return;
  }
  Message message;
  message.change_key = fmt::format("{}:{}:{}", channel, event.alert.id, change);
  message.channel = channel;
  message.route = route == nullptr ? std::string() : route->settings.name;
  message.alert_id = event.alert.id;
  message.kind = kind;
  message.level = event.alert.level;
  message.state = state_of(event, kind, channel, route);
  message.created = now_;
  message.due = armed->due(event.alert.level, now_);
  if (message.state == MessageState::kSuppressed) {
    ++counts_.suppressed[channel];
    message.done = now_;
  } else if (!has_room(channel, event.alert.level)) {
    return;
  }
  if (route != nullptr && !route->settings.group.empty()) {
    message.group_key = group_of(*route, event.alert);
    message.due = std::max(message.due, now_ + route->settings.group_wait);
  }
  Notice notice;
  notice.id = message_id(message.change_key);
  notice.kind = kind;
  notice.at = now_;
  notice.who = event.who;
  notice.alert = event.alert;
  notice.link = alert_link(armed_.link, event.alert.id);
  message.notice = notice_json(notice);
  if (outbox_.add(std::move(message))) {
    ++counts_.made[channel];
  }
}

}  // namespace tocsin
