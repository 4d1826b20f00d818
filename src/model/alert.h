// Alert: the findings of one rule and one key, folded together, that a person triages. A value.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "model/finding.h"

namespace tocsin {

enum class AlertState : std::uint8_t { kNew, kAcknowledged, kClosed };
enum class AlertVerdict : std::uint8_t { kNone, kTruePositive, kBenign, kFalsePositive };

struct Alert {
  std::string id;  // hex hash of rule id, key and the Seq that opened it
  std::string rule_id;
  std::string rule_version;
  std::string title;
  Level level = Level::kMedium;
  std::vector<std::string> tags;
  std::vector<KeyPart> key;
  AlertState state = AlertState::kNew;
  AlertVerdict verdict = AlertVerdict::kNone;
  std::string assignee;
  std::string note;
  Micros first;   // event time of the first event behind it
  Micros last;    // event time of the newest
  Micros opened;  // when we noticed (our clock)
  Micros updated;
  std::uint64_t findings = 0;  // folded so far
  std::uint64_t events = 0;    // behind them
  Seq last_seq;              // findings up to here are folded already (replay does not count twice)
  std::vector<Seq> samples;  // newest events behind it, at most Finding::kSeqsMax
  std::string sentence;      // of the newest finding
  std::shared_ptr<const Baseline> baseline;  // of a monitor's newest finding; else null
};

std::string_view alert_state_name(AlertState state);
std::string_view alert_verdict_name(AlertVerdict verdict);

}  // namespace tocsin
