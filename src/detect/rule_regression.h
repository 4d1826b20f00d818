// Regression tests in SigmaHQ's convention: an info.yml beside samples names rules and how often
// each must match.
//
// Each test of info.yml has a `path`. Of samples in Windows' own format (.evtx) the JSON of the
// same name beside it is read: one object or several, one after the other. Other files are read
// line by line. A `match_count` must be met exactly; without one, at least once. Source: the
// convention in https://github.com/SigmaHQ/sigma-specification
// (sigmahq/sigmahq-regression-convention.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detect/compiled_rules.h"
#include "detect/rule_test.h"

namespace tocsin {

struct RegressionSetup {
  std::shared_ptr<const CompiledRules> rules;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  Metrics& metrics;
  DecodeBatch decode;
  Micros now;  // time received
};

// Every info.yml below `path`, by name; a result each. An error only when `path` cannot be read.
Result<std::vector<RuleTestResult>> run_regressions(FileSystem& files, const std::string& path,
                                                    const RegressionSetup& setup);

}  // namespace tocsin
