// Notice: what one message to people says, as it is kept in the outbox. A value.
//
// It is a snapshot: what happens to the alert later is another notice. Its texts come from log
// lines and are hostile; headline() and facts() give them neutralised (neutral_text.h), which is
// what channels show. Each channel escapes for its own target besides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/alert.h"

namespace tocsin {

enum class NoticeKind : std::uint8_t {
  kOpened,
  kAcknowledged,
  kClosed,
  kReopened,
  kEscalated,  // nobody has acknowledged it
  kDigest,     // several, told together
  kTest,
};
std::string_view notice_kind_name(NoticeKind kind);
std::optional<NoticeKind> parse_notice_kind(std::string_view word);

struct Notice {
  static constexpr std::size_t kLinesMax = 20;

  std::string id;  // of the message, the same at each attempt: receivers may drop repetitions
  NoticeKind kind = NoticeKind::kTest;
  Micros at;
  std::string who;                 // made the change; empty: Tocsin
  std::string link;                // of the console, to the alert; may be empty
  Alert alert;                     // of a digest: only the highest level
  std::uint64_t count = 1;         // alerts that it is about
  std::vector<std::string> lines;  // of a digest, at most kLinesMax, not neutralised
};

// The same for everything that is said about one alert; of a digest, of this digest.
std::string thread_key(const Notice& notice);

// "New alert, high: Brute force (source.ip=192.0.2.1)"
std::string headline(const Notice& notice);
using Fact = std::pair<std::string_view, std::string>;
std::vector<Fact> facts(const Notice& notice);
// headline and facts, one a line, for people who read plain text.
std::string plain_text(const Notice& notice);

std::string notice_json(const Notice& notice);
Result<Notice> notice_of_json(const std::string& json);

}  // namespace tocsin
