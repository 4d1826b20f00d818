#include "access/login_backoff.h"

#include <algorithm>

namespace tocsin {
namespace {

constexpr int kDoublingsMax = 20;

}  // namespace

Span LoginBackoff::failed(std::string_view name) {
  const MutexLock lock(mutex_);
  const Span now = clock_.since_boot();
  auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    if (entries_.size() >= limits_.names_max) {
      by_name_.erase(entries_.back().name);
      entries_.pop_back();
    }
    entries_.push_front({std::string(name), 0, now, Span(0)});
    found = by_name_.emplace(entries_.front().name, entries_.begin()).first;
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  Entry& entry = *found->second;
  if (now.value - entry.failed_at.value >= limits_.forget.value) {
    entry.failures = 0;
  }
  entry.failed_at = now;
  const int over = ++entry.failures - limits_.free_failures;
  if (over < 0) {
    return Span(0);
  }
  const std::int64_t rest =
      std::min(limits_.rest_first.value << std::min(over, kDoublingsMax), limits_.rest_max.value);
  entry.rests_until = Span(now.value + rest);
  return Span(rest);
}

void LoginBackoff::succeeded(std::string_view name) {
  const MutexLock lock(mutex_);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    const auto entry = found->second;
    by_name_.erase(found);
    entries_.erase(entry);
  }
}

Span LoginBackoff::wait(std::string_view name) {
  const MutexLock lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return Span(0);
  }
  return Span(
      std::max<std::int64_t>(0, found->second->rests_until.value - clock_.since_boot().value));
}

}  // namespace tocsin
