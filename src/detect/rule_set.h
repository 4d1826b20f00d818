// RuleSet: all rules of one load, compiled, immutable; shared as std::shared_ptr<const RuleSet>.
//
// Loading never fails as a whole: each document that cannot be used is refused with its place and
// reason in the LoadReport, and the rest works. Rules are tested by a Matcher (matcher.h), and what
// their hits mean is the Correlator's work (correlate/correlator.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/monitor.h"
#include "detect/taxonomy.h"
#include "model/catalog.h"
#include "model/finding.h"

namespace tocsin {

struct LoadIssue {
  std::string file;
  int line = 0;
  int column = 0;
  std::string reason;
  bool refused = true;  // or a warning about something that was loaded
};

struct LoadReport {
  std::size_t loaded = 0;  // rules, correlations, monitors and filters
  std::size_t refused = 0;
  std::vector<LoadIssue> issues;
};

// Name → values that a rule's %name% stands for (modifier `expand`); a value may have wildcards.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;
// YAML: a map from name to a value or a list of values.
Result<Placeholders> parse_placeholders(const RuleSource& source);

struct Rule {
  std::shared_ptr<const RuleInfo> info;
  std::string meaning;  // equal: the rule matches the same (its text, filters, placeholders)
  std::string name;     // Sigma's `name`, for references
  sigma::Logsource logsource;
  sigma::Detection detection;
  std::vector<sigma::NamedField> group_by;  // `tocsin: {group-by: …}`; empty: the default key
  std::string noun;                         // `tocsin: {noun: …}`: "failed log-ins"; or empty
  bool silent = false;                      // only feeds correlations or a monitor
};

// One way for an event to belong to a logsource (from the taxonomy).
struct CoveredSource {
  sigma::Logsource logsource;
  sigma::Detection when;
};

class RuleSet {
 public:
  static constexpr std::size_t kRulesMax = 50'000;
  static constexpr std::size_t kIssuesMax = 10'000;  // kept in a report

  static std::shared_ptr<const RuleSet> load(const std::vector<RuleSource>& sources,
                                             const Taxonomy& taxonomy, FieldCatalog& fields,
                                             const Placeholders& placeholders, LoadReport& report);

  const std::vector<Rule>& rules() const { return rules_; }
  // Referenced correlations come before those that refer to them.
  const std::vector<sigma::Correlation>& correlations() const { return correlations_; }
  const std::vector<sigma::Monitor>& monitors() const { return monitors_; }
  const std::vector<CoveredSource>& covered_sources() const { return covered_sources_; }
  // Fields whose values decide to which logsources an event belongs.
  const std::vector<FieldId>& gate_fields() const { return gate_fields_; }
  // How far back the stream must be replayed to rebuild all windows; zero without correlations.
  Span max_timespan() const;

 private:
  friend class RuleSetLoader;

  std::vector<Rule> rules_;
  std::vector<sigma::Correlation> correlations_;
  std::vector<sigma::Monitor> monitors_;
  std::vector<CoveredSource> covered_sources_;
  std::vector<FieldId> gate_fields_;
};

}  // namespace tocsin
