// RouteTable: which alert goes to which channel. Pure: no clock, no database. Immutable after
// compile(); thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert/notify/notice.h"
#include "alert/schedule.h"
#include "base/ip.h"
#include "base/result.h"
#include "config/notify_settings.h"

namespace tocsin {

struct AlertRoute {
  RouteSettings settings;
  Level level_min = Level::kInformational;
  std::optional<Schedule> schedule;
  struct KeyCondition {
    std::string field;
    std::string pattern;               // a glob, or
    std::optional<IpNetwork> network;  // a network
  };
  std::vector<KeyCondition> key;

  // Without the schedule: what was told is told to its end.
  bool matches(const Alert& alert) const;
  bool tells(NoticeKind kind) const;
  bool is_open(Micros now) const { return !schedule || schedule->covers(now); }
};

class RouteTable {
 public:
  // All mistakes at once, a line each: unknown channels, schedules that are none.
  static Result<RouteTable> compile(const std::vector<RouteSettings>& routes,
                                    const std::vector<std::string>& channels, FileSystem& files);

  // The routes for an alert, in order, up to the first that says "stop".
  std::vector<const AlertRoute*> routes_for(const Alert& alert) const;
  const AlertRoute* find(std::string_view name) const;
  bool names_channel(std::string_view channel) const;

 private:
  std::vector<AlertRoute> routes_;
};

}  // namespace tocsin
