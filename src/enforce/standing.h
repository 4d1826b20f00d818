// StandingDecisions: what an enforcer applies at this moment, kept from the batches of the feed.
//
// A full listing becomes the difference to what stands, so that a restart of the server or a lost
// connection changes nothing that need not change. Bounded: past `decisions_max` further ones are
// refused by id. Time is the monotonic clock's. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "enforce/feed.h"

namespace tocsin {

struct Standing {
  EnforcedDecision decision;
  Span ends;  // since boot
};

// In the order in which to carry it out: `removed` first.
struct StandingChange {
  std::vector<Standing> removed;
  std::vector<Standing> added;
  std::vector<FailedDecision> refused;
  bool empty() const { return removed.empty() && added.empty(); }
};

class StandingDecisions {
 public:
  using Covers = std::function<bool(const EnforcedDecision&)>;

  // Only what `covers` says is kept.
  StandingDecisions(Covers covers, std::size_t decisions_max)
      : covers_(std::move(covers)), decisions_max_(decisions_max) {}

  // The pages of a full listing add at once; what none of them named is removed with the last.
  StandingChange take(FeedBatch batch, Span now);
  // What has ended by itself.
  StandingChange expire(Span now);

  // How long until the next one ends; nothing when none stands.
  std::optional<Span> next_end(Span now) const;

  std::size_t size() const { return by_id_.size(); }
  const std::unordered_map<std::uint64_t, Standing>& all() const { return by_id_; }
  const Standing* find(std::uint64_t id) const;

 private:
  void add(EnforcedDecision decision, Span now, StandingChange& change);
  void remove(std::uint64_t id, StandingChange& change);

  const Covers covers_;
  const std::size_t decisions_max_;
  std::unordered_map<std::uint64_t, Standing> by_id_;
  std::multimap<Span, std::uint64_t> by_end_;
  std::unordered_set<std::uint64_t> listed_;  // by the pages of a full listing so far
};

}  // namespace tocsin
