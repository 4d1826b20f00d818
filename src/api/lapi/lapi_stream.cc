#include "api/lapi/lapi_stream.h"

#include <algorithm>
#include <vector>

#include "api/lapi/lapi_words.h"
#include "http/content_coding.h"

namespace tocsin {
namespace {

void write_active(JsonWriter& json, const PackedDecision& decision, Micros now, Span wall_offset) {
  write_lapi_decision(json, decision, decision.until() - now, decision.until() + wall_offset);
}

bool still_stands(const DecisionSnapshot& snapshot, const PackedDecision& decision, Micros now) {
  const DecisionTarget target{decision.scope(), decision.value(), decision.network()};
  const PackedDecision* other = snapshot.exact(target, decision.kind(), decision.context().custom);
  return other != nullptr && other->until() > now;
}

}  // namespace

bool LapiStream::is_fresh(const Listing& listing, std::uint64_t cursor) const {
  return listing.plain != nullptr && listing.cursor == cursor &&
         clock_.since_boot().value - listing.made.value < kFreshMax.value;
}

LapiStream::Listing LapiStream::make(const DecisionSnapshot& snapshot,
                                     const LapiFilter& filter) const {
  const Micros now = book_.now();
  const Span offset = book_.wall_offset();
  Listing listing;
  listing.cursor = snapshot.cursor();
  listing.made = clock_.since_boot();
  listing.through = snapshot.highest_id();
  JsonWriter json;
  json.begin_object().key("new").begin_array();
  snapshot.for_each([&](const PackedDecision& decision) {
    if (decision.until() > now && filter.passes(decision)) {
      write_active(json, decision, now, offset);
    }
  });
  json.end_array().key("deleted").begin_array().end_array().end_object();
  listing.plain = std::make_shared<const std::string>(json.take());
  return listing;
}

StreamBody LapiStream::listing(const LapiFilter& filter, BodyCoding coding) {
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const MutexLock lock(mutex_);
  Listing& kept = listings_[stream_filter_text(filter)];
  if (!is_fresh(kept, snapshot->cursor())) {
    kept = make(*snapshot, filter);
  }
  if (coding == BodyCoding::kGzip && kept.gzip == nullptr) {
    kept.gzip = std::make_shared<const std::string>(gzip_encode(*kept.plain));
  }
  const bool gzip = coding == BodyCoding::kGzip;
  StreamBody body{gzip ? kept.gzip : kept.plain, gzip, kept.cursor, kept.through};
  if (listings_.size() > kKept) {
    const auto oldest =
        std::ranges::min_element(listings_, {}, [](const auto& each) { return each.second.made; });
    listings_.erase(oldest);
  }
  return body;
}

std::optional<StreamBody> LapiStream::changes(const LapiFilter& filter, std::uint64_t cursor) {
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const Micros now = book_.now();
  std::vector<Ref<PackedDecision>> added;
  std::vector<DecisionChange> lifted;
  std::uint64_t at = cursor;
  while (at < snapshot->cursor()) {
    std::optional<DecisionChanges> some = book_.changes_since(at);
    if (!some) {
      return std::nullopt;
    }
    if (some->changes.empty()) {
      break;
    }
    for (DecisionChange& change : some->changes) {
      if (!filter.passes(*change.decision)) {
        continue;
      }
      if (change.added) {
        added.push_back(change.decision);
      } else if (!still_stands(*snapshot, *change.decision, now)) {
        lifted.push_back(std::move(change));
      }
    }
    at = some->cursor;
  }
  if (at > snapshot->cursor() && at == cursor) {
    return std::nullopt;  // from another run
  }
  StreamBody body;
  body.cursor = at;
  body.through = snapshot->highest_id();
  JsonWriter json;
  json.begin_object().key("new").begin_array();
  for (const Ref<PackedDecision>& decision : added) {
    if (snapshot->by_id(decision->id()) != nullptr && decision->until() > now) {
      write_active(json, *decision, now, book_.wall_offset());
    }
  }
  json.end_array().key("deleted").begin_array();
  for (const DecisionChange& change : lifted) {
    const Micros ended = std::min(change.at, change.decision->until());
    write_lapi_decision(json, *change.decision, Span((ended - now).value - kMicrosPerSecond),
                        ended + book_.wall_offset());
  }
  json.end_array().end_object();
  body.bytes = std::make_shared<const std::string>(json.take());
  return body;
}

Result<StreamBody> LapiStream::renewal(const LapiFilter& filter) {
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const Micros now = book_.now();
  TRY_ASSIGN(const std::vector<LiftedDecision> lifted,
             book_.lifted_since(now - kLiftedWithin, kLiftedMax));
  StreamBody body;
  body.cursor = snapshot->cursor();
  body.through = snapshot->highest_id();
  JsonWriter json;
  json.begin_object().key("new").begin_array();
  snapshot->for_each([&](const PackedDecision& decision) {
    if (decision.until() > now && filter.passes(decision)) {
      write_active(json, decision, now, book_.wall_offset());
    }
  });
  json.end_array().key("deleted").begin_array();
  for (const LiftedDecision& each : lifted) {
    auto context = std::make_shared<DecisionContext>();
    context->custom = each.decision.custom;
    context->origin = each.decision.origin;
    context->rule_title = each.decision.rule_title;
    const Ref<PackedDecision> packed = PackedDecision::make(each.decision, context, 0);
    if (filter.passes(*packed) && !still_stands(*snapshot, *packed, now)) {
      write_lapi_decision(json, *packed, Span((each.lifted - now).value - kMicrosPerSecond),
                          each.lifted + book_.wall_offset());
    }
  }
  json.end_array().end_object();
  body.bytes = std::make_shared<const std::string>(json.take());
  return body;
}

void LapiStream::drop_stale() {
  const Span now = clock_.since_boot();
  const MutexLock lock(mutex_);
  std::erase_if(listings_, [&](const auto& each) {
    return now.value - each.second.made.value >= kFreshMax.value;
  });
}

}  // namespace tocsin
