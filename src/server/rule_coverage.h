// RuleCoverage: which records each version of a rule has seen, provably: ranges of Seq, kept in the
// state database.
//
// A range is written only as far as the findings of its records are durable, so that after a crash
// it says too little, never too much; the replay sees those records again and the range grows back.
// saw() is one thread's; the rest is thread-safe. A set of rules is written once, by the hash of
// what is in it; kRangesMax ranges are kept, the oldest go first.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/services.h"
#include "base/mutex.h"
#include "detect/rule_set.h"
#include "model/seq_range.h"
#include "state/state_db.h"

namespace tocsin {

class RuleCoverage final : public CoverageDesk {
 public:
  static constexpr std::size_t kRangesMax = 10'000;

  static Result<std::unique_ptr<RuleCoverage>> open(StateDb& db);

  // These rules have been tried on these records.
  void saw(const std::shared_ptr<const RuleSet>& rules, SeqRange records) EXCLUDES(mutex_);
  // Makes durable what was seen below `told`: findings of records below are durable.
  Status keep(Seq told) EXCLUDES(mutex_);
  Result<std::vector<VersionCoverage>> of_rule(const std::string& rule_id) override
      EXCLUDES(mutex_);

 private:
  // One set of rules.
  struct Seen {
    std::vector<SeqRange> ranges;          // disjoint, ascending
    std::shared_ptr<const RuleSet> fresh;  // not in the database yet; else null
    bool changed = false;
  };

  explicit RuleCoverage(StateDb& db) : db_(db) {}
  Status load();
  static void add(std::vector<SeqRange>& ranges, SeqRange range);
  void forget_oldest() REQUIRES(mutex_);

  StateDb& db_;
  Mutex mutex_;
  std::map<std::string, Seen> seen_ GUARDED_BY(mutex_);  // by hash of the rules
  std::shared_ptr<const RuleSet> current_ GUARDED_BY(mutex_);
  std::string current_hash_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
