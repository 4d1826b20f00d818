// Arming: from what people wrote (NotifySettings) to what is in force, all or nothing: every
// channel can be made, every schedule and route compiles, every secret is there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/notify/channel.h"
#include "alert/notify/route_table.h"
#include "alert/schedule.h"
#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

enum class ChannelOrigin : std::uint8_t { kFile, kApi };

struct ArmedChannel {
  ChannelParts parts;
  ChannelOrigin origin = ChannelOrigin::kFile;
  std::optional<Schedule> quiet;
  Level quiet_below = Level::kCritical;

  // When a message that is made now may go out. Never later than a week: quiet hours that have no
  // end are refused.
  Micros due(Level level, Micros now) const;
};

// In force together. Immutable.
struct ArmedSet {
  std::map<std::string, std::shared_ptr<const ArmedChannel>, std::less<>> channels;
  RouteTable routes;
  std::string link;

  const ArmedChannel* find(std::string_view name) const;
};

// Where secrets come from besides the settings themselves.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual std::optional<std::string> variable(const std::string& name) const = 0;
};
class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> variable(const std::string& name) const override;
};

// kInvalid: a line a mistake, each begins with the channel's place.
Result<std::shared_ptr<const ArmedChannel>> arm_channel(const ChannelSettings& settings,
                                                        ChannelOrigin origin, FileSystem& files,
                                                        const Environment& environment,
                                                        Clock& clock);

inline constexpr std::size_t kSecretBytesMax = 8 * 1024;

}  // namespace tocsin
