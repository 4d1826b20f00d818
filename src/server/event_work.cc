#include "server/event_work.h"

#include <algorithm>

#include "respond/enforced.h"
#include "respond/login_feed.h"
#include "server/source_names.h"

namespace tocsin {
namespace {

DecodeLimits limits_of(const DecodeSettings& settings) {
  DecodeLimits limits;
  limits.fields_max = settings.fields_max;
  limits.depth_max = settings.depth_max;
  limits.value_bytes_max = settings.value_bytes_max;
  return limits;
}

}  // namespace

EventWork::EventWork(const EventWorkContext& context)
    : context_(context),
      undecoded_(context.datasets.intern(kUndecodedDataset)),
      names_(context.fields),
      decoder_(
          names_, context.datasets, context.metrics,
          [&settings = context.settings](const Origin& o) {
            return decode_options_of(settings, o);
          },
          limits_of(context.settings.decode)),
      enricher_(context.tables, context.metrics),
      enforced_seen_(
          context.metrics.counter("tocsin_events_enforced_total",
                                  "Events that our own enforcers caused; they feed no rule")) {}

std::shared_ptr<EventBatch> EventWork::decode(std::shared_ptr<const RecordBatch> batch,
                                              std::size_t from, std::size_t to) {
  const RecordBatch& records = *batch;
  auto events = std::make_shared<EventBatch>(std::move(batch));
  enricher_.begin_batch();
  enforced_.assign(to - from, false);
  const std::shared_ptr<const DecisionSnapshot> decisions =
      context_.response == nullptr ? std::make_shared<const DecisionSnapshot>()
                                   : context_.response->book().active();
  EnforcedEvents enforced(
      *decisions, context_.response == nullptr ? Span() : context_.response->book().wall_offset());
  for (std::size_t i = from; i < to; ++i) {
    decoder_.decode_next(records, i, *events);
    enricher_.enrich_last(*events);
    enforced_[i - from] = enforced.tag_last(*events);
  }
  return events;
}

MatchedBatch EventWork::run(std::shared_ptr<const RecordBatch> batch, std::size_t from,
                            std::size_t to, std::shared_ptr<const CompiledRules> rules) {
  if (rules_ != rules) {
    rules_ = rules;
    matcher_ = make_matcher(rules, context_.fields, context_.datasets, context_.metrics);
  }
  MatchedBatch matched;
  matched.begin = seq_plus(batch->first_seq(), from);
  matched.end = seq_plus(batch->first_seq(), to);
  const std::shared_ptr<EventBatch> events = decode(std::move(batch), from, to);
  count_undecoded(*events);
  matcher_->match(*events, matched.hits);
  drop_feedback(*events, *rules->rule_set(), matched.hits);
  remember_logins(*events);
  matched.events = events;
  matched.rules = rules->rule_set();
  return matched;
}

void EventWork::drop_feedback(const EventBatch& events, const RuleSet& rules,
                              std::vector<RuleHit>& hits) {
  enforced_seen_.add(static_cast<std::uint64_t>(std::ranges::count(enforced_, true)));
  std::erase_if(hits, [&](const RuleHit& hit) {
    const sigma::Logsource& logsource = rules.rules()[hit.rule].logsource;
    const bool of_audit = logsource.product == "tocsin" && logsource.service == "audit";
    return enforced_[hit.event] || of_audit != (events.origin(hit.event).source == kAuditDataset);
  });
}

void EventWork::remember_logins(const EventBatch& events) {
  if (context_.response == nullptr) {
    return;
  }
  logins_.clear();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (const std::optional<LoginSeen> seen = login_in(events, i); seen && !enforced_[i]) {
      logins_.push_back(*seen);
    }
  }
  context_.response->logins().note(logins_);
}

void EventWork::count_undecoded(const EventBatch& events) {
  std::vector<std::uint64_t> by_origin(events.records().origins().size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events.head(i).dataset == undecoded_) {
      ++by_origin[events.records().origin_index(events.head(i).record)];
    }
  }
  for (std::size_t origin = 0; origin < by_origin.size(); ++origin) {
    if (by_origin[origin] > 0) {
      context_.undecoded.add(events.records().origins()[origin].source, by_origin[origin]);
    }
  }
}

DecodeOptions decode_options_of(const Settings& settings, const Origin& origin) {
  DecodeOptions options;
  options.log_in_paths = settings.decode.login_paths;
  if (origin.source == kAuditDataset) {
    options.format = "json";
    options.dataset = origin.hint == kReadsDataset ? kReadsDataset : kAuditDataset;
    return options;
  }
  for (const SourceSettings& source : settings.sources) {
    if (!source_covers(source, origin.source)) {
      continue;
    }
    options.format = source.format;
    options.dataset = source.dataset;
    options.utc_offset_minutes = static_cast<int>(source.zone_offset_minutes.value_or(0));
    break;
  }
  return options;
}

}  // namespace tocsin
