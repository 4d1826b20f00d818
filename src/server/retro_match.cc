#include "server/retro_match.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::string_view kSeenHead = "tocsin-threats-seen 1\n";
constexpr std::size_t kKeyDigits = 16;
constexpr std::uint64_t kSeenBytesMax =
    kSeenHead.size() + ThreatList::kEntriesMax * (kKeyDigits + 1);
constexpr Span kVisibleWaitMax = span_s(600);
constexpr int kAttemptsMax = 5;  // against parts that turn out to be damaged
constexpr std::uint8_t kHighConfidence = 70;
constexpr std::uint8_t kLowConfidence = 30;

std::shared_ptr<const RuleInfo> rule_of(std::uint8_t confidence) {
  auto rule = std::make_shared<RuleInfo>();
  rule->id = kRetroRuleId;
  rule->title = "Seen before it was put on a threat list";
  rule->description =
      "A threat list has a new entry, and events that are stored already have it. What happened "
      "then was not known to be bad; look at it again.";
  rule->level = confidence >= kHighConfidence  ? Level::kHigh
                : confidence >= kLowConfidence ? Level::kMedium
                                               : Level::kLow;
  rule->status = "stable";
  rule->author = "Tocsin project";
  rule->false_positives = {"A list with stale or careless entries."};
  rule->file = "builtin:retro_match";
  rule->version = fmt::format("1-{}", level_name(rule->level));
  return rule;
}

std::string minute_text(Micros time) {
  std::string text = iso_time(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

Finding finding_of(const std::string& list, const RetroHit& hit) {
  Finding finding;
  finding.rule = rule_of(hit.detail.confidence);
  finding.key = {{"threat.feed.name", list}, {"threat.indicator.name", hit.indicator}};
  finding.seq = hit.newest.back();
  finding.events = hit.newest;
  finding.time = hit.last;
  finding.first = hit.first;
  finding.count = hit.events();
  const std::string label =
      hit.detail.label.empty() ? "" : fmt::format(" as \"{}\"", hit.detail.label);
  finding.sentence = fmt::format(
      "{} is now on list {}{} (confidence {}); it was here {} since {}, last {} UTC, in {}",
      hit.indicator, list, label, hit.detail.confidence,
      hit.events() == 1 ? "once" : fmt::format("{} times", hit.events()), minute_text(hit.first),
      minute_text(hit.last), hit.field);
  return finding;
}

std::vector<std::uint64_t> keys_of(const ThreatList& list) {
  std::vector<std::uint64_t> keys;
  keys.reserve(list.size());
  list.for_each_key([&keys](std::uint64_t key) { keys.push_back(key); });
  std::ranges::sort(keys);
  return keys;
}

}  // namespace

RetroMatch::RetroMatch(RetroOptions options, const RetroParts& parts)
    : options_(std::move(options)),
      parts_(parts),
      findings_(parts.metrics.counter("tocsin_retro_findings_total",
                                      "Entries of threat lists that stored events had")),
      left_out_(parts.metrics.counter("tocsin_retro_left_out_total",
                                      "Values seen of new entries past findings_max")) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

RetroMatch::~RetroMatch() {
  stop();
}

void RetroMatch::stop() {
  if (thread_.joinable()) {
    cancel_.stop();
    thread_.request_stop();
    thread_.join();
  }
}

void RetroMatch::enqueue(std::shared_ptr<const ThreatList> list, Seq before) {
  if (options_.look_back == Span(0)) {
    return;
  }
  {
    const MutexLock lock(mutex_);
    std::erase_if(waiting_, [&](const Job& job) { return job.list->name() == list->name(); });
    waiting_.push_back({std::move(list), before});
  }
  wake_.notify_all();
}

RetroProgress RetroMatch::progress(const std::string& list) const {
  const MutexLock lock(mutex_);
  const auto found = progress_.find(list);
  RetroProgress progress = found == progress_.end() ? RetroProgress{} : found->second;
  progress.waiting =
      std::ranges::any_of(waiting_, [&](const Job& job) { return job.list->name() == list; });
  return progress;
}

void RetroMatch::tell(const std::string& list, const std::function<void(RetroProgress&)>& change) {
  const MutexLock lock(mutex_);
  change(progress_[list]);
}

std::optional<RetroMatch::Job> RetroMatch::next(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  wake_.wait(mutex_, stop, [this] { return !waiting_.empty(); });
  if (stop.stop_requested() || waiting_.empty()) {
    return std::nullopt;
  }
  Job job = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  progress_[job.list->name()] = {.running = true};
  return job;
}

bool RetroMatch::pause(Span length, const std::stop_token& stop) {
  MutexLock lock(mutex_);
  wake_.wait_for(mutex_, stop, std::chrono::microseconds(length.value), [] { return false; });
  return !stop.stop_requested();
}

void RetroMatch::run(const std::stop_token& stop) {
  while (const auto job = next(stop)) {
    const std::string& name = job->list->name();
    const Status matched = match(*job, stop);
    tell(name, [&](RetroProgress& progress) {
      progress.running = false;
      progress.finished = parts_.clock.now();
      progress.error = matched ? "" : matched.error().full_text();
    });
    if (!matched && matched.error().code() != ErrorCode::kCancelled) {
      parts_.log.error("threat list {}: looking for its new entries in stored events: {}", name,
                       matched.error().full_text());
    }
  }
}

Status RetroMatch::match(const Job& job, const std::stop_token& stop) {
  const std::vector<std::uint64_t> keys = keys_of(*job.list);
  const std::vector<std::uint64_t> seen = read_seen(*job.list);
  std::vector<std::uint64_t> fresh;
  std::ranges::set_difference(keys, seen, std::back_inserter(fresh));
  tell(job.list->name(), [&](RetroProgress& progress) { progress.entries = fresh.size(); });
  if (!fresh.empty()) {
    TRY_ASSIGN(const RetroOutcome outcome, scan(job, fresh, stop));
    TRY(make_alerts(*job.list, outcome));
  }
  return keys == seen ? Status{} : write_seen(*job.list, keys);
}

// Waits until the index shows what was matched with the list as it was before.
Result<RetroOutcome> RetroMatch::scan(const Job& job, const std::vector<std::uint64_t>& fresh,
                                      const std::stop_token& stop) {
  const Span until(parts_.clock.since_boot().value + kVisibleWaitMax.value);
  while (parts_.events.view()->visible_end < job.before && parts_.clock.since_boot() < until) {
    if (!pause(span_ms(200), stop)) {
      return fail(ErrorCode::kCancelled, "stopped");
    }
  }
  Span worked_since = parts_.clock.since_boot();
  const auto pace = [&](std::size_t done, std::size_t all) {
    tell(job.list->name(), [&](RetroProgress& progress) {
      progress.parts_done = done;
      progress.parts = all;
    });
    const bool go_on = pause(parts_.clock.since_boot().value > worked_since.value
                                 ? Span(parts_.clock.since_boot().value - worked_since.value)
                                 : Span(0),
                             stop);
    worked_since = parts_.clock.since_boot();
    return go_on;
  };
  const RetroRequest request{
      .list = *job.list,
      .from = parts_.clock.now() - options_.look_back,
      .before = job.before,
      .hits_max = options_.findings_max,
      .wanted = [&fresh](std::uint64_t key) { return std::ranges::binary_search(fresh, key); }};
  for (int attempt = 1;; ++attempt) {
    auto outcome = RetroScan(parts_.events, cancel_, pace).run(request);
    const bool again =
        !outcome && outcome.error().code() == ErrorCode::kConflict && attempt < kAttemptsMax;
    if (!again) {
      return outcome;
    }
  }
}

Result<bool> RetroMatch::is_known(const std::string& list, const RetroHit& hit) {
  AlertFilter filter;
  filter.rule_id = std::string(kRetroRuleId);
  filter.key = "threat.indicator.name=" + hit.indicator;
  filter.limit = kAlertsPageMax;
  TRY_ASSIGN(const AlertPage page, parts_.alerts.list(filter));
  return std::ranges::any_of(page.alerts, [&list](const Alert& alert) {
    return std::ranges::find(alert.key, KeyPart{"threat.feed.name", list}) != alert.key.end();
  });
}

Status RetroMatch::make_alerts(const ThreatList& list, const RetroOutcome& outcome) {
  std::vector<Finding> findings;
  for (const auto& [key, hit] : outcome.hits) {
    TRY_ASSIGN(const bool known, is_known(list.name(), hit));
    if (!known) {
      findings.push_back(finding_of(list.name(), hit));
    }
  }
  if (!findings.empty()) {
    TRY(parts_.alerts.fold(findings, Seq(0)));
    parts_.log.warning("threat list {}: {} of its new entries were here before", list.name(),
                       findings.size());
  }
  findings_.add(findings.size());
  left_out_.add(outcome.left_out);
  tell(list.name(), [&](RetroProgress& progress) {
    progress.findings = findings.size();
    progress.left_out = outcome.left_out;
  });
  return {};
}

std::string RetroMatch::seen_path(const ThreatList& list) const {
  return options_.folder + "/" + list.name() + ".seen";
}

// Whatever cannot be read was not seen.
std::vector<std::uint64_t> RetroMatch::read_seen(const ThreatList& list) {
  const auto text = read_file(parts_.files, seen_path(list), kSeenBytesMax);
  std::vector<std::uint64_t> keys;
  if (!text || !text->starts_with(kSeenHead)) {
    return keys;
  }
  for (const std::string_view line :
       split(std::string_view(*text).substr(kSeenHead.size()), '\n')) {
    std::uint64_t key = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), key, 16).ec == std::errc()) {
      keys.push_back(key);
    }
  }
  std::ranges::sort(keys);
  return keys;
}

Status RetroMatch::write_seen(const ThreatList& list, const std::vector<std::uint64_t>& keys) {
  std::string text(kSeenHead);
  text.reserve(text.size() + keys.size() * (kKeyDigits + 1));
  for (const std::uint64_t key : keys) {
    fmt::format_to(std::back_inserter(text), "{:016x}\n", key);
  }
  return write_file_atomically(parts_.files, seen_path(list), text);
}

}  // namespace tocsin
