// FindingTally: what a rule would have found, counted: by day, by key, and as alerts.
//
// Bounded: at most kKeysMax keys are told apart; findings of further ones are counted, but by day
// only. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "model/finding.h"

namespace tocsin {

struct DayTally {
  Micros day;  // its first moment, UTC
  std::uint64_t findings = 0;
  std::uint64_t events = 0;
};

struct KeyTally {
  std::vector<KeyPart> key;
  std::uint64_t findings = 0;
  std::uint64_t events = 0;
  Micros first;
  Micros last;
  Seq seq;               // of the newest finding
  std::string sentence;  // of it
};

class FindingTally {
 public:
  static constexpr std::size_t kKeysMax = 200'000;

  void add(const Finding& finding);

  std::uint64_t findings() const { return findings_; }
  std::uint64_t events() const { return events_; }
  // Findings of one rule and key are one alert.
  std::uint64_t alerts() const { return keys_.size(); }
  bool keys_cut() const { return keys_cut_; }
  // Every day from the first finding to the last, those without any included.
  std::vector<DayTally> days() const;
  // Most findings first.
  std::vector<KeyTally> top_keys(std::size_t most) const;

 private:
  std::uint64_t findings_ = 0;
  std::uint64_t events_ = 0;
  bool keys_cut_ = false;
  std::map<std::int64_t, DayTally> days_;
  std::unordered_map<std::string, KeyTally> keys_;  // by rule and key
};

}  // namespace tocsin
