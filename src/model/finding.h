// Finding: one match of a rule, with the events behind it. A value.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "base/time.h"

namespace tocsin {

// Sigma's levels, lowest first.
enum class Level : std::uint8_t { kInformational, kLow, kMedium, kHigh, kCritical };
std::string_view level_name(Level level);
// kMedium for an absent or unknown word, as most Sigma tools do.
Level parse_level(std::string_view word);

// What people need to know about a rule; shared by all its findings.
struct RuleInfo {
  std::string id;  // the rule's UUID, or a hash of its file and title when it has none
  std::string title;
  std::string description;
  Level level = Level::kMedium;
  std::string status;
  std::string author;
  std::vector<std::string> tags;  // "attack.t1110.001", …
  std::vector<std::string> references;
  std::vector<std::string> false_positives;
  std::string logsource;  // "category: webserver, product: nginx" for people
  std::string file;       // where it was loaded from; "builtin:auth/brute_force.yml" when shipped
  int line = 0;
  std::string version;   // hash of the rule's text
  std::string playbook;  // `tocsin: {playbook: …}`: what to do about its alerts; or empty
};

struct KeyPart {
  std::string field;
  std::string value;
  bool operator==(const KeyPart&) const = default;
};

// What a monitor expected, and from what it knows.
struct Baseline {
  static constexpr std::size_t kPointsMax = 64;
  static constexpr std::size_t kUsualMax = 16;

  struct Point {
    Micros time;
    double value = 0;
    double low = 0;  // what was usual then
    double high = 0;
    bool operator==(const Point&) const = default;
  };
  struct Usual {
    std::string value;
    std::uint64_t count = 0;
    bool operator==(const Usual&) const = default;
  };

  double observed = 0;
  double low = 0;  // the usual range
  double high = 0;
  std::string unit;            // "log-ins", "km/h", …
  std::vector<Point> history;  // oldest first, at most kPointsMax
  std::vector<Usual> usual;    // the values that are known, most frequent first
  bool operator==(const Baseline&) const = default;
};

struct Finding {
  static constexpr std::size_t kSeqsMax = 64;

  std::shared_ptr<const RuleInfo> rule;
  std::vector<KeyPart> key;  // whom or what it is about; empty when nothing could be named
  Seq seq;                   // of the event that completed it
  Micros time;               // event time of that event
  Micros first;              // event time of the first event behind it
  std::uint64_t count = 1;   // events behind it
  std::vector<Seq> events;   // the newest kSeqsMax of them, oldest first; `seq` is the last
  std::string sentence;      // why, in plain words
  std::shared_ptr<const Baseline> baseline;  // of a monitor's finding; else null
};

// "source.ip=1.2.3.4 user.name=root": stable text of a key.
std::string key_text(const std::vector<KeyPart>& key);

}  // namespace tocsin
