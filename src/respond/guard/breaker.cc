#include "respond/guard/breaker.h"

#include <algorithm>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::string_view kGuard = "breaker";
constexpr Span kMinute = span_s(60);
constexpr Span kDay = span_s(86'400);
constexpr std::size_t kHurtMax = 10'000;

bool locks_out(DecisionKind kind) {
  return kind == DecisionKind::kBlock || kind == DecisionKind::kRedirect;
}

}  // namespace

bool Breaker::limited(const Proposal& proposal) const {
  return proposal.wanted.proposer != Proposer::kPerson &&
         proposal.wanted.proposer != Proposer::kImport && !proposal.approved;
}

std::size_t Breaker::hurt_by(const Proposal& proposal) const {
  if (!locks_out(proposal.kind)) {
    return 0;
  }
  const Micros began = std::min(proposal.wanted.attack_began.value_or(proposal.now), proposal.now);
  return logins_.legitimate_within(proposal.target, proposal.now, began - settings_.shared_settle);
}

std::size_t Breaker::hurt_max() const {
  return std::max<std::size_t>(settings_.breaker_addresses_min,
                               logins_.legitimate() * settings_.breaker_share_percent / 100);
}

std::size_t Breaker::hurt_lately(Micros now) const {
  std::size_t sum = 0;
  for (const Hurt& hurt : hurt_) {
    sum += now - hurt.at < kDay ? hurt.addresses : 0;
  }
  return sum;
}

std::size_t Breaker::taken_lately(Micros now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(proposed_, [&](Micros at) { return now - at < kMinute; }));
}

Judgement Breaker::judge(const Proposal& proposal) const {
  if (proposal.wanted.proposer == Proposer::kPerson || proposal.approved) {
    return {};
  }
  const std::size_t hurt = hurt_by(proposal);
  if (const std::size_t most = hurt_max(); hurt > most) {
    return {Word::kRefuse, kGuard,
            fmt::format("it covers {} of the last day's {} legitimate addresses, more than {}",
                        hurt, logins_.legitimate(), most)};
  }
  if (limited(proposal) && state_.open) {
    return {Word::kDryRun, kGuard, fmt::format("the breaker is open: {}", state_.reason)};
  }
  return {};
}

void Breaker::count(const Proposal& proposal, Word word) {
  if (!limited(proposal) || (word != Word::kAllow && word != Word::kDryRun)) {
    return;
  }
  const Micros now = proposal.now;
  proposed_.push_back(now);
  while (proposed_.size() > settings_.breaker_per_minute + 1) {
    proposed_.pop_front();
  }
  if (word == Word::kDryRun) {
    state_.held_back += state_.open ? 1 : 0;
    return;
  }
  if (const std::size_t hurt = hurt_by(proposal); hurt > 0) {
    hurt_.push_back({now, hurt});
    while (now - hurt_.front().at >= kDay || hurt_.size() > kHurtMax) {
      hurt_.pop_front();
    }
  }
  if (const std::size_t taken = taken_lately(now); taken >= settings_.breaker_per_minute) {
    open(now, fmt::format("{} decisions within a minute", taken));
  } else if (const std::size_t sum = hurt_lately(now); sum >= hurt_max()) {
    open(now, fmt::format("{} of the last day's {} legitimate addresses are blocked", sum,
                          logins_.legitimate()));
  }
}

bool Breaker::tick(Micros now) {
  if (!state_.open || now - state_.since < settings_.breaker_open ||
      taken_lately(now) >= settings_.breaker_per_minute || hurt_lately(now) >= hurt_max()) {
    return false;
  }
  state_ = {false, now, "", 0};
  return true;
}

void Breaker::open(Micros now, const std::string& reason) {
  if (!state_.open) {
    state_ = {true, now, reason, 0};
  }
}

void Breaker::remember(const DecisionTarget& target, Micros created) {
  if (const std::size_t hurt = logins_.legitimate_within(target, created, created); hurt > 0) {
    hurt_.push_back({created, hurt});
  }
}

void Breaker::close(Micros now) {
  state_ = {false, now, "", 0};
  proposed_.clear();
  hurt_.clear();
}

}  // namespace tocsin
