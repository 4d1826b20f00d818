#include "api/answer_cache.h"

#include <algorithm>
#include <utility>

namespace tocsin {

AnswerCache::Turn AnswerCache::ask(const std::string& key, Span fresh, Answer& kept,
                                   const std::function<Waiter()>& waiter) {
  const Span now = clock_.since_boot();
  const MutexLock lock(mutex_);
  Entry& entry = entries_[key];
  if (entry.body != nullptr && now.value - entry.made.value < fresh.value) {
    kept = {entry.body, Span(now.value - entry.made.value)};
    return Turn::kKept;
  }
  if (entry.working) {
    entry.waiters.push_back(waiter());
    return Turn::kWaits;
  }
  entry.working = true;
  return Turn::kWorks;
}

void AnswerCache::settle(const std::string& key,
                         const Result<std::shared_ptr<const std::string>>& answer) {
  std::vector<Waiter> waiters;
  {
    const MutexLock lock(mutex_);
    Entry& entry = entries_[key];
    entry.working = false;
    waiters = std::exchange(entry.waiters, {});
    if (answer) {
      bytes_ -= entry.body != nullptr ? entry.body->size() : 0;
      entry.body = *answer;
      entry.made = clock_.since_boot();
      bytes_ += entry.body->size();
      make_room();
    } else if (entry.body == nullptr) {
      entries_.erase(key);
    }
  }
  const Result<Answer> given =
      answer ? Result<Answer>(Answer{*answer, Span(0)}) : Result<Answer>(answer.error());
  for (const Waiter& waiter : waiters) {
    waiter(given);
  }
}

bool AnswerCache::is_awaited(const std::string& key) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  return found != entries_.end() && !found->second.waiters.empty();
}

void AnswerCache::make_room() {
  while (bytes_ > bytes_max_ || entries_.size() > kEntriesMax) {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (!at->second.working && at->second.body != nullptr &&
          (oldest == entries_.end() || at->second.made < oldest->second.made)) {
        oldest = at;
      }
    }
    if (oldest == entries_.end()) {
      return;
    }
    bytes_ -= oldest->second.body->size();
    entries_.erase(oldest);
  }
}

}  // namespace tocsin
