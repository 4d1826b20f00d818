// The channels that there are: one line a type.
#include <algorithm>
#include <array>

#include "alert/notify/channel.h"
#include "base/check.h"

namespace tocsin {
namespace {

struct Maker {
  std::string_view type;
  ChannelResult (*make)(const ChannelParts&, Clock&);
};

constexpr std::array kMakers = {
    Maker{"alertmanager", make_alertmanager_channel},
    Maker{"discord", make_discord_channel},
    Maker{"ntfy", make_ntfy_channel},
    Maker{"opsgenie", make_opsgenie_channel},
    Maker{"pagerduty", make_pagerduty_channel},
    Maker{"slack", make_slack_channel},
    Maker{"smtp", make_smtp_channel},
    Maker{"syslog", make_syslog_channel},
    Maker{"teams", make_teams_channel},
    Maker{"webhook", make_webhook_channel},
};

}  // namespace

std::vector<std::string> ChannelParts::secret_values() const {
  std::vector<std::string> values;
  for (const auto& [name, value] : secrets) {
    values.push_back(value);
  }
  return values;
}

Result<std::unique_ptr<Channel>> make_channel(const ChannelParts& parts, Clock& clock) {
  const auto maker = std::ranges::find(kMakers, parts.settings.type, &Maker::type);
  CHECK(maker != kMakers.end());  // the loader knows the same types; a test holds the two together
  return maker->make(parts, clock);
}

}  // namespace tocsin
