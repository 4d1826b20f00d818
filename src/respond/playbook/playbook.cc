#include "respond/playbook/playbook.h"

#include <algorithm>

namespace tocsin {

std::string_view step_kind_name(StepKind kind) {
  switch (kind) {
    case StepKind::kDecide:
      return "decide";
    case StepKind::kLift:
      return "lift";
    case StepKind::kNotify:
      return "notify";
    case StepKind::kAssign:
      return "assign";
    case StepKind::kApprove:
      return "approve";
    case StepKind::kWait:
      return "wait";
    case StepKind::kCollect:
      return "collect";
    case StepKind::kBranch:
      return "if";
    case StepKind::kEnd:
      return "end";
  }
  return "";
}

const PlaybookStep* Playbook::find(std::string_view step) const {
  const auto found = std::ranges::find(steps, step, &PlaybookStep::name);
  return found == steps.end() ? nullptr : &*found;
}

}  // namespace tocsin
