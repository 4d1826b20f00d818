#include "detect/correlate/shard.h"

#include <algorithm>
#include <compare>
#include <tuple>
#include <utility>

#include "detect/correlate/hit.h"
#include "detect/correlate/sentence.h"

namespace tocsin {

using sigma::Correlation;

namespace {

// How many items ahead memory is asked for: it takes about as long as so many items.
constexpr std::size_t kAhead = 6;
constexpr std::uint32_t kLast = 0xFFFF'FFFF;  // behind every hit of the batch

// Bit i: input i has an event.
std::uint64_t inputs_in(const Correlation& correlation, const Tally& tally) {
  std::uint64_t inputs = 0;
  for (std::size_t i = 0; i < correlation.inputs.size(); ++i) {
    if (correlation.type == sigma::CorrelationType::kTemporal && tally.contains(i)) {
      inputs |= std::uint64_t{1} << i;
    }
  }
  return inputs;
}

Span patience(const WindowShape& shape) {
  return Span(shape.timespan.value + shape.lateness.value);
}

}  // namespace

bool fires_before(const Fired& a, const Fired& b) {
  if (a.position != b.position || a.order != b.order) {
    return std::tie(a.position, a.order) < std::tie(b.position, b.order);
  }
  if (a.order != kLast) {
    return false;  // of one item: as they came
  }
  if (a.correlation != b.correlation) {
    return a.correlation < b.correlation;
  }
  const auto& left = a.finding.key;
  const auto& right = b.finding.key;
  const auto order = std::lexicographical_compare_three_way(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const KeyPart& one, const KeyPart& other) { return one.value <=> other.value; });
  return order < 0 || (order == 0 && a.finding.seq < b.finding.seq);
}

void CorrelationShard::run(std::span<const FeedItem> items, std::string_view keys, Micros received,
                           std::vector<Fired>& out) {
  out_ = &out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i + 2 * kAhead < items.size()) {
      groups_.prefetch_cell(items[i + 2 * kAhead].hash);
    }
    if (i + kAhead < items.size()) {
      groups_.prefetch_group(items[i + kAhead].hash);
    }
    take(items[i], keys.substr(items[i].key_at, items[i].key_size));
  }
  timers_.advance(received, [&](const Timer& timer) { look_at(timer, received); });
}

void CorrelationShard::finish(std::vector<Fired>& out) {
  out_ = &out;
  groups_.for_each([this](Group& group) {
    end_all(group, {group.touched, group.touched, {}, kLast, kLast, kNoEvent});
  });
}

void CorrelationShard::take(const FeedItem& item, std::string_view key) {
  const PlannedCorrelation& planned = plan_->at(item.correlation);
  const WindowEntry entry(item.time, item.seq, item.value);
  const Cause cause{item.time, item.received, item.seq, item.position, item.order, item.event};
  Group& group = group_for(item, key, planned);
  const Episode* episode = group.episode.get();
  if (episode != nullptr && !episode->is_open && item.time <= episode->last_true) {
    ++counts_.too_late;
    return;
  }
  if (group.window.empty()) {
    group.opened = item.received;
  }
  group.touched = std::max(group.touched, item.received);
  ++group.unreported;
  if (planned.end == WindowEnd::kSlides) {
    slide(group, entry, cause);
  } else {
    wait(group, entry, cause);
  }
  counts_.forgotten += group.window.take_forgotten();
  groups_.touched(group);
  make_room(group, cause);
}

// Live, if it fits there; else the history lane, which begins anew when even that is ahead.
Group& CorrelationShard::group_for(const FeedItem& item, std::string_view key,
                                   const PlannedCorrelation& planned) {
  Group& live = find_or_add({item.hash, item.correlation, Lane::kLive, key}, item, planned);
  if (!live.window.is_too_late(item.time, planned.shape)) {
    return live;
  }
  Group& history = find_or_add({~item.hash, item.correlation, Lane::kHistory, key}, item, planned);
  if (history.window.is_too_late(item.time, planned.shape)) {
    counts_.too_late += history.window.size();
    history.window.clear();
    history.episode.reset();
    history.unreported = 0;
  }
  return history;
}

Group& CorrelationShard::find_or_add(const GroupName& name, const FeedItem& item,
                                     const PlannedCorrelation& planned) {
  if (Group* known = groups_.find(name)) {
    return *known;
  }
  Group& group = groups_.add(name, planned.shape.kind);
  group.opened = item.received;
  group.touched = item.received;
  group.linked = item.received;
  timers_.add(item.received + patience(planned.shape), {group.slot, group.generation});
  return group;
}

void CorrelationShard::slide(Group& group, const WindowEntry& entry, const Cause& cause) {
  const PlannedCorrelation& planned = plan_->at(group.correlation);
  const Correlation& correlation = *planned.correlation;
  const Window::Added added = group.window.add(entry, planned.shape);
  if (group.in_episode() && entry.time() <= group.episode->last_true) {
    join(group, cause);
    return;
  }
  if (added == Window::Added::kLate) {
    const auto visit = [&](const WindowView& view) {
      const bool holds = is_true(correlation, view);
      if (holds) {
        judge(group, view, true, cause);
      }
      return holds;
    };
    const Window::Found found = group.window.any_around(entry, planned.shape, visit);
    if (found == Window::Found::kYes) {
      return;
    }
    if (found == Window::Found::kNo) {
      judge(group, group.window.current(), false, cause);
      return;
    }
    ++counts_.unchecked;
  }
  const WindowView view = group.window.current();
  judge(group, view, is_true(correlation, view), cause);
}

// An event from the middle of an open episode is part of it, whatever stands around it.
void CorrelationShard::join(Group& group, const Cause& cause) {
  Episode& episode = *group.episode;
  ++episode.events;
  episode.newest_seq = std::max(episode.newest_seq, cause.seq);
  episode.first = std::min(episode.first, cause.time);
  const WindowView view = group.window.current();
  if (cause.time == group.window.newest() &&
      is_true(*plan_->at(group.correlation).correlation, view)) {
    episode.measure = measure(*plan_->at(group.correlation).correlation, view);
  }
  go_on(group, cause);
}

// Whether a window that is (not) true is worth a finding; see correlator.h.
void CorrelationShard::judge(Group& group, const WindowView& view, bool holds, const Cause& cause) {
  const PlannedCorrelation& planned = plan_->at(group.correlation);
  if (group.in_episode() && cause.time > group.episode->last_true + planned.shape.timespan) {
    report_rest(group, 1, cause);
    group.episode->is_open = false;
  }
  if (!group.in_episode()) {
    if (holds) {
      open_episode(group, view, cause);
    }
    return;
  }
  Episode& episode = *group.episode;
  ++episode.events;
  episode.newest = std::max(episode.newest, cause.time);
  episode.newest_seq = std::max(episode.newest_seq, cause.seq);
  if (!holds) {
    return;
  }
  episode.measure = measure(*planned.correlation, view);
  episode.first = std::min(episode.first, cause.time);
  episode.last_true = std::max(episode.last_true, cause.time);
  go_on(group, cause);
}

void CorrelationShard::open_episode(Group& group, const WindowView& view, const Cause& cause) {
  if (group.episode == nullptr) {
    group.episode = std::make_unique<Episode>();
  }
  const std::uint64_t count = view.tally.count();
  group.unreported = std::min(group.unreported, count);
  *group.episode = {true,
                    view.tally.entries().front().time(),
                    cause.time,
                    cause.time,
                    count,
                    count,
                    measure(*plan_->at(group.correlation).correlation, view),
                    cause.time,
                    cause.seq};
  fire(group, view, cause);
}

// Findings of an open episode: when it has doubled, and once a timespan.
void CorrelationShard::go_on(Group& group, const Cause& cause) {
  Episode& episode = *group.episode;
  const bool has_doubled = episode.events >= 2 * episode.events_fired;
  const bool is_due =
      cause.time >= episode.last_fired + plan_->at(group.correlation).shape.timespan;
  if (has_doubled || is_due) {
    episode.last_fired = std::max(episode.last_fired, cause.time);
    episode.events_fired = episode.events;
    fire(group, group.window.current(), cause);
  }
}

void CorrelationShard::wait(Group& group, const WindowEntry& entry, const Cause& cause) {
  const WindowShape& shape = plan_->at(group.correlation).shape;
  group.window.add_waiting(entry, shape);
  while (group.window.newest() > group.window.end(shape) + shape.lateness) {
    end_window(group, cause);
  }
}

// The window is over: now it is known whether it was true.
void CorrelationShard::end_window(Group& group, const Cause& cause) {
  const PlannedCorrelation& planned = plan_->at(group.correlation);
  const WindowView view = group.window.current();
  const bool holds = is_true(*planned.correlation, view);
  if (holds) {
    const WindowEntry& last = view.tally.entries().back();
    group.unreported = view.tally.count();
    open_episode(group, view,
                 {last.time(), cause.received, last.seq(), cause.position, cause.order, kNoEvent});
    group.episode.reset();
  }
  if (holds || planned.end == WindowEnd::kWaits) {
    group.window.next_window(planned.shape);
  } else {
    group.window.drop_first(planned.shape);
  }
  group.opened = cause.received;
}

void CorrelationShard::fire(Group& group, const WindowView& view, const Cause& cause) {
  const Correlation& correlation = *plan_->at(group.correlation).correlation;
  const Episode& episode = *group.episode;
  Fired fired;
  Finding& finding = fired.finding;
  finding.rule = correlation.info;
  finding.key = key_parts(correlation.group_by, group.key.view());
  finding.seq = cause.seq;
  finding.time = cause.time;
  finding.first = episode.first;
  finding.count = std::max<std::uint64_t>(1, group.unreported);
  finding.events = view.tally.newest_seqs(Finding::kSeqsMax);
  const Micros last = view.tally.entries().back().time();
  if (!correlation.silent) {
    finding.sentence = correlation_sentence(correlation, finding.key,
                                            {episode.measure, episode.events, last - episode.first,
                                             inputs_in(correlation, view.tally)});
  }
  fired.received = cause.received;
  fired.correlation = group.correlation;
  fired.position = cause.position;
  fired.order = cause.order;
  fired.event = cause.event;
  group.unreported = 0;
  out_->push_back(std::move(fired));
}

// The events of an episode that no finding has told yet, when it is over or forgotten: so the
// counts of an alert add up to the truth.
void CorrelationShard::report_rest(Group& group, std::uint64_t later, const Cause& cause) {
  const Correlation& correlation = *plan_->at(group.correlation).correlation;
  if (!group.in_episode() || group.unreported <= later || correlation.silent) {
    return;
  }
  const Episode& episode = *group.episode;
  Fired fired;
  fired.kind = Fired::Kind::kRest;
  Finding& finding = fired.finding;
  finding.rule = correlation.info;
  finding.key = key_parts(correlation.group_by, group.key.view());
  finding.seq = episode.newest_seq;
  finding.time = episode.newest;
  finding.first = episode.first;
  finding.count = group.unreported - later;
  finding.events = group.window.current().tally.newest_seqs(Finding::kSeqsMax - 1);
  std::erase_if(finding.events, [&](Seq seq) { return seq >= episode.newest_seq; });
  finding.events.push_back(episode.newest_seq);
  finding.sentence =
      correlation_sentence(correlation, finding.key,
                           {episode.measure, episode.events, episode.newest - episode.first,
                            inputs_in(correlation, group.window.current().tally)});
  fired.received = cause.received;
  fired.correlation = group.correlation;
  fired.position = cause.position;
  fired.order = cause.order;
  group.unreported = later;
  out_->push_back(std::move(fired));
}

// Its time has come, unless it was touched since.
void CorrelationShard::look_at(const Timer& timer, Micros received) {
  Group* group = groups_.at(timer);
  if (group == nullptr) {
    return;
  }
  const PlannedCorrelation& planned = plan_->at(group->correlation);
  const Span wait = patience(planned.shape);
  const Cause cause{received, received, {}, kLast, kLast, kNoEvent};
  if (received > group->touched + wait) {
    end_all(*group, cause);
    groups_.erase(*group);
    return;
  }
  Micros due = group->touched + wait;
  if (planned.end != WindowEnd::kSlides && !group->window.empty()) {
    if (received > group->opened + wait) {
      end_window(*group, cause);
      groups_.touched(*group);
    }
    due = group->opened + wait;
  }
  timers_.add(due, timer);
}

void CorrelationShard::end_all(Group& group, const Cause& cause) {
  report_rest(group, 0, cause);
  if (plan_->at(group.correlation).end == WindowEnd::kSlides) {
    return;
  }
  while (!group.window.empty()) {
    end_window(group, cause);
  }
}

void CorrelationShard::make_room(const Group& spared, const Cause& cause) {
  while (Group* victim = groups_.victim(spared)) {
    report_rest(*victim, 0,
                {cause.time, cause.received, {}, cause.position, cause.order, kNoEvent});
    groups_.erase(*victim);
    ++counts_.evicted;
  }
}

void CorrelationShard::adopt(std::shared_ptr<const CorrelationPlan> plan,
                             std::span<const std::uint32_t> to, std::vector<Fired>& out) {
  out_ = &out;
  groups_.for_each([&](Group& group) {
    if (to[group.correlation] == kNoEvent) {
      report_rest(group, 0, {group.touched, group.touched, {}, kLast, kLast, kNoEvent});
      groups_.erase(group);
    } else {
      group.correlation = to[group.correlation];
    }
  });
  plan_ = std::move(plan);
}

}  // namespace tocsin
