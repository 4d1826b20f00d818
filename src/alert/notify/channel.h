// Channel: one way to tell people, as the outbox sees it: a message is sent, comes again later, or
// is refused for good.
//
// The implementations are one file each, listed in channel_list.cc. send() waits for the network up
// to the channel's time limit: it runs on the channel's own thread. Never throws.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alert/notify/notice.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/notify_settings.h"

namespace tocsin {

struct Delivery {
  enum class Outcome : std::uint8_t { kSent, kRetry, kRefused };
  Outcome outcome = Outcome::kSent;
  std::string detail;          // what was answered, or why not; without secrets
  Span retry_after = Span(0);  // the receiver's wish; 0: none
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual Delivery send(const Notice& notice) = 0;
  // From any thread: a send() that waits for the network gives up within about a second (kRetry),
  // and so do all after it. What never waits has nothing to do.
  virtual void cancel() {}
};

// What a channel is made of: its settings with the secrets looked up.
struct ChannelParts {
  ChannelSettings settings;
  std::map<std::string, std::string, std::less<>> secrets;  // by name of the option

  std::string text(std::string_view option) const { return settings.text(option); }
  std::string secret(std::string_view option) const {
    const auto found = secrets.find(option);
    return found == secrets.end() ? std::string() : found->second;
  }
  std::vector<std::string> secret_values() const;
};

// kInvalid names what is wrong with the settings. `clock` outlives the channel.
Result<std::unique_ptr<Channel>> make_channel(const ChannelParts& parts, Clock& clock);

// Makers of channel_list.cc, one a type.
using ChannelResult = Result<std::unique_ptr<Channel>>;
ChannelResult make_alertmanager_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_discord_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_ntfy_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_opsgenie_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_pagerduty_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_slack_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_smtp_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_syslog_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_teams_channel(const ChannelParts& parts, Clock& clock);
ChannelResult make_webhook_channel(const ChannelParts& parts, Clock& clock);

}  // namespace tocsin
