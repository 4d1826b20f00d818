#include "backtest/finding_tally.h"

#include <algorithm>

namespace tocsin {
namespace {

constexpr std::int64_t kDay = 86'400 * kMicrosPerSecond;
constexpr std::size_t kDaysMax = 3'700;  // of a series without gaps

std::int64_t day_of(Micros time) {
  const std::int64_t rest = time.value % kDay;
  return time.value - (rest < 0 ? rest + kDay : rest);
}

// No part of a key can imitate two.
std::string identity(const Finding& finding) {
  std::string out = finding.rule->id;
  for (const KeyPart& part : finding.key) {
    for (const std::string& text : {part.field, part.value}) {
      out += '\n' + std::to_string(text.size()) + ':' + text;
    }
  }
  return out;
}

}  // namespace

void FindingTally::add(const Finding& finding) {
  ++findings_;
  events_ += finding.count;
  const std::int64_t day = day_of(finding.time);
  DayTally& of_day = days_.try_emplace(day, DayTally{Micros(day)}).first->second;
  ++of_day.findings;
  of_day.events += finding.count;

  std::string name = identity(finding);
  auto found = keys_.find(name);
  if (found == keys_.end()) {
    if (keys_.size() >= kKeysMax) {
      keys_cut_ = true;
      return;
    }
    KeyTally fresh;
    fresh.key = finding.key;
    fresh.first = finding.first;
    fresh.last = finding.time;
    found = keys_.emplace(std::move(name), std::move(fresh)).first;
  }
  KeyTally& tally = found->second;
  ++tally.findings;
  tally.events += finding.count;
  tally.first = std::min(tally.first, finding.first);
  tally.last = std::max(tally.last, finding.time);
  tally.seq = finding.seq;
  tally.sentence = finding.sentence;
}

std::vector<DayTally> FindingTally::days() const {
  std::vector<DayTally> series;
  for (const auto& [day, tally] : days_) {
    while (!series.empty() && series.back().day.value + kDay < day && series.size() < kDaysMax) {
      series.push_back({Micros(series.back().day.value + kDay), 0, 0});
    }
    series.push_back(tally);
  }
  return series;
}

std::vector<KeyTally> FindingTally::top_keys(std::size_t most) const {
  std::vector<KeyTally> top;
  top.reserve(keys_.size());
  for (const auto& [name, tally] : keys_) {
    top.push_back(tally);
  }
  const auto order = [](const KeyTally& a, const KeyTally& b) {
    return std::tuple(b.findings, b.events, key_text(a.key)) <
           std::tuple(a.findings, a.events, key_text(b.key));
  };
  const std::size_t kept = std::min(most, top.size());
  std::ranges::partial_sort(top, top.begin() + static_cast<std::ptrdiff_t>(kept), order);
  top.resize(kept);
  return top;
}

}  // namespace tocsin
