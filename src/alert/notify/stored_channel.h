// Channels that were made over the API, in the table notify_channels: the definition as JSON, its
// secrets sealed (secret_box.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "alert/notify/secret_box.h"
#include "base/time.h"
#include "config/notify_settings.h"
#include "state/state_db.h"

namespace tocsin {

struct StoredChannel {
  ChannelSettings settings;
  std::string fault;  // why it could not be read; then only the name is right
};

Result<std::vector<StoredChannel>> load_stored_channels(StateDb& db, const SecretBox& box);
Status store_channel(StateDb& db, const SecretBox& box, const ChannelSettings& settings,
                     const std::string& who, Micros now);
Status forget_channel(StateDb& db, const std::string& name);

// All that parse_channel() takes, as JSON; secrets as `secret` gives them.
std::string channel_json(const ChannelSettings& settings,
                         const std::function<std::string(const SecretSource&)>& secret);

}  // namespace tocsin
