// Why there is a finding, in plain words for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/evaluator.h"
#include "detect/rule_set.h"
#include "detect/sigma/correlation.h"
#include "model/finding.h"

namespace tocsin {

// " from 203.0.113.7", " for user alice", " on host web1", " (url.path /login)".
std::string key_phrase(const std::vector<KeyPart>& key);
// One line of a value: control characters and broken UTF-8 replaced, cut at 120 bytes.
std::string excerpt(std::string_view value);

// "SQL injection in a request: url.query "id=1 UNION SELECT" from 203.0.113.7". The evaluator shows
// the event that fits the rule.
std::string rule_sentence(const Rule& rule, const std::vector<KeyPart>& key, Evaluator& evaluator,
                          const FieldCatalog& fields);

struct CorrelationFacts {
  double value = 0;          // what the condition is about
  std::uint64_t events = 0;  // of the whole episode
  Span length;               // from the first event to the last
  std::uint64_t inputs = 0;  // bit i: input i has an event in the window (temporal)
};
// "12 failed log-ins from 203.0.113.7 in 1m 10s (rule wants ≥ 10 in 5m)".
std::string correlation_sentence(const sigma::Correlation& correlation,
                                 const std::vector<KeyPart>& key, const CorrelationFacts& facts);

}  // namespace tocsin
