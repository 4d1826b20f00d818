#include "server/threat_desk.h"

#include <algorithm>
#include <chrono>

#include "base/fail.h"
#include "base/text.h"
#include "server/threat_options.h"

namespace tocsin {
namespace {

constexpr Span kRetryFirst = span_s(60);
constexpr unsigned kRetryDoublingsMax = 10;
constexpr std::uint64_t kStateBytesMax = 64 * kKiB;
constexpr std::size_t kBadSamplesMax = 5;
constexpr std::size_t kImportedMax = 256;
constexpr std::int64_t kJitterPercent = 10;

std::string without_password(const std::string& location) {
  const std::size_t scheme = location.find("://");
  const std::size_t at = location.find('@');
  if (scheme == std::string::npos || at == std::string::npos ||
      location.find('/', scheme + 3) < at) {
    return location;
  }
  return location.substr(0, scheme + 3) + location.substr(at + 1);
}

std::string identity(const ThreatListSettings& settings, const FeedSource& source) {
  return fmt::format("{} {} {}", feed_kind_name(source.kind), source.location, settings.format);
}

std::optional<Micros> bound(Micros time) {
  const bool none = time.value == INT64_MIN || time.value == INT64_MAX;
  return none ? std::nullopt : std::optional(time);
}

}  // namespace

std::string ThreatDesk::cache_folder(const Settings& settings) {
  return settings.data_directory + "/cache/threats";
}

ThreatDesk::ThreatDesk(const ThreatDeskParts& parts)
    : parts_(parts),
      fetcher_(parts.files),
      fetched_(parts.metrics.counter("tocsin_threat_list_fetches_total",
                                     "Fetches of threat lists that went well")),
      failed_(parts.metrics.counter("tocsin_threat_list_failures_total",
                                    "Fetches of threat lists that failed")),
      bad_entries_(parts.metrics.counter("tocsin_threat_list_bad_entries_total",
                                         "Entries of threat lists that could not be read")),
      rng_(parts.secret_seed) {
  const MutexLock lock(mutex_);
  if (const Status made = parts_.files.create_directories(cache_folder(parts_.settings)); !made) {
    parts_.log.error("threat lists are not kept: {}", made.error().full_text());
  }
  for (const ThreatListSettings& settings : parts_.settings.enrich.threat_lists) {
    add(settings, false);
  }
  find_imported();
  publish();
}

ThreatDesk::~ThreatDesk() {
  stop();
}

void ThreatDesk::add(const ThreatListSettings& settings, bool imported) {
  Held held;
  held.settings = settings;
  held.imported = imported;
  held.source = feed_source(settings);
  held.options = threat_format_options(settings);
  held.status.name = settings.name;
  held.status.origin = imported ? "import" : feed_kind_name(held.source.kind);
  held.status.location = without_password(settings.location);
  held.status.format = settings.format;
  load_kept(held);
  held_.push_back(std::move(held));
}

void ThreatDesk::find_imported() {
  const std::string folder = parts_.settings.data_directory + "/threat-lists";
  const auto names = parts_.files.list(folder);
  if (!names) {
    return;
  }
  for (const std::string& file : *names) {
    const std::size_t dot = file.rfind('.');
    const std::string name = file.substr(0, dot);
    if (dot == std::string::npos || dot == 0 || !threat_format(file.substr(dot + 1)) ||
        find(name) != nullptr || held_.size() >= kImportedMax) {
      continue;
    }
    ThreatListSettings settings;
    settings.name = name;
    settings.location = folder + "/" + file;
    settings.format = file.substr(dot + 1);
    settings.refresh = span_s(60);
    add(settings, true);
  }
}

std::string ThreatDesk::kept_path(const Held& held, std::string_view ending) const {
  return fmt::format("{}/{}.{}", cache_folder(parts_.settings), held.settings.name, ending);
}

// What is on this machine: the file itself, or the last good copy.
void ThreatDesk::load_kept(Held& held) {
  if (held.source.kind == FeedKind::kFile) {
    const Status read_now = fetch(held, {});
    held.status.error = read_now ? "" : read_now.error().full_text();
    held.status.attempted = parts_.clock.now();
    if (!read_now) {
      parts_.log.warning("threat list {} is not used: {}", held.settings.name, held.status.error);
    }
    return;
  }
  const auto state_text = read_file(parts_.files, kept_path(held, "state"), kStateBytesMax);
  const auto state = state_text ? FeedState::parse(*state_text) : Result<FeedState>(FeedState{});
  if (!state || state->source != identity(held.settings, held.source)) {
    return;
  }
  const auto text = read_file(parts_.files, kept_path(held, "list"), held.source.bytes_max);
  held.state = *state;
  const Status was_read = text ? read(held, *text) : Status(text.error());
  if (!was_read) {
    held.state = {};
    parts_.log.warning("the kept copy of threat list {} is not used: {}", held.settings.name,
                       was_read.error().full_text());
  }
}

ThreatDesk::Held* ThreatDesk::find(const std::string& name) {
  const auto found =
      std::ranges::find_if(held_, [&](const Held& held) { return held.settings.name == name; });
  return found == held_.end() ? nullptr : &*found;
}

void ThreatDesk::publish() {
  auto tables = std::make_shared<EnrichTables>(*parts_.tables.get());
  tables->threats.clear();
  for (const Held& held : held_) {
    if (held.list != nullptr) {
      tables->threats.push_back(held.list);
    }
  }
  parts_.tables.publish(std::move(tables));
}

void ThreatDesk::publish_base(const EnrichTables& base) {
  const MutexLock lock(mutex_);
  auto tables = std::make_shared<EnrichTables>(base);
  tables->threats = parts_.tables.get()->threats;
  parts_.tables.publish(std::move(tables));
}

void ThreatDesk::start(RetroMatch& retro, std::function<Seq()> journal_end) {
  const MutexLock lock(mutex_);
  retro_ = &retro;
  journal_end_ = std::move(journal_end);
  for (const Held& held : held_) {
    if (held.list != nullptr && held.settings.retro_match) {
      retro_->enqueue(held.list, journal_end_());
    }
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ThreatDesk::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void ThreatDesk::look_again() {
  {
    const MutexLock lock(mutex_);
    const std::size_t before = held_.size();
    find_imported();
    for (std::size_t i = before; i < held_.size(); ++i) {
      if (held_[i].list != nullptr && retro_ != nullptr) {
        retro_->enqueue(held_[i].list, journal_end_());
      }
    }
    publish();
    for (Held& held : held_) {
      held.next = Span(0);
    }
  }
  wake_.notify_all();
}

Status ThreatDesk::refresh(const std::string& name) {
  bool known = false;
  {
    const MutexLock lock(mutex_);
    Held* held = find(name);
    known = held != nullptr;
    if (known) {
      held->next = Span(0);
      held->status.refreshing = true;
    }
  }
  if (!known) {
    look_again();
    const MutexLock lock(mutex_);
    if (find(name) == nullptr) {
      return fail(ErrorCode::kNotFound, "there is no threat list {}", name.substr(0, 64));
    }
  }
  wake_.notify_all();
  return {};
}

std::optional<ThreatDesk::Held> ThreatDesk::next_due(const std::stop_token& stop) {
  constexpr Span kLookEvery = span_s(60);
  while (!stop.stop_requested()) {
    MutexLock lock(mutex_);
    const Span now = parts_.clock.since_boot();
    const auto first = std::ranges::min_element(held_, {}, &Held::next);
    if (first != held_.end() && first->next <= now) {
      first->next = Span(INT64_MAX);  // until it is done
      first->status.refreshing = true;
      return *first;
    }
    const std::int64_t wait = first == held_.end()
                                  ? kLookEvery.value
                                  : std::min(kLookEvery.value, first->next.value - now.value);
    wake_.wait_for(mutex_, stop, std::chrono::microseconds(wait), [&] {
      const auto due = std::ranges::min_element(held_, {}, &Held::next);
      return due != held_.end() && due->next <= parts_.clock.since_boot();
    });
  }
  return std::nullopt;
}

void ThreatDesk::run(const std::stop_token& stop) {
  while (auto held = next_due(stop)) {
    bring_up_to_date(std::move(*held), stop);
  }
}

void ThreatDesk::bring_up_to_date(Held held, const std::stop_token& stop) {
  const Status fetched = fetch(held, [&stop] { return !stop.stop_requested(); });
  if (!stop.stop_requested()) {
    done(std::move(held), fetched);
  }
}

// Fetches, reads, and only then keeps.
Status ThreatDesk::fetch(Held& held, const std::function<bool()>& keep_going) {
  const bool is_file = held.source.kind == FeedKind::kFile;
  std::string kept;
  if (!is_file && held.list != nullptr) {
    if (auto text = read_file(parts_.files, kept_path(held, "list"), held.source.bytes_max)) {
      kept = std::move(*text);
    }
  }
  TRY_ASSIGN(Fetched fetched, fetcher_.fetch(held.source, held.state, kept, keep_going));
  const FeedState before = std::exchange(held.state, fetched.state);
  held.state.source = identity(held.settings, held.source);
  held.state.fetched = is_file ? fetched.state.fetched : parts_.clock.now();
  // Entries that expire so long after the fetch live on with each fetch.
  const bool renews = held.settings.expire_after > Span(0) && !is_file && !kept.empty();
  if (fetched.changed || renews) {
    const Status was_read = read(held, fetched.changed ? fetched.text : kept);
    if (!was_read) {
      held.state = before;
      return was_read;
    }
  }
  held.status.error = fetched.incomplete;
  if (is_file) {
    return {};
  }
  if (fetched.changed) {
    TRY(write_file_atomically(parts_.files, kept_path(held, "list"), fetched.text));
  }
  return write_file_atomically(parts_.files, kept_path(held, "state"), held.state.text());
}

Status ThreatDesk::read(Held& held, std::string_view text) {
  ThreatListTerms terms;
  terms.name = held.settings.name;
  terms.confidence = static_cast<std::uint8_t>(held.settings.confidence);
  terms.confidence_min = static_cast<std::uint8_t>(held.settings.confidence_min);
  terms.seed = parts_.secret_seed;
  if (held.settings.expire_after > Span(0)) {
    terms.until = held.state.fetched + held.settings.expire_after;
  }
  BadLines bad;
  ThreatListReading reading;
  TRY_ASSIGN(held.list, parse_threat_list(held.options, terms, text, bad, &reading));
  held.status.bad_entries = bad.count();
  held.status.unsure_entries = reading.unsure;
  held.status.bad_samples.clear();
  for (const BadLine& line : bad.kept()) {
    if (held.status.bad_samples.size() < kBadSamplesMax) {
      held.status.bad_samples.push_back(fmt::format("{}: {}", line.line, line.reason));
    }
  }
  held.status.entries.clear();
  for (std::size_t i = 0; i < kIndicatorKinds; ++i) {
    const auto kind = static_cast<IndicatorKind>(i);
    held.status.entries.emplace_back(indicator_kind_name(kind), held.list->count(kind));
  }
  held.status.memory_bytes = held.list->memory_bytes();
  bad_entries_.add(bad.count());
  log_bad_lines(held.settings.name, bad, parts_.log);
  parts_.log.info("threat list {}: {} entries, {} KiB", held.settings.name, held.list->size(),
                  held.list->memory_bytes() / kKiB);
  return {};
}

// A little earlier or later each time, so that not all servers ask at the same moment.
Span ThreatDesk::delay(const Held& held) {
  std::int64_t wait = held.settings.refresh.value;
  if (held.status.failures > 0) {
    const auto doublings = std::min<std::uint64_t>(held.status.failures - 1, kRetryDoublingsMax);
    wait = std::min(wait, kRetryFirst.value << doublings);
  }
  const auto part = static_cast<std::int64_t>(rng_.below(2 * kJitterPercent)) - kJitterPercent;
  return Span(wait + wait / 100 * part);
}

void ThreatDesk::done(Held held, const Status& fetched) {
  const MutexLock lock(mutex_);
  Held* place = find(held.settings.name);
  if (place == nullptr) {
    return;
  }
  const bool asked_again = place->next == Span(0);
  const bool is_new = held.list != place->list;
  held.status.refreshing = asked_again;
  held.status.attempted = parts_.clock.now();
  if (fetched) {
    fetched_.add();
    held.status.failures = 0;
  } else {
    failed_.add();
    ++held.status.failures;
    held.status.error = fetched.error().full_text();
    parts_.log.warning("threat list {} {}: {}", held.settings.name,
                       held.list == nullptr ? "is not there yet" : "stays as it was",
                       held.status.error);
  }
  const Span wait = asked_again ? Span(0) : delay(held);
  held.next = asked_again ? Span(0) : Span(parts_.clock.since_boot().value + wait.value);
  held.status.next = parts_.clock.now() + wait;
  *place = std::move(held);
  if (is_new) {
    publish();
    if (place->settings.retro_match) {
      retro_->enqueue(place->list, journal_end_());
    }
  }
}

std::vector<ThreatListStatus> ThreatDesk::lists() {
  const MutexLock lock(mutex_);
  std::vector<ThreatListStatus> all;
  for (const Held& held : held_) {
    all.push_back(held.status);
    all.back().fetched = held.state.fetched;
    if (retro_ != nullptr) {
      all.back().retro = retro_->progress(held.settings.name);
    }
  }
  return all;
}

Result<std::vector<ThreatLookup>> ThreatDesk::lookup(std::string_view value) {
  // A domain may be listed as such only; a bare text may always be a user agent.
  const auto kind = guess_kind(trim(value)).value_or(IndicatorKind::kAgent);
  const IndicatorText wanted = read_indicator(kind, trim(value));
  if (!wanted.indicator) {
    return fail(ErrorCode::kInvalid, "{}", wanted.reason);
  }
  const std::string normal = kind == IndicatorKind::kAddress
                                 ? ip_text(wanted.indicator->network.base)
                                 : wanted.indicator->value;
  const auto tables = parts_.tables.get();
  std::vector<ThreatLookup> found;
  for (const auto& list : tables->threats) {
    const ThreatHit hit = list->find(kind, normal, std::nullopt);
    if (!hit) {
      continue;
    }
    ThreatLookup one;
    one.list = list->name();
    one.kind = indicator_kind_name(kind);
    one.indicator = kind == IndicatorKind::kAddress ? indicator_text(hit.network)
                                                    : indicator_text(kind, hit.listed);
    one.confidence = hit.detail->confidence;
    one.from = bound(hit.detail->from);
    one.until = bound(hit.detail->until);
    one.valid = hit.detail->covers(parts_.clock.now());
    one.label = hit.detail->label;
    one.reference = hit.detail->reference;
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace tocsin
