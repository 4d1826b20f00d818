// What a channel of each type takes: the one table that the configuration file, the API and the
// masking of secrets are read from.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/notify_settings.h"
#include "config/section.h"

namespace tocsin {

enum class OptionKind : std::uint8_t {
  kText,
  kUrl,        // http:// or https://
  kSecret,     // never shown again
  kSecretUrl,  // a secret that is a URL
  kTexts,
  kNumber,  // 1..65535
  kWord,    // one of `words`, separated by '|'
};

struct ChannelOption {
  std::string_view name;
  OptionKind kind;
  bool required = false;
  std::string_view fallback;  // when absent
  std::string_view words;
};

struct ChannelType {
  std::string_view name;
  std::span<const ChannelOption> options;
};

std::span<const ChannelType> channel_types();
// Null when there is no such type.
const ChannelType* find_channel_type(std::string_view name);
inline bool is_secret(OptionKind kind) {
  return kind == OptionKind::kSecret || kind == OptionKind::kSecretUrl;
}

// What a secret may be written as: "file:…" or "env:…" in a configuration file; itself in the API,
// where it is stored and never shown again; sealed where it is stored.
enum class SecretForm : std::uint8_t { kReference, kValue, kSealed };

// One item of notify.channels. Problems go to the section's list.
ChannelSettings read_channel(Section& item, SecretForm form);
void read_notify(Section section, NotifySettings& notify);

// One channel as JSON (or YAML): what PUT /api/v1/channels/{name} takes. kInvalid lists every
// problem, one a line, "channel:LINE:COLUMN: …". Absent secrets stay absent and are no problem when
// `known` has them.
Result<ChannelSettings> parse_channel(std::string_view text, const std::string& name,
                                      const ChannelSettings* known = nullptr);

// What was stored of one: the texts of its secrets are sealed, and kept as they are.
Result<ChannelSettings> parse_stored_channel(std::string_view text, const std::string& name);

inline constexpr std::size_t kChannelsMax = 64;
inline constexpr std::size_t kRoutesMax = 256;
inline constexpr std::size_t kChannelNameBytesMax = 64;
bool is_channel_name(std::string_view name);

}  // namespace tocsin
