// DemoManifest: what a monitor must find in the demo's day and whom it must leave alone. A value.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace tocsin {

struct ExpectedAlert {
  std::string attack;
  std::string rule;   // title of a shipped rule
  std::string field;  // one part of the alert's key; empty: the rule has no key
  std::string value;
  Micros first;  // when the attack begins
};

struct DemoManifest {
  std::uint64_t seed = 0;
  std::vector<ExpectedAlert> expected;
  std::vector<std::string> innocent_addresses;
  std::vector<std::string> innocent_users;
};

// {"seed":…,"expected":[{"attack","rule","key":{field:value},"first"}],
//  "innocents":{"source.ip":[…],"user.name":[…]}}
std::string manifest_json(const DemoManifest& manifest);

}  // namespace tocsin
