#include "server/rule_coverage.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{1,
              "which records each version of a rule has seen",
              {"CREATE TABLE rule_set_members (rule_set TEXT NOT NULL, rule_id TEXT NOT NULL, "
               "version TEXT NOT NULL, PRIMARY KEY (rule_set, rule_id))",
               "CREATE INDEX rule_set_members_by_rule ON rule_set_members (rule_id)",
               "CREATE TABLE rule_set_ranges (rule_set TEXT NOT NULL, begin_seq BIGINT NOT NULL, "
               "end_seq BIGINT NOT NULL, PRIMARY KEY (rule_set, begin_seq))"}},
};

template <class Visit>
void for_each_rule(const RuleSet& rules, Visit visit) {
  for (const Rule& rule : rules.rules()) {
    visit(*rule.info);
  }
  for (const sigma::Correlation& correlation : rules.correlations()) {
    visit(*correlation.info);
  }
}

std::string hash_of(const RuleSet& rules) {
  std::string text;
  for_each_rule(rules, [&text](const RuleInfo& info) {
    text += fmt::format("{}:{} {}\n", info.id.size(), info.id, info.version);
  });
  return hex_encode(digest_view(sha256(text))).substr(0, 32);
}

}  // namespace

Result<std::unique_ptr<RuleCoverage>> RuleCoverage::open(StateDb& db) {
  TRY(db.migrate("rule_coverage", kMigrations));
  std::unique_ptr<RuleCoverage> coverage(new RuleCoverage(db));
  TRY(coverage->load());
  return coverage;
}

Status RuleCoverage::load() {
  MutexLock lock(mutex_);
  return db_.read("reading what rules have seen", [this](soci::session& sql) -> Status {
    std::string hash;
    long long begin = 0;
    long long end = 0;
    soci::statement rows =
        (sql.prepare << "SELECT rule_set, begin_seq, end_seq FROM rule_set_ranges "
                        "ORDER BY begin_seq",
         soci::into(hash), soci::into(begin), soci::into(end));
    rows.execute();
    while (rows.fetch()) {
      if (begin >= 0 && end > begin) {
        add(seen_[hash].ranges,
            {Seq(static_cast<std::uint64_t>(begin)), Seq(static_cast<std::uint64_t>(end))});
      }
    }
    return {};
  });
}

// Ranges that touch become one.
void RuleCoverage::add(std::vector<SeqRange>& ranges, SeqRange range) {
  std::vector<SeqRange> out;
  for (const SeqRange& each : ranges) {
    if (each.end < range.begin) {
      out.push_back(each);
    } else if (range.end < each.begin) {
      out.push_back(range);
      range = each;
    } else {
      range = {std::min(range.begin, each.begin), std::max(range.end, each.end)};
    }
  }
  out.push_back(range);
  ranges = std::move(out);
}

void RuleCoverage::saw(const std::shared_ptr<const RuleSet>& rules, SeqRange records) {
  MutexLock lock(mutex_);
  if (rules != current_) {
    current_ = rules;
    current_hash_ = hash_of(*rules);
    if (!seen_.contains(current_hash_)) {
      seen_[current_hash_].fresh = rules;
    }
  }
  Seen& seen = seen_[current_hash_];
  if (!seen.ranges.empty() && seen.ranges.back().end == records.begin) {
    seen.ranges.back().end = records.end;
  } else {
    add(seen.ranges, records);
  }
  seen.changed = true;
}

Status RuleCoverage::keep(Seq told) {
  MutexLock lock(mutex_);
  forget_oldest();
  return db_.write("keeping what rules have seen", [&](soci::session& sql) -> Status {
    for (auto& [hash, seen] : seen_) {
      if (seen.fresh != nullptr) {
        std::string id;
        std::string version;
        soci::statement insert =
            (sql.prepare << "INSERT INTO rule_set_members (rule_set, rule_id, version) "
                            "VALUES (:s, :r, :v)",
             soci::use(hash), soci::use(id), soci::use(version));
        for_each_rule(*seen.fresh, [&](const RuleInfo& info) {
          id = info.id;
          version = info.version;
          insert.execute(true);
        });
      }
      if (!seen.changed) {
        continue;
      }
      sql << "DELETE FROM rule_set_ranges WHERE rule_set = :s", soci::use(hash);
      for (const SeqRange& range : seen.ranges) {
        const auto begin = static_cast<long long>(range.begin.value);
        const auto end = static_cast<long long>(std::min(range.end, told).value);
        if (end > begin) {
          sql << "INSERT INTO rule_set_ranges (rule_set, begin_seq, end_seq) VALUES (:s, :b, :e)",
              soci::use(hash), soci::use(begin), soci::use(end);
        }
      }
    }
    for (auto& [hash, seen] : seen_) {
      seen.fresh.reset();
      seen.changed = !seen.ranges.empty() && seen.ranges.back().end > told;
    }
    return {};
  });
}

// A person who reloads all day long fills no disk.
void RuleCoverage::forget_oldest() {
  std::size_t ranges = 0;
  for (const auto& [hash, seen] : seen_) {
    ranges += seen.ranges.size();
  }
  for (; ranges > kRangesMax; --ranges) {
    const auto oldest = std::ranges::min_element(seen_, {}, [](const auto& each) {
      const std::vector<SeqRange>& of_set = each.second.ranges;
      return of_set.empty() ? Seq(UINT64_MAX) : of_set.front().begin;
    });
    oldest->second.ranges.erase(oldest->second.ranges.begin());
    oldest->second.changed = true;
  }
}

Result<std::vector<VersionCoverage>> RuleCoverage::of_rule(const std::string& rule_id) {
  MutexLock lock(mutex_);
  std::map<std::string, std::vector<SeqRange>> by_version;
  const auto add_set = [&](const std::string& hash, const std::string& version) REQUIRES(mutex_) {
    const auto seen = seen_.find(hash);
    if (seen == seen_.end()) {
      return;
    }
    for (const SeqRange& range : seen->second.ranges) {
      add(by_version[version], range);
    }
  };
  TRY(db_.read("reading what a rule has seen", [&](soci::session& sql) REQUIRES(mutex_) -> Status {
    std::string hash;
    std::string version;
    soci::statement rows =
        (sql.prepare << "SELECT rule_set, version FROM rule_set_members WHERE rule_id = :r",
         soci::use(rule_id), soci::into(hash), soci::into(version));
    rows.execute();
    while (rows.fetch()) {
      add_set(hash, version);
    }
    return {};
  }));
  for (const auto& [hash, seen] : seen_) {
    if (seen.fresh != nullptr) {
      for_each_rule(*seen.fresh, [&](const RuleInfo& info) {
        if (info.id == rule_id) {
          add_set(hash, info.version);
        }
      });
    }
  }
  std::vector<VersionCoverage> versions;
  for (auto& [version, ranges] : by_version) {
    versions.push_back({version, std::move(ranges)});
  }
  std::ranges::sort(versions, {}, [](const VersionCoverage& each) {
    return each.ranges.empty() ? Seq() : each.ranges.back().end;
  });
  return versions;
}

}  // namespace tocsin
