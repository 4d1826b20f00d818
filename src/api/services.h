// What api/ needs of whoever runs the server, and no module below gives: the rules in force and the
// state of the whole. server/ implements them. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "detect/compiled_rules.h"
#include "detect/rule_set.h"
#include "model/seq_range.h"

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

// RuleInfo::file of a rule that people wrote in the console begins with it.
inline constexpr std::string_view kOwnRulePrefix = "own:";

struct RuleText {
  std::string file;  // as in RuleInfo
  std::string text;  // of the whole file: a correlation stands with its rules
  bool own = false;
};

class RuleDesk {
 public:
  virtual ~RuleDesk() = default;
  virtual RulesInForce current() = 0;
  // The same rules as the stream's matchers use them.
  virtual std::shared_ptr<const CompiledRules> compiled() = 0;
  // Loads the text, with the rules in force beside it if it refers to them. Changes nothing.
  virtual Result<TrialRules> try_out(std::string_view text) = 0;
  // kNotFound when no rule in force has that id.
  virtual Result<RuleText> text_of(const std::string& id) = 0;
  // Keeps the text as a rule of one's own, which stands for a shipped one of the same id, and loads
  // the rules again. With a report that refuses something of the text nothing was changed. kInvalid
  // when the text holds no rule with that id; kTooLarge.
  virtual Result<LoadReport> save_own(const std::string& id, std::string_view text) = 0;
  // kNotFound; kConflict when it is not one's own.
  virtual Status remove_own(const std::string& id) = 0;
  // Reads the rules again; on an error the old ones stay in force.
  virtual Status reload() = 0;
};

// The records that one version of a rule has been tried on: disjoint, ascending.
struct VersionCoverage {
  std::string version;
  std::vector<SeqRange> ranges;
};

class CoverageDesk {
 public:
  virtual ~CoverageDesk() = default;
  // Oldest version first; empty when no such rule has seen anything.
  virtual Result<std::vector<VersionCoverage>> of_rule(const std::string& rule_id) = 0;
};

// Looking for the new entries of a threat list in what is stored.
struct RetroProgress {
  bool waiting = false;
  bool running = false;
  std::uint64_t entries = 0;  // that were new
  std::uint64_t parts_done = 0;
  std::uint64_t parts = 0;
  std::uint64_t findings = 0;
  std::uint64_t left_out = 0;  // seen, but past the limit of findings
  Micros finished{0};          // 0: never
  std::string error = {};
};

struct ThreatListStatus {
  std::string name;
  std::string origin;    // file, url, taxii, misp
  std::string location;  // without user names and passwords
  std::string format;
  std::vector<std::pair<std::string, std::uint64_t>> entries;  // by kind
  std::uint64_t memory_bytes = 0;
  std::uint64_t bad_entries = 0;
  std::vector<std::string> bad_samples;  // "12: \"x\" is no address …"
  std::uint64_t unsure_entries = 0;      // left out for their low confidence
  bool refreshing = false;
  Micros fetched{0};           // the last fetch that went well; 0: none
  Micros attempted{0};         // the last fetch; 0: none
  Micros next{0};              // 0: unknown
  std::uint64_t failures = 0;  // fetches that failed since one went well
  std::string error;           // of the last fetch, empty when it went well
  RetroProgress retro;
};

struct ThreatLookup {
  std::string list;
  std::string kind;
  std::string indicator;  // the entry that covers the value
  std::uint64_t confidence = 0;
  std::optional<Micros> from;
  std::optional<Micros> until;
  bool valid = false;  // now
  std::string label;
  std::string reference;
};

class ThreatListDesk {
 public:
  virtual ~ThreatListDesk() = default;
  virtual std::vector<ThreatListStatus> lists() = 0;
  // The list is fetched soon; kNotFound when there is none of that name.
  virtual Status refresh(const std::string& name) = 0;
  // kInvalid when the value is nothing that a list may have.
  virtual Result<std::vector<ThreatLookup>> lookup(std::string_view value) = 0;
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

// Where an address is and whose it is, from the tables in force.
class AddressFacts {
 public:
  struct Facts {
    std::string country;  // "DE"; empty: not known
    std::string owner;    // "AS64500"; empty: not known
  };
  virtual ~AddressFacts() = default;
  virtual Facts of(const IpAddress& address) = 0;
};

}  // namespace tocsin
