#include "detect/correlate/correlator.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "detect/correlate/hit.h"
#include "detect/correlate/shard.h"
#include "detect/correlate/shard_threads.h"
#include "detect/evaluator.h"

namespace tocsin {
namespace {

using sigma::Correlation;
using sigma::CorrelationInput;
using sigma::CorrelationType;
using sigma::NamedField;

// Fewer items are done sooner than threads are woken.
constexpr std::size_t kThreadedItemsMin = 1'024;

// What one level of correlations has to do in one call.
struct LevelWork {
  std::vector<FeedItem> items;
  std::string keys;
};

using Shards = std::vector<std::unique_ptr<CorrelationShard>>;

}  // namespace

class Correlator::State {
 public:
  State(std::shared_ptr<const RuleSet> rules, Metrics& metrics, CorrelatorLimits limits);

  void consume(const EventBatch& batch, std::span<const RuleHit> hits, std::vector<Finding>& out);
  void tick(Micros received, std::vector<Finding>& out);
  Adoption adopt(std::shared_ptr<const RuleSet> rules, std::vector<Finding>& out);
  void finish(std::vector<Finding>& out);
  std::size_t groups() const;
  std::size_t bytes() const;

 private:
  void fit_levels();
  void add_item(const Feed& feed, const Hit& hit, std::uint32_t position);
  std::optional<std::uint64_t> value_of(const Correlation& correlation,
                                        const CorrelationInput& input, const Hit& hit,
                                        std::uint32_t index);
  void run_levels(const EventBatch* batch, std::vector<Finding>& out);
  void run_level(std::size_t level);
  void finish_level(std::size_t level);
  void sort_fired();
  void hand_on(const EventBatch* batch, std::vector<Finding>& out);
  void count();

  std::shared_ptr<const CorrelationPlan> plan_;
  const CorrelatorLimits limits_;
  std::vector<Shards> levels_;
  std::vector<LevelWork> work_;               // by level
  std::vector<std::vector<FeedItem>> parts_;  // by shard, of the level that runs
  std::vector<std::vector<Fired>> fired_in_;  // by shard
  std::vector<Fired> fired_;                  // of the level that ran
  ShardThreads threads_;
  Micros received_;    // newest seen
  std::string value_;  // reused
  Counter& ungrouped_;
  Counter& too_late_;
  Counter& unchecked_;
  Counter& evicted_;
  Counter& forgotten_;
  Gauge& live_groups_;
  Gauge& bytes_;
};

Correlator::State::State(std::shared_ptr<const RuleSet> rules, Metrics& metrics,
                         CorrelatorLimits limits)
    : plan_(std::make_shared<const CorrelationPlan>(std::move(rules), limits)),
      limits_(limits),
      parts_(limits.shards),
      fired_in_(limits.shards),
      threads_(limits.threads),
      ungrouped_(metrics.counter("tocsin_detect_correlation_ungrouped_total",
                                 "Hits without a value for the correlation's group-by or field")),
      too_late_(metrics.counter("tocsin_detect_correlation_too_late_total",
                                "Hits too old for the window of their group")),
      unchecked_(metrics.counter("tocsin_detect_correlation_late_unchecked_total",
                                 "Late hits with too many around them to look at every window")),
      evicted_(metrics.counter("tocsin_detect_correlation_evicted_total",
                               "Groups forgotten because memory for them was full")),
      forgotten_(metrics.counter("tocsin_detect_correlation_forgotten_total",
                                 "Events forgotten because their window was full")),
      live_groups_(metrics.gauge("tocsin_detect_correlation_groups", "Groups remembered")),
      bytes_(metrics.gauge("tocsin_detect_correlation_bytes", "Memory of groups and windows")) {
  fit_levels();
}

// The first level has most of the groups: it gets half of the memory when there are others.
void Correlator::State::fit_levels() {
  const std::size_t levels = plan_->levels();
  for (std::size_t level = levels_.size(); level < levels; ++level) {
    Shards& shards = levels_.emplace_back();
    for (std::size_t i = 0; i < limits_.shards; ++i) {
      shards.push_back(std::make_unique<CorrelationShard>(plan_));
    }
  }
  levels_.resize(levels);
  work_.resize(levels);
  for (std::size_t level = 0; level < levels; ++level) {
    const std::uint64_t all = limits_.bytes_max;
    const std::uint64_t part = levels == 1 ? all : level == 0 ? all / 2 : all / 2 / (levels - 1);
    for (const auto& shard : levels_[level]) {
      shard->set_bytes_max(part / limits_.shards);
    }
  }
}

void Correlator::State::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                                std::vector<Finding>& out) {
  if (batch.size() > 0) {
    received_ = std::max(received_, batch.head(batch.size() - 1).received);
  }
  for (std::uint32_t i = 0; i < hits.size(); ++i) {
    const std::vector<Feed>& feeds = plan_->feeds_of_rule(hits[i].rule);
    if (feeds.empty()) {
      continue;
    }
    const Hit hit = hit_of(batch, hits[i].event);
    received_ = std::max(received_, hit.received);
    for (const Feed& feed : feeds) {
      add_item(feed, hit, i);
    }
  }
  run_levels(&batch, out);
}

void Correlator::State::tick(Micros received, std::vector<Finding>& out) {
  received_ = std::max(received_, received);
  run_levels(nullptr, out);
}

void Correlator::State::add_item(const Feed& feed, const Hit& hit, std::uint32_t position) {
  const PlannedCorrelation& planned = plan_->at(feed.correlation);
  const Correlation& correlation = *planned.correlation;
  const CorrelationInput& input = correlation.inputs[feed.input];
  LevelWork& work = work_[planned.level];
  const std::size_t key_at = work.keys.size();
  const auto value = append_key(hit, input.group_by, work.keys)
                         ? value_of(correlation, input, hit, feed.input)
                         : std::nullopt;
  if (!value) {
    work.keys.resize(key_at);
    ungrouped_.add();
    return;
  }
  FeedItem item;
  const std::string_view key = std::string_view(work.keys).substr(key_at);
  item.hash = hash64(key, limits_.hash_seed ^ planned.meaning);
  item.value = *value;
  item.time = hit.time;
  item.received = hit.received;
  item.seq = hit.seq;
  item.correlation = feed.correlation;
  item.key_at = static_cast<std::uint32_t>(key_at);
  item.key_size = static_cast<std::uint32_t>(key.size());
  item.position = position;
  item.order = static_cast<std::uint32_t>(work.items.size());
  item.event = hit.batch == nullptr ? kNoEvent : static_cast<std::uint32_t>(hit.event);
  work.items.push_back(item);
}

std::optional<std::uint64_t> Correlator::State::value_of(const Correlation& correlation,
                                                         const CorrelationInput& input,
                                                         const Hit& hit, std::uint32_t index) {
  if (input.value_fields.empty()) {
    return index;
  }
  value_.clear();
  if (correlation.type == CorrelationType::kValueCount) {
    return append_key(hit, input.value_fields, value_)
               ? std::optional(hash64(value_, limits_.hash_seed))
               : std::nullopt;
  }
  if (!append_value(hit, input.value_fields[0], value_)) {
    return std::nullopt;
  }
  const auto number = number_in(value_);
  if (!number || !std::isfinite(number->as_double())) {
    return std::nullopt;
  }
  return std::bit_cast<std::uint64_t>(number->as_double());
}

void Correlator::State::run_levels(const EventBatch* batch, std::vector<Finding>& out) {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    run_level(level);
    hand_on(batch, out);
  }
  count();
}

void Correlator::State::run_level(std::size_t level) {
  LevelWork& work = work_[level];
  if (level > 0) {
    std::ranges::stable_sort(work.items, {}, &FeedItem::position);
    for (std::uint32_t i = 0; i < work.items.size(); ++i) {
      work.items[i].order = i;
    }
  }
  for (std::vector<FeedItem>& part : parts_) {
    part.clear();
  }
  for (const FeedItem& item : work.items) {
    parts_[(item.hash >> 8U) % parts_.size()].push_back(item);
  }
  const auto run_shard = [&](std::size_t shard) {
    levels_[level][shard]->run(parts_[shard], work.keys, received_, fired_in_[shard]);
  };
  if (limits_.threads > 1 && work.items.size() >= kThreadedItemsMin) {
    threads_.run(parts_.size(), run_shard);
  } else {
    for (std::size_t shard = 0; shard < parts_.size(); ++shard) {
      run_shard(shard);
    }
  }
  work.items.clear();
  work.keys.clear();
  sort_fired();
}

// What all shards found, as if there were one.
void Correlator::State::sort_fired() {
  fired_.clear();
  for (std::vector<Fired>& found : fired_in_) {
    std::ranges::move(found, std::back_inserter(fired_));
    found.clear();
  }
  std::ranges::stable_sort(fired_, fires_before);
}

// To the correlations above, and to the world.
void Correlator::State::hand_on(const EventBatch* batch, std::vector<Finding>& out) {
  for (Fired& fired : fired_) {
    if (fired.kind == Fired::Kind::kTrue) {
      const Hit hit{fired.event == kNoEvent ? nullptr : batch,
                    fired.event == kNoEvent ? 0 : fired.event,
                    &fired.finding.key,
                    fired.finding.time,
                    fired.received,
                    fired.finding.seq};
      for (const Feed& feed : plan_->feeds_of_correlation(fired.correlation)) {
        add_item(feed, hit, fired.position);
      }
    }
    if (!plan_->at(fired.correlation).correlation->silent) {
      out.push_back(std::move(fired.finding));
    }
  }
}

void Correlator::State::count() {
  std::size_t bytes = 0;
  std::size_t groups = 0;
  for (const Shards& shards : levels_) {
    for (const auto& shard : shards) {
      const ShardCounts counts = shard->take_counts();
      too_late_.add(counts.too_late);
      unchecked_.add(counts.unchecked);
      evicted_.add(counts.evicted);
      forgotten_.add(counts.forgotten);
      bytes += shard->bytes();
      groups += shard->groups();
    }
  }
  live_groups_.set(static_cast<double>(groups));
  bytes_.set(static_cast<double>(bytes));
}

Adoption Correlator::State::adopt(std::shared_ptr<const RuleSet> rules, std::vector<Finding>& out) {
  auto plan = std::make_shared<const CorrelationPlan>(std::move(rules), limits_);
  std::unordered_map<std::uint64_t, std::uint32_t> by_meaning;
  for (std::uint32_t i = 0; i < plan->size(); ++i) {
    by_meaning.emplace(plan->at(i).meaning, i);
  }
  Adoption adoption;
  std::vector<std::uint32_t> to(plan_->size(), kNoEvent);
  for (std::uint32_t i = 0; i < plan_->size(); ++i) {
    const auto same = by_meaning.find(plan_->at(i).meaning);
    if (same != by_meaning.end()) {
      to[i] = same->second;
      by_meaning.erase(same);
      ++adoption.kept;
    }
  }
  for (std::uint32_t i = 0; i < plan->size(); ++i) {
    if (by_meaning.contains(plan->at(i).meaning)) {
      adoption.restarted.push_back(plan->at(i).correlation->info->title);
    }
  }
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    for (std::size_t shard = 0; shard < levels_[level].size(); ++shard) {
      levels_[level][shard]->adopt(plan, to, fired_in_[shard]);
    }
    sort_fired();
    for (Fired& rest : fired_) {
      out.push_back(std::move(rest.finding));
    }
  }
  plan_ = std::move(plan);
  fit_levels();
  return adoption;
}

void Correlator::State::finish_level(std::size_t level) {
  for (std::size_t shard = 0; shard < parts_.size(); ++shard) {
    levels_[level][shard]->finish(fired_in_[shard]);
  }
  sort_fired();
}

void Correlator::State::finish(std::vector<Finding>& out) {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    run_level(level);
    hand_on(nullptr, out);
    finish_level(level);
    hand_on(nullptr, out);
  }
  count();
}

std::size_t Correlator::State::groups() const {
  std::size_t groups = 0;
  for (const Shards& shards : levels_) {
    for (const auto& shard : shards) {
      groups += shard->groups();
    }
  }
  return groups;
}

std::size_t Correlator::State::bytes() const {
  std::size_t bytes = 0;
  for (const Shards& shards : levels_) {
    for (const auto& shard : shards) {
      bytes += shard->bytes();
    }
  }
  return bytes;
}

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, Metrics& metrics,
                       CorrelatorLimits limits)
    : state_(std::make_unique<State>(std::move(rules), metrics, limits)) {}

Correlator::~Correlator() = default;

void Correlator::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                         std::vector<Finding>& out) {
  state_->consume(batch, hits, out);
}

void Correlator::tick(Micros received, std::vector<Finding>& out) {
  state_->tick(received, out);
}

Adoption Correlator::adopt(std::shared_ptr<const RuleSet> rules, std::vector<Finding>& out) {
  return state_->adopt(std::move(rules), out);
}

void Correlator::finish(std::vector<Finding>& out) {
  state_->finish(out);
}

std::size_t Correlator::groups() const {
  return state_->groups();
}

std::size_t Correlator::bytes() const {
  return state_->bytes();
}

}  // namespace tocsin
