#include "detect/baseline/monitor_engine.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "base/hash.h"

namespace tocsin {
namespace {

// How often (in the stream's time) buckets are looked through for those that are over.
constexpr Span kAdvanceEvery = span_s(1);

constexpr std::string_view kMagic = "TOCSINMO";
constexpr std::uint32_t kFormat = 1;

}  // namespace

MonitorEngine::MonitorEngine(std::shared_ptr<const RuleSet> rules, Metrics& metrics,
                             MonitorOptions options)
    : lateness_(options.lateness),
      meters_(metrics),
      findings_(metrics.counter("tocsin_detect_monitor_findings_total", "Findings of monitors")),
      hash_seed_(options.hash_seed) {
  MutexLock lock(mutex_);
  bind(std::move(rules));
}

MonitorEngine::~MonitorEngine() = default;

void MonitorEngine::bind(std::shared_ptr<const RuleSet> rules) {
  const auto identity = [](const sigma::Monitor& monitor) {
    return monitor.info->id + '\n' + monitor.info->version;
  };
  std::unordered_map<std::string, Running> before;
  for (Running& running : running_) {
    before.emplace(identity(*running.monitor), std::move(running));
  }
  running_.clear();
  feeds_.assign(rules->rules().size(), {});
  for (const sigma::Monitor& monitor : rules->monitors()) {
    const auto index = static_cast<std::uint32_t>(running_.size());
    const auto kept = before.find(identity(monitor));
    Running running;
    if (kept != before.end()) {
      running = std::move(kept->second);
      before.erase(kept);
      running.state->rebind(monitor);
    } else {
      running.state = make_state(monitor);
    }
    running.monitor = &monitor;
    running_.push_back(std::move(running));
    feeds_[monitor.rule] = {index, false, true};
    if (monitor.part_rule) {
      feeds_[*monitor.part_rule] = {index, true, true};
    }
  }
  // Last: the monitors of the old set were looked at until here.
  rules_ = std::move(rules);
}

MonitorOptions MonitorEngine::options() const {
  MutexLock lock(mutex_);
  return {lateness_, hash_seed_};
}

std::unique_ptr<MonitorState> MonitorEngine::make_state(const sigma::Monitor& monitor) {
  return make_monitor_state(monitor, MonitorFrame{meters_, lateness_, hash_seed_});
}

void MonitorEngine::adopt(std::shared_ptr<const RuleSet> rules) {
  MutexLock lock(mutex_);
  if (rules != rules_) {
    bind(std::move(rules));
  }
}

void MonitorEngine::consume(const EventBatch& batch, std::span<const RuleHit> hits,
                            std::vector<Finding>& out) {
  MutexLock lock(mutex_);
  if (running_.empty()) {
    if (batch.size() > 0) {
      covered_ = std::max(covered_, seq_plus(batch.head(batch.size() - 1).seq, 1));
    }
    return;
  }
  auto hit = hits.begin();
  for (std::uint32_t event = 0; event < batch.size(); ++event) {
    const EventHead& head = batch.head(event);
    const bool is_new = head.seq >= covered_ || head.seq.value == 0;
    if (is_new) {
      const Hit origin = hit_of(batch, event);
      if (origin.time > moment_.now || moment_.now.value == 0) {
        moment_.now = origin.time;
        received_ = head.received;
      }
      moment_.seq = std::max(moment_.seq, head.seq);
      if (moment_.now >= next_advance_) {
        advance(out);
      }
    }
    for (; hit != hits.end() && hit->event == event; ++hit) {
      if (is_new && feeds_[hit->rule].is_fed) {
        observe(hit_of(batch, event), feeds_[hit->rule], out);
      }
    }
    covered_ = std::max(covered_, seq_plus(head.seq, 1));
  }
  double keys = 0;
  for (Running& running : running_) {
    keys += static_cast<double>(running.state->keys());
    const std::uint64_t evicted = running.state->evicted();
    meters_.evicted.add(evicted - std::exchange(running.evicted_told, evicted));
  }
  meters_.keys.set(keys);
}

void MonitorEngine::observe(const Hit& hit, const Feed& feed, std::vector<Finding>& out) {
  Running& running = running_[feed.monitor];
  if (!make_monitor_key(hit, running.monitor->group_by, key_)) {
    meters_.ungrouped.add();
    return;
  }
  const std::size_t before = out.size();
  running.state->observe({hit, key_, feed.is_part}, out);
  running.findings += out.size() - before;
  findings_.add(out.size() - before);
  if (feed.is_part) {
    return;
  }
  meters_.updates.add();
  ++running.events;
  running.last = std::max(running.last, hit.time);
  if (running.first.value == 0 || hit.time < running.first) {
    running.first = hit.time;
  }
}

void MonitorEngine::advance(std::vector<Finding>& out) {
  next_advance_ = moment_.now + kAdvanceEvery;
  for (Running& running : running_) {
    const std::size_t before = out.size();
    running.state->advance(moment_, out);
    running.findings += out.size() - before;
    findings_.add(out.size() - before);
  }
}

void MonitorEngine::tick(Micros now, std::vector<Finding>& out) {
  MutexLock lock(mutex_);
  if (moment_.now.value == 0 || now <= received_) {
    return;
  }
  moment_.now = moment_.now + (now - received_);
  received_ = now;
  if (moment_.now >= next_advance_) {
    advance(out);
  }
}

void MonitorEngine::finish(std::vector<Finding>& out) {
  MutexLock lock(mutex_);
  for (Running& running : running_) {
    const std::size_t before = out.size();
    running.state->finish(moment_, out);
    running.findings += out.size() - before;
    findings_.add(out.size() - before);
  }
}

Seq MonitorEngine::covered() const {
  MutexLock lock(mutex_);
  return covered_;
}

void MonitorEngine::skip_to(Seq seq) {
  MutexLock lock(mutex_);
  covered_ = std::max(covered_, seq);
}

bool MonitorEngine::empty() const {
  MutexLock lock(mutex_);
  return running_.empty();
}

std::string MonitorEngine::snapshot() const {
  MutexLock lock(mutex_);
  std::string out(kMagic);
  put(out, kFormat);
  put(out, hash_seed_);
  put(out, covered_.value);
  put(out, moment_.now.value);
  put(out, moment_.seq.value);
  put(out, received_.value);
  put_varint(out, running_.size());
  for (const Running& running : running_) {
    for (const std::string& text : {running.monitor->info->id, running.monitor->info->version}) {
      put_varint(out, text.size());
      out += text;
    }
    std::string state;
    put(state, running.events);
    put(state, running.findings);
    put(state, running.first.value);
    put(state, running.last.value);
    running.state->save(state);
    put_varint(out, state.size());
    out += state;
  }
  put(out, crc32c(out));
  return out;
}

Status MonitorEngine::restore(std::string_view bytes) {
  constexpr std::size_t kFixedBytes = kMagic.size() + 2 * sizeof(std::uint32_t);
  if (bytes.size() < kFixedBytes || !bytes.starts_with(kMagic)) {
    return fail(ErrorCode::kCorrupt, "not the state of monitors: {} bytes", bytes.size());
  }
  const std::string_view body = bytes.substr(0, bytes.size() - sizeof(std::uint32_t));
  ByteReader tail(bytes.substr(body.size()));
  if (tail.get<std::uint32_t>() != crc32c(body)) {
    return fail(ErrorCode::kCorrupt, "the state of monitors fails its checksum");
  }
  ByteReader in(body.substr(kMagic.size()));
  if (const auto format = in.get<std::uint32_t>(); format != kFormat) {
    return fail(ErrorCode::kCorrupt, "the state of monitors has format {}, known is {}", format,
                kFormat);
  }
  MutexLock lock(mutex_);
  const std::uint64_t seed_before = std::exchange(hash_seed_, in.get<std::uint64_t>());
  const Seq covered(in.get<std::uint64_t>());
  Moment moment;
  moment.now = Micros(in.get<std::int64_t>());
  moment.seq = Seq(in.get<std::uint64_t>());
  const Micros received(in.get<std::int64_t>());
  std::vector<std::pair<Running*, Running>> taken;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view id = in.take(in.varint());
    const std::string_view version = in.take(in.varint());
    ByteReader state(in.take(in.varint()));
    const auto found = std::ranges::find_if(running_, [&](const Running& running) {
      return running.monitor->info->id == id && running.monitor->info->version == version;
    });
    if (found == running_.end()) {
      continue;
    }
    Running fresh;
    fresh.monitor = found->monitor;
    fresh.state = make_state(*found->monitor);
    fresh.events = state.get<std::uint64_t>();
    fresh.findings = state.get<std::uint64_t>();
    fresh.first = Micros(state.get<std::int64_t>());
    fresh.last = Micros(state.get<std::int64_t>());
    if (!fresh.state->load(state)) {
      hash_seed_ = seed_before;
      return fail(ErrorCode::kCorrupt, "the state of monitor {} cannot be read", id);
    }
    taken.emplace_back(&*found, std::move(fresh));
  }
  if (!in.done()) {
    hash_seed_ = seed_before;
    return fail(ErrorCode::kCorrupt, "the state of monitors is cut");
  }
  for (Running& running : running_) {
    running.state = make_state(*running.monitor);  // with the seed that was saved
  }
  for (auto& [running, fresh] : taken) {
    *running = std::move(fresh);
  }
  covered_ = covered;
  moment_ = moment;
  received_ = received;
  return {};
}

Status MonitorEngine::take_training(MonitorEngine& trained,
                                    const std::function<Status(Seq)>& catch_up) {
  MutexLock lock(mutex_);
  TRY(catch_up(covered_));
  MutexLock other(trained.mutex_);
  for (Running& running : running_) {
    const auto found = std::ranges::find_if(trained.running_, [&running](const Running& each) {
      return each.monitor->info->id == running.monitor->info->id &&
             each.monitor->info->version == running.monitor->info->version;
    });
    if (found == trained.running_.end() || found->events == 0 ||
        (running.events > 0 && running.first <= found->first)) {
      continue;
    }
    const sigma::Monitor* monitor = running.monitor;
    // What was counted so far stays counted.
    const std::uint64_t findings = running.findings;
    running = std::move(*found);
    running.monitor = monitor;
    running.findings = findings;
    running.state->rebind(*monitor);
    running.state->forget_reports();
  }
  trained.running_.clear();
  trained.feeds_.assign(trained.feeds_.size(), {});
  return {};
}

Seq snapshot_covers(std::string_view snapshot) {
  if (!snapshot.starts_with(kMagic)) {
    return Seq(0);
  }
  ByteReader in(snapshot.substr(kMagic.size()));
  in.get<std::uint32_t>();
  in.get<std::uint64_t>();  // the seed
  return Seq(in.get<std::uint64_t>());
}

std::vector<MonitorSummary> MonitorEngine::list() const {
  MutexLock lock(mutex_);
  std::vector<MonitorSummary> all;
  for (const Running& running : running_) {
    all.push_back({running.monitor->info, running.monitor->name, running.monitor->model,
                   running.state->keys(), running.state->evicted(), running.events,
                   running.findings, running.first, running.last});
  }
  return all;
}

Result<std::vector<KeyKnowledge>> MonitorEngine::show(std::string_view monitor,
                                                      std::string_view key,
                                                      std::size_t most) const {
  MutexLock lock(mutex_);
  const auto found = std::ranges::find_if(running_, [monitor](const Running& running) {
    const RuleInfo& info = *running.monitor->info;
    return info.id == monitor || info.title == monitor ||
           (!running.monitor->name.empty() && running.monitor->name == monitor);
  });
  if (found == running_.end()) {
    return fail(ErrorCode::kNotFound, "there is no monitor \"{}\"", monitor);
  }
  return found->state->knowledge(key, most, moment_.now);
}

}  // namespace tocsin
