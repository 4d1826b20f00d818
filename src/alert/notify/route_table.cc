#include "alert/notify/route_table.h"

#include <algorithm>

#include "alert/value_pattern.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

bool any_glob(const std::vector<std::string>& globs, std::string_view text) {
  return std::ranges::any_of(globs,
                             [&](const std::string& glob) { return glob_match(glob, text); });
}

bool any_tag(const std::vector<std::string>& globs, const std::vector<std::string>& tags) {
  return globs.empty() ||
         std::ranges::any_of(tags, [&](const std::string& tag) { return any_glob(globs, tag); });
}

bool key_holds(const AlertRoute::KeyCondition& condition, const std::vector<KeyPart>& key) {
  return std::ranges::any_of(key, [&](const KeyPart& part) {
    return part.field == condition.field &&
           value_matches(condition.pattern, condition.network, part.value);
  });
}

void check_channels(const RouteSettings& route, const std::vector<std::string>& wanted,
                    const std::vector<std::string>& channels, std::vector<std::string>& problems) {
  for (const std::string& name : wanted) {
    if (std::ranges::find(channels, name) == channels.end()) {
      const std::vector<std::string_view> known(channels.begin(), channels.end());
      const std::string_view near = closest_word(name, known);
      problems.push_back(
          fmt::format("{}: there is no channel \"{}\"{}", route.place, name,
                      near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    }
  }
}

}  // namespace

bool AlertRoute::matches(const Alert& alert) const {
  const bool rule_fits = settings.rules.empty() || any_glob(settings.rules, alert.rule_id) ||
                         any_glob(settings.rules, alert.title);
  return alert.level >= level_min && rule_fits && any_tag(settings.tags, alert.tags) &&
         std::ranges::all_of(
             key, [&](const KeyCondition& condition) { return key_holds(condition, alert.key); });
}

bool AlertRoute::tells(NoticeKind kind) const {
  return settings.on.empty() ||
         std::ranges::find(settings.on, notice_kind_name(kind)) != settings.on.end();
}

Result<RouteTable> RouteTable::compile(const std::vector<RouteSettings>& routes,
                                       const std::vector<std::string>& channels,
                                       FileSystem& files) {
  RouteTable table;
  std::vector<std::string> problems;
  for (const RouteSettings& settings : routes) {
    AlertRoute route;
    route.settings = settings;
    if (route.settings.name.empty()) {
      route.settings.name = fmt::format("route-{}", table.routes_.size() + 1);
    }
    if (table.find(route.settings.name) != nullptr) {
      problems.push_back(
          fmt::format("{}: \"{}\" is the name of two routes", settings.place, route.settings.name));
    }
    route.level_min = parse_level(settings.level);
    check_channels(settings, settings.to, channels, problems);
    for (const EscalationStep& step : settings.escalate) {
      check_channels(settings, step.to, channels, problems);
    }
    if (!settings.schedule.empty()) {
      auto schedule = Schedule::parse(settings.schedule, files);
      if (schedule) {
        route.schedule = std::move(*schedule);
      } else {
        problems.push_back(
            fmt::format("{}: schedule: {}", settings.place, schedule.error().full_text()));
      }
    }
    for (const std::string& part : settings.key) {
      const std::size_t equals = part.find('=');
      std::string pattern = part.substr(equals + 1);
      const auto network = parse_network(pattern);
      route.key.push_back({part.substr(0, equals), std::move(pattern), network});
    }
    table.routes_.push_back(std::move(route));
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
  }
  return table;
}

std::vector<const AlertRoute*> RouteTable::routes_for(const Alert& alert) const {
  std::vector<const AlertRoute*> found;
  for (const AlertRoute& route : routes_) {
    if (route.matches(alert)) {
      found.push_back(&route);
      if (route.settings.stop) {
        break;
      }
    }
  }
  return found;
}

const AlertRoute* RouteTable::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      routes_, [&](const AlertRoute& route) { return route.settings.name == name; });
  return found == routes_.end() ? nullptr : &*found;
}

bool RouteTable::names_channel(std::string_view channel) const {
  const auto has = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, channel) != names.end();
  };
  return std::ranges::any_of(routes_, [&](const AlertRoute& route) {
    return has(route.settings.to) ||
           std::ranges::any_of(route.settings.escalate,
                               [&](const EscalationStep& step) { return has(step.to); });
  });
}

}  // namespace tocsin
