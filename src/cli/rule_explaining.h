// `tocsin rules explain`: for log lines and one rule, each condition with its verdict and what it
// saw. A correlation is explained by the rules that it counts.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/event_maker.h"
#include "cli/exit_code.h"
#include "cli/rule_loading.h"

namespace tocsin {

struct ExplainArguments {
  RuleChoice rules;
  std::string rule;  // id, name or title
  std::string file;
  EventMakerOptions decode;
  std::uint64_t lines_max = 10;
  bool json = false;
};

// Sets kFound when a line matches.
Status explain_lines(const ExplainArguments& arguments, ExitCode& exit_code);

}  // namespace tocsin
