#include "backtest/logsource_census.h"

#include <algorithm>
#include <map>

#include "backtest/necessary_filter.h"

namespace tocsin {

Result<Census> take_census(const RuleSet& rules, const FieldCatalog& fields, EventStore& events,
                           const SeqScan& period, const Cancel& cancel) {
  std::map<std::string, std::pair<const sigma::Logsource*, std::uint64_t>> wanted;
  for (const Rule& rule : rules.rules()) {
    auto& [logsource, count] = wanted[logsource_text(rule.logsource)];
    logsource = &rule.logsource;
    ++count;
  }
  Census census;
  SeqScan scan = period;
  scan.condition = std::make_shared<Expr>();
  TRY_ASSIGN(census.events, count_seqs(events, scan, cancel));
  for (const auto& [text, rule_count] : wanted) {
    const NecessaryFilter filter = logsource_filter(rules, *rule_count.first, fields);
    LogsourceCount counted{text.empty() ? "any" : text, rule_count.second, 0, filter.exact};
    scan.condition = filter.condition;
    TRY_ASSIGN(counted.events, count_seqs(events, scan, cancel));
    census.logsources.push_back(std::move(counted));
  }
  std::ranges::stable_sort(census.logsources, [](const auto& a, const auto& b) {
    return std::pair(b.events, b.rules) < std::pair(a.events, a.rules);
  });
  return census;
}

}  // namespace tocsin
