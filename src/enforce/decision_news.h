// DecisionNews: a change as single messages, in order, for receivers that are told one by one, and
// ToldNews: which of them a receiver has heard already, when the change has to be tried again.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "enforce/decision_text.h"

namespace tocsin {

struct DecisionNews {
  const Standing* standing;  // borrowed
  DecisionMoment moment;
};

// What ended first, then what began and still stands.
std::vector<DecisionNews> news_of(const StandingChange& change, const StandingDecisions& all);
// Everything that stands, as beginnings, in the order of ids.
std::vector<DecisionNews> news_of(const StandingDecisions& all);

class ToldNews {
 public:
  bool has(const DecisionNews& news) const { return told_.contains(key(news)); }
  void add(const DecisionNews& news) { told_.insert(key(news)); }
  void clear() { told_.clear(); }

 private:
  static std::uint64_t key(const DecisionNews& news) {
    return news.standing->decision.id * 2 + (news.moment == DecisionMoment::kEnd ? 1U : 0U);
  }
  std::unordered_set<std::uint64_t> told_;
};

}  // namespace tocsin
