// What api/ needs of whoever runs the server, and no module below gives: the rules in force and the
// state of the whole. server/ implements them. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "detect/rule_set.h"

namespace tocsin {

struct RulesInForce {
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const LoadReport> report;
  Micros loaded;
};

class RuleDesk {
 public:
  virtual ~RuleDesk() = default;
  virtual RulesInForce current() = 0;
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
