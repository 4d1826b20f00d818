#include "enforce/decision_news.h"

#include <algorithm>

namespace tocsin {

std::vector<DecisionNews> news_of(const StandingChange& change, const StandingDecisions& all) {
  std::vector<DecisionNews> news;
  news.reserve(change.removed.size() + change.added.size());
  for (const Standing& standing : change.removed) {
    news.push_back({&standing, DecisionMoment::kEnd});
  }
  for (const Standing& standing : change.added) {
    if (all.find(standing.decision.id) != nullptr) {
      news.push_back({&standing, DecisionMoment::kBegin});
    }
  }
  return news;
}

std::vector<DecisionNews> news_of(const StandingDecisions& all) {
  std::vector<DecisionNews> news;
  news.reserve(all.size());
  for (const auto& [id, standing] : all.all()) {
    news.push_back({&standing, DecisionMoment::kBegin});
  }
  std::ranges::sort(news, {}, [](const DecisionNews& one) { return one.standing->decision.id; });
  return news;
}

}  // namespace tocsin
