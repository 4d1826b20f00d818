// What api/ needs of whoever runs the server, and no module below gives: the rules in force and the
// state of the whole. server/ implements them. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "detect/compiled_rules.h"
#include "detect/rule_set.h"

namespace tocsin {

struct RulesInForce {
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const LoadReport> report;
  Micros loaded;
};

// Rules of a text that somebody tries out; what they refer to may be in force.
struct TrialRules {
  std::shared_ptr<const CompiledRules> rules;
  LoadReport report;
};
// RuleInfo::file of the rules that are tried out.
inline constexpr std::string_view kTrialFile = "rule.yml";

class RuleDesk {
 public:
  virtual ~RuleDesk() = default;
  virtual RulesInForce current() = 0;
  // The same rules as the stream's matchers use them.
  virtual std::shared_ptr<const CompiledRules> compiled() = 0;
  // Loads the text, with the rules in force beside it if it refers to them. Changes nothing.
  virtual Result<TrialRules> try_out(std::string_view text) = 0;
  // Reads the rules again; on an error the old ones stay in force.
  virtual Status reload() = 0;
};

struct VitalSigns {
  bool accepting = true;              // records are taken
  std::vector<std::string> problems;  // what is wrong, in plain words; empty: healthy
  Micros started;
  Seq decoded_end;                    // every record below is matched against the rules,
  Seq indexed_end;                    // … searchable,
  Seq alerted_end;                    // … folded into alerts
  std::uint64_t disk_free_bytes = 0;  // where the data is
};

class Vitals {
 public:
  virtual ~Vitals() = default;
  virtual VitalSigns signs() = 0;
  // Records of that source that no format recognised.
  virtual std::uint64_t undecoded(std::string_view source) = 0;
};

}  // namespace tocsin
