// NotifySettings: the section `notify:` of tocsin.yaml: the channels on which people are told of
// alerts, and the routes that say which alert goes where. Values.
//
// What a channel of each type takes stands in one table, notify_options.h. Zones, names of other
// channels, templates and secrets are checked by whoever arms the channels (alert/notify/).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tocsin {

// Where a secret is kept. In the configuration file it is never written down itself.
struct SecretSource {
  enum class From : std::uint8_t { kNone, kFile, kEnvironment, kValue };
  From from = From::kNone;
  std::string text;  // path, name of the variable, or the secret
  bool operator==(const SecretSource&) const = default;
};

struct ChannelSettings {
  std::string name;   // 1..64 of [a-z0-9_-]
  std::string type;   // a word of notify_options.h
  std::string place;  // "tocsin.yaml:12", for messages
  // What the type takes, by name; numbers and flags as text.
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, std::vector<std::string>, std::less<>> lists;
  std::map<std::string, SecretSource, std::less<>> secrets;

  std::uint64_t messages_per_minute_max = 10;  // above it alerts are told together
  std::uint64_t attempts_max = 50;             // then the message is put on the dead-letter list
  Span timeout = span_s(15);                   // of one attempt
  std::string quiet;                           // a schedule; empty: never
  std::string quiet_below = "critical";        // what waits in quiet hours: levels below this

  std::string text(std::string_view option) const {
    const auto found = texts.find(option);
    return found == texts.end() ? std::string() : found->second;
  }
  bool operator==(const ChannelSettings&) const = default;
};

struct EscalationStep {
  Span after;  // since the alert was opened
  std::vector<std::string> to;
};

struct RouteSettings {
  std::string name;
  std::string place;
  std::string level = "informational";  // the lowest
  std::vector<std::string> tags;        // globs, any of them; empty: all
  std::vector<std::string> rules;       // globs over id or title
  std::vector<std::string> key;         // "field=glob" or "field=network", all of them
  std::string schedule;                 // only then; empty: always
  std::vector<std::string> on;          // opened, acknowledged, closed, reopened; empty: all
  std::vector<std::string> to;          // names of channels
  bool stop = false;                    // no further route is asked
  Span suppress = Span(0);              // silence about further alerts of the same rule and key
  std::string group;                    // "", "rule", "all", or a field of the key
  Span group_wait = span_s(30);         // how long a group gathers
  std::vector<EscalationStep> escalate;
};

struct NotifySettings {
  std::string link;  // URL of the console; messages then link to the alert
  std::vector<ChannelSettings> channels;
  std::vector<RouteSettings> routes;
  Span history = span_s(30LL * 24 * 3'600);  // of the delivery log
};

}  // namespace tocsin
