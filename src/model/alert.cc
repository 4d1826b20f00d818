#include "model/alert.h"

namespace tocsin {

std::string_view alert_state_name(AlertState state) {
  switch (state) {
    case AlertState::kNew:
      return "new";
    case AlertState::kAcknowledged:
      return "acknowledged";
    case AlertState::kClosed:
      return "closed";
  }
  return "new";
}

std::string_view alert_verdict_name(AlertVerdict verdict) {
  switch (verdict) {
    case AlertVerdict::kNone:
      return "none";
    case AlertVerdict::kTruePositive:
      return "true_positive";
    case AlertVerdict::kBenign:
      return "benign";
    case AlertVerdict::kFalsePositive:
      return "false_positive";
  }
  return "none";
}

}  // namespace tocsin
