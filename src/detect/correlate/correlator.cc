#include "detect/correlate/correlator.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "detect/correlate/condition.h"
#include "detect/correlate/group_table.h"
#include "detect/correlate/hit.h"
#include "detect/correlate/sentence.h"

namespace tocsin {
namespace {

using sigma::Correlation;
using sigma::CorrelationInput;
using sigma::CorrelationType;
using sigma::NamedField;
using sigma::NodeKind;

// A percentile sorts its window at each event: of the newest so many.
constexpr std::size_t kPercentileEntriesMax = 512;
// How often (on the clock of reception) windows are looked through for those whose end has come.
constexpr Span kEndsInterval = span_s(1);

// Which correlations a rule, or a correlation, feeds, and as which input.
struct Feed {
  std::uint32_t correlation;
  std::uint32_t input;
};

struct PendingFeed {
  Feed feed;
  Hit hit;
  std::vector<KeyPart> key;
};

void note_newest(Episode& episode, const Hit& hit) {
  episode.newest = std::max(episode.newest, hit.time);
  episode.newest_seq = std::max(episode.newest_seq, hit.seq);
}

}  // namespace

class Correlator::State {
 public:
  State(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields, DatasetCatalog& datasets,
        Metrics& metrics, CorrelatorLimits limits);

  void consume(const EventBatch& batch, std::span<const RuleHit> hits, std::vector<Finding>& out);
  void finish(std::vector<Finding>& out);
  std::size_t groups() const { return groups_.size(); }

 private:
  void add_plain_finding(const EventBatch& batch, const RuleHit& hit, std::vector<Finding>& out);
  void feed(const Feed& feed, const Hit& hit, std::vector<Finding>& out);
  void feed_pending(std::vector<Finding>& out);
  std::optional<WindowEntry> make_entry(const Feed& feed, const Hit& hit);
  Group& add_entry(std::uint32_t correlation, const WindowEntry& entry, Window::Added& added);
  void decide(Group& group, const WindowEntry& entry, Window::Added added, const Hit& hit,
              std::vector<Finding>& out);
  void judge(Group& group, const WindowView& view, bool holds, const Hit& hit,
             std::vector<Finding>& out);
  void fire(Group& group, const WindowView& view, const Hit& hit, std::vector<Finding>& out);
  void end_window(Group& group, std::vector<Finding>& out);
  void end_due_windows(std::vector<Finding>& out, bool all);
  void report_rest(Group& group, std::uint64_t later, std::vector<Finding>& out);
  void report_all_rests(std::vector<Finding>& out);
  void sweep(std::vector<Finding>& out);

  std::shared_ptr<const RuleSet> rules_;
  FieldCatalog& fields_;
  CorrelatorLimits limits_;
  Evaluator evaluator_;
  std::vector<WindowShape> shapes_;            // by correlation
  std::vector<std::vector<Feed>> rule_feeds_;  // by rule
  std::vector<std::vector<Feed>> correlation_feeds_;
  GroupTable groups_;
  std::vector<PendingFeed> pending_;
  bool any_waits_ = false;  // some correlation waits for the end of its window
  Micros received_;         // newest seen
  Micros ends_checked_;     // received_ when ends were last looked for
  std::string key_;         // reused
  std::string value_;       // reused
  std::uint64_t evicted_before_ = 0;
  Counter& findings_;
  Counter& ungrouped_;
  Counter& too_late_;
  Counter& evicted_;
  Counter& forgotten_;
  Gauge& live_groups_;
};

Correlator::State::State(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                         DatasetCatalog& datasets, Metrics& metrics, CorrelatorLimits limits)
    : rules_(std::move(rules)),
      fields_(fields),
      limits_(limits),
      evaluator_(fields, datasets),
      rule_feeds_(rules_->rules().size()),
      correlation_feeds_(rules_->correlations().size()),
      groups_(limits.groups_max, limits.entries_max, limits.hash_seed),
      findings_(metrics.counter("tocsin_detect_findings_total", "Findings made")),
      ungrouped_(metrics.counter("tocsin_detect_correlation_ungrouped_total",
                                 "Hits without a value for the correlation's group-by or field")),
      too_late_(metrics.counter("tocsin_detect_correlation_too_late_total",
                                "Hits too old for the window of their group")),
      evicted_(metrics.counter("tocsin_detect_correlation_evicted_total",
                               "Groups forgotten because there were too many")),
      forgotten_(metrics.counter("tocsin_detect_correlation_forgotten_total",
                                 "Events forgotten because their window was full")),
      live_groups_(metrics.gauge("tocsin_detect_correlation_groups", "Groups remembered")) {
  const std::vector<Correlation>& correlations = rules_->correlations();
  for (std::uint32_t c = 0; c < correlations.size(); ++c) {
    const Correlation& correlation = correlations[c];
    const auto wanted = static_cast<std::size_t>(std::max(0.0, correlation.bounds.lowest));
    const bool waits = waits_for_end(correlation);
    any_waits_ = any_waits_ || waits;
    const bool is_distinct = correlation.type == CorrelationType::kValueCount;
    const std::size_t entries_max =
        correlation.type == CorrelationType::kValuePercentile
            ? std::min(limits.window_entries_max, kPercentileEntriesMax)
            : std::max(limits.window_entries_max, is_distinct ? 2 * wanted : 0);
    shapes_.push_back(
        {window_kind(correlation.type), correlation.timespan, limits.lateness, entries_max, waits});
    for (std::uint32_t i = 0; i < correlation.inputs.size(); ++i) {
      const CorrelationInput& input = correlation.inputs[i];
      auto& feeds = input.kind == CorrelationInput::Kind::kRule ? rule_feeds_[input.index]
                                                                : correlation_feeds_[input.index];
      feeds.push_back({c, i});
    }
  }
}

void Correlator::State::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                                std::vector<Finding>& out) {
  const std::size_t before = out.size();
  for (const RuleHit& rule_hit : hits) {
    const EventHead& head = batch.head(rule_hit.event);
    received_ = std::max(received_, head.received);
    for (const Feed& each : rule_feeds_[rule_hit.rule]) {
      feed(each, hit_of(batch, rule_hit.event), out);
      feed_pending(out);
    }
    if (!rules_->rules()[rule_hit.rule].silent) {
      add_plain_finding(batch, rule_hit, out);
    }
  }
  if (batch.size() > 0) {
    received_ = std::max(received_, batch.head(batch.size() - 1).received);
  }
  end_due_windows(out, false);
  sweep(out);
  findings_.add(out.size() - before);
}

void Correlator::State::add_plain_finding(const EventBatch& batch, const RuleHit& hit,
                                          std::vector<Finding>& out) {
  static const std::array<NamedField, 3> kDefaultKey = {{{"source.ip", {fields::source_ip}},
                                                         {"user.name", {fields::user_name}},
                                                         {"host.name", {fields::host_name}}}};
  const Rule& rule = rules_->rules()[hit.rule];
  const EventHead& head = batch.head(hit.event);
  const Hit origin = hit_of(batch, hit.event);
  Finding finding;
  finding.rule = rule.info;
  const auto add_part = [&finding, &origin](const NamedField& field) {
    std::string value;
    const bool there = append_value(origin, field, value);
    if (there) {
      finding.key.push_back({field.name, std::move(value)});
    }
    return there;
  };
  if (rule.group_by.empty()) {
    static_cast<void>(std::ranges::any_of(kDefaultKey, add_part));
  } else {
    std::ranges::for_each(rule.group_by, add_part);
  }
  finding.seq = head.seq;
  finding.time = origin.time;
  finding.first = origin.time;
  finding.events = {head.seq};
  evaluator_.reset(batch, hit.event);
  finding.sentence = rule_sentence(rule, finding.key, evaluator_, fields_);
  out.push_back(std::move(finding));
}

std::optional<WindowEntry> Correlator::State::make_entry(const Feed& feed, const Hit& hit) {
  const Correlation& correlation = rules_->correlations()[feed.correlation];
  const CorrelationInput& input = correlation.inputs[feed.input];
  if (!make_group_key(hit, feed.correlation, input.group_by, key_)) {
    return std::nullopt;
  }
  WindowEntry entry{hit.time, hit.seq, feed.input, 0, 1};
  if (input.value_fields.empty()) {
    return entry;
  }
  value_.clear();
  for (const NamedField& field : input.value_fields) {
    if (!append_part(hit, field, value_)) {
      return std::nullopt;
    }
  }
  if (correlation.type == CorrelationType::kValueCount) {
    entry.value = hash64(value_, limits_.hash_seed);
    return entry;
  }
  const auto number = number_in(std::string_view(value_).substr(sizeof(std::uint32_t)));
  if (!number) {
    return std::nullopt;
  }
  entry.number = number->as_double();
  return entry;
}

// Live, if it fits there; else to the history lane, which begins anew when even that is ahead.
Group& Correlator::State::add_entry(std::uint32_t correlation, const WindowEntry& entry,
                                    Window::Added& added) {
  const WindowShape& shape = shapes_[correlation];
  Group& live = groups_.find_or_add(key_, correlation);
  added = live.window.add(entry, shape);
  if (added != Window::Added::kTooLate) {
    return live;
  }
  key_[0] = static_cast<char>(Lane::kHistory);
  Group& history = groups_.find_or_add(key_, correlation);
  added = history.window.add(entry, shape);
  if (added == Window::Added::kTooLate) {
    too_late_.add(history.window.size());
    history.window.clear();
    history.episode = {};
    history.unreported = 0;
    added = history.window.add(entry, shape);
  }
  return history;
}

void Correlator::State::feed(const Feed& feed, const Hit& hit, std::vector<Finding>& out) {
  const auto entry = make_entry(feed, hit);
  if (!entry) {
    ungrouped_.add();
    return;
  }
  Window::Added added = Window::Added::kInOrder;
  Group& group = add_entry(feed.correlation, *entry, added);
  if (group.window.size() == 1) {
    group.opened = hit.received;
  }
  group.touched = hit.received;
  ++group.unreported;
  forgotten_.add(group.window.take_forgotten());
  decide(group, *entry, added, hit, out);
  groups_.touched(group);
}

void Correlator::State::decide(Group& group, const WindowEntry& entry, Window::Added added,
                               const Hit& hit, std::vector<Finding>& out) {
  const Correlation& correlation = rules_->correlations()[group.correlation];
  const WindowShape& shape = shapes_[group.correlation];
  if (waits_for_end(correlation)) {
    while (group.window.newest() > group.window.all().front().time + correlation.timespan) {
      end_window(group, out);
      group.opened = hit.received;
    }
    return;
  }
  if (added == Window::Added::kInOrder || correlation.type == CorrelationType::kValuePercentile) {
    const WindowView view = group.window.current();
    judge(group, view, is_true(correlation, view), hit, out);
    return;
  }
  const auto visit = [&](const WindowView& view) {
    const bool holds = is_true(correlation, view);
    if (holds) {
      judge(group, view, true, hit, out);
    }
    return holds;
  };
  if (!group.window.any_around(entry.time, shape, visit)) {
    judge(group, group.window.current(), false, hit, out);
  }
}

// Whether a window that is (not) true is worth a finding; see the header.
void Correlator::State::judge(Group& group, const WindowView& view, bool holds, const Hit& hit,
                              std::vector<Finding>& out) {
  Episode& episode = group.episode;
  const Span timespan = shapes_[group.correlation].timespan;
  const bool is_over = episode.is_open && hit.time > episode.last_true + timespan;
  if (is_over) {
    report_rest(group, 1, out);
    episode.is_open = false;
  }
  if (episode.is_open) {
    ++episode.events;
    note_newest(episode, hit);
  }
  if (!holds) {
    return;
  }
  if (!episode.is_open) {
    group.unreported = std::min(group.unreported, view.count);
    episode = {true,
               view.entries.front().time,
               hit.time,
               hit.time,
               view.count,
               view.count,
               measure(rules_->correlations()[group.correlation], view),
               hit.time,
               hit.seq};
    fire(group, view, hit, out);
    return;
  }
  episode.measure = measure(rules_->correlations()[group.correlation], view);
  episode.first = std::min(episode.first, view.entries.front().time);
  episode.last_true = std::max(episode.last_true, hit.time);
  const bool has_doubled = episode.events >= 2 * episode.events_fired;
  const bool is_due = hit.time >= episode.last_fired + timespan;
  if (has_doubled || is_due) {
    episode.last_fired = std::max(episode.last_fired, hit.time);
    episode.events_fired = episode.events;
    fire(group, view, hit, out);
  }
}

void Correlator::State::fire(Group& group, const WindowView& view, const Hit& hit,
                             std::vector<Finding>& out) {
  const std::uint32_t index = group.correlation;
  const Correlation& correlation = rules_->correlations()[index];
  const Micros last = view.entries.back().time;
  Finding finding;
  finding.rule = correlation.info;
  finding.key = key_parts(correlation, group.key);
  finding.seq = hit.seq;
  finding.time = hit.time;
  finding.first = group.episode.first;
  finding.count = std::max<std::uint64_t>(1, group.unreported);
  const std::size_t kept = std::min(view.entries.size(), Finding::kSeqsMax);
  for (const WindowEntry& entry : view.entries.last(kept)) {
    finding.events.push_back(entry.seq);
  }
  std::ranges::sort(finding.events);
  const auto repeated = std::ranges::unique(finding.events);
  finding.events.erase(repeated.begin(), repeated.end());
  finding.sentence = correlation_sentence(
      correlation, finding.key,
      {measure(correlation, view), group.episode.events, last - group.episode.first});
  group.unreported = 0;
  const std::vector<KeyPart> key = finding.key;
  if (!correlation.silent) {
    out.push_back(std::move(finding));
  }
  for (const Feed& each : correlation_feeds_[index]) {
    pending_.push_back({each, hit, key});
  }
}

// The events of an episode that no finding has told yet, when it is over or forgotten: so the
// counts of an alert add up to the truth. `later` events of the group do not belong to it.
void Correlator::State::report_rest(Group& group, std::uint64_t later, std::vector<Finding>& out) {
  const Episode& episode = group.episode;
  const Correlation& correlation = rules_->correlations()[group.correlation];
  if (!episode.is_open || group.unreported <= later || correlation.silent) {
    return;
  }
  Finding finding;
  finding.rule = correlation.info;
  finding.key = key_parts(correlation, group.key);
  finding.seq = episode.newest_seq;
  finding.time = episode.newest;
  finding.first = episode.first;
  finding.count = group.unreported - later;
  for (const WindowEntry& entry : group.window.all()) {
    if (entry.time <= episode.newest && entry.seq < episode.newest_seq) {
      finding.events.push_back(entry.seq);
    }
  }
  std::ranges::sort(finding.events);
  if (finding.events.size() >= Finding::kSeqsMax) {
    finding.events.erase(finding.events.begin(), finding.events.end() - (Finding::kSeqsMax - 1));
  }
  finding.events.push_back(episode.newest_seq);
  finding.sentence = correlation_sentence(
      correlation, finding.key, {episode.measure, episode.events, episode.newest - episode.first});
  group.unreported = later;
  out.push_back(std::move(finding));
}

void Correlator::State::report_all_rests(std::vector<Finding>& out) {
  std::vector<std::string> keys;
  groups_.for_each([&keys](const Group& group) {
    if (group.episode.is_open && group.unreported > 0) {
      keys.push_back(group.key);
    }
  });
  std::ranges::sort(keys);
  for (const std::string& key : keys) {
    if (Group* group = groups_.find(key)) {
      report_rest(*group, 0, out);
    }
  }
}

// What fired feeds the correlations above it; after the groups below were left alone, because
// feeding may evict them.
void Correlator::State::feed_pending(std::vector<Finding>& out) {
  while (!pending_.empty()) {
    const PendingFeed next = std::move(pending_.back());
    pending_.pop_back();
    Hit hit = next.hit;
    hit.key = &next.key;
    feed(next.feed, hit, out);
  }
}

// The window's first timespan is over: now a condition with an upper bound is known. What came
// after it is the next window.
void Correlator::State::end_window(Group& group, std::vector<Finding>& out) {
  const Correlation& correlation = rules_->correlations()[group.correlation];
  const WindowShape& shape = shapes_[group.correlation];
  const std::span<const WindowEntry> all = group.window.all();
  const Micros end = all.front().time + correlation.timespan;
  Window within;
  Window behind;
  for (const WindowEntry& entry : all) {
    static_cast<void>((entry.time <= end ? within : behind).add(entry, shape));
  }
  group.window = std::move(behind);
  const WindowView view = within.current();
  if (!is_true(correlation, view)) {
    return;
  }
  const WindowEntry& last = view.entries.back();
  group.unreported = view.count;
  group.episode = {true,       view.entries.front().time,  last.time, last.time, view.count,
                   view.count, measure(correlation, view), last.time, last.seq};
  fire(group, view, {nullptr, 0, nullptr, last.time, group.opened, last.seq}, out);
}

void Correlator::State::end_due_windows(std::vector<Finding>& out, bool all) {
  if (!any_waits_ || (!all && received_ < ends_checked_ + kEndsInterval)) {
    return;
  }
  ends_checked_ = received_;
  std::vector<std::string> due;
  groups_.for_each([&](const Group& group) {
    const Span patience = Span(shapes_[group.correlation].timespan.value + limits_.lateness.value);
    if (waits_for_end(rules_->correlations()[group.correlation]) && !group.window.empty() &&
        (all || received_ > group.opened + patience)) {
      due.push_back(group.key);
    }
  });
  std::ranges::sort(due);
  for (const std::string& key : due) {
    for (Group* group = groups_.find(key); group != nullptr; group = groups_.find(key)) {
      if (group->window.empty()) {
        groups_.erase(*group);
        break;
      }
      end_window(*group, out);
      groups_.touched(*group);
      feed_pending(out);
    }
  }
}

void Correlator::State::sweep(std::vector<Finding>& out) {
  groups_.sweep([this, &out](Group& group) {
    const WindowShape& shape = shapes_[group.correlation];
    const bool expired = !waits_for_end(rules_->correlations()[group.correlation]) &&
                         received_ > group.touched + shape.timespan + shape.lateness;
    if (expired) {
      report_rest(group, 0, out);
    }
    return expired;
  });
  evicted_.add(groups_.evicted() - evicted_before_);
  evicted_before_ = groups_.evicted();
  live_groups_.set(static_cast<double>(groups_.size()));
}

void Correlator::State::finish(std::vector<Finding>& out) {
  const std::size_t before = out.size();
  end_due_windows(out, true);
  report_all_rests(out);
  findings_.add(out.size() - before);
}

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                       DatasetCatalog& datasets, Metrics& metrics, CorrelatorLimits limits)
    : state_(std::make_unique<State>(std::move(rules), fields, datasets, metrics, limits)) {}

Correlator::~Correlator() = default;

void Correlator::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                         std::vector<Finding>& out) {
  state_->consume(batch, hits, out);
}

void Correlator::finish(std::vector<Finding>& out) {
  state_->finish(out);
}

std::size_t Correlator::groups() const {
  return state_->groups();
}

}  // namespace tocsin
