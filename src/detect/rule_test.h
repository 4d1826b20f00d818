// Rule tests: shipped and users' rules are tested content.
//
// A rule folder has rule.yml (one or more documents), must_fire.jsonl and must_not_fire.jsonl. Each
// line of those is either {"raw": "a log line as written", "source": "format hint", "received":
// "2026-11-23T14:00:00Z"} or an event as JSON. A file is a stream; an empty line begins the next,
// separate stream. must_fire: every stream gives at least one finding of a rule of this folder, or
// exactly N findings when the stream's first line is {"expect": N}. must_not_fire: none.
// A stream may tell which rule: {"expect": 1, "rule": "Title or id"}.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/event.h"
#include "obs/metrics.h"
#include "sys/file_system.h"

namespace tocsin {

// What the runner needs from outside: bytes → events (decode and enrich). One thread.
using DecodeBatch =
    std::function<std::shared_ptr<EventBatch>(std::shared_ptr<const RecordBatch> records)>;

struct RuleTestFailure {
  std::string file;
  int line = 0;  // where the stream begins
  std::string reason;
};

struct RuleTestResult {
  std::string folder;
  std::vector<std::string> rules;  // titles of the rules that are not silent
  std::size_t streams = 0;
  std::size_t events = 0;
  std::vector<RuleTestFailure> failures;
  bool passed() const { return failures.empty(); }
};

struct RuleTestSetup {
  const Taxonomy& taxonomy;
  const Placeholders& placeholders;
  FieldCatalog& fields;
  DatasetCatalog& datasets;
  Metrics& metrics;
  DecodeBatch decode;
  Micros now;  // time received of lines that name none
};

// Every folder below `path` that has a rule.yml, by name. An error only when `path` cannot be read.
Result<std::vector<RuleTestResult>> test_rules(FileSystem& files, const std::string& path,
                                               const RuleTestSetup& setup);
// One folder.
RuleTestResult test_rule_folder(FileSystem& files, const std::string& folder,
                                const RuleTestSetup& setup);

// Every *.yml / *.yaml file below `path` (or the file itself), sorted, except test samples and
// folders named "taxonomy".
Result<std::vector<RuleSource>> read_rule_sources(FileSystem& files, const std::string& path);

}  // namespace tocsin
