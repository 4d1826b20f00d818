#include "alert/triage.h"

#include "base/fail.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

Status check_text(std::string_view what, const std::optional<std::string>& text,
                  std::size_t bytes_max) {
  if (text && text->size() > bytes_max) {
    return fail(ErrorCode::kInvalid, "the {} has {} bytes, more than {}", what, text->size(),
                bytes_max);
  }
  if (text && !is_valid_utf8(*text)) {
    return fail(ErrorCode::kInvalid, "the {} is not valid UTF-8", what);
  }
  return {};
}

}  // namespace

Status check_patch(const AlertPatch& patch) {
  if (!patch.state && !patch.verdict && !patch.assignee && !patch.note) {
    return fail(ErrorCode::kInvalid, "nothing to change: give state, verdict, assignee or note");
  }
  if (patch.state && *patch.state != AlertState::kClosed && patch.verdict &&
      *patch.verdict != AlertVerdict::kNone) {
    return fail(ErrorCode::kInvalid, "only a closed alert has a verdict");
  }
  TRY(check_text("assignee", patch.assignee, kAlertAssigneeBytesMax));
  return check_text("note", patch.note, kAlertNoteBytesMax);
}

Result<std::vector<AlertChange>> apply_patch(Alert& alert, const AlertPatch& patch,
                                             const std::string& who, Micros now) {
  const AlertState state = patch.state.value_or(alert.state);
  AlertVerdict verdict = patch.verdict.value_or(alert.verdict);
  if (state != AlertState::kClosed) {
    if (patch.verdict && *patch.verdict != AlertVerdict::kNone) {
      return fail(ErrorCode::kInvalid, "alert {} is not closed: only a closed alert has a verdict",
                  alert.id);
    }
    verdict = AlertVerdict::kNone;
  } else if (verdict == AlertVerdict::kNone) {
    return fail(ErrorCode::kInvalid,
                "closing alert {} needs a verdict: true_positive, benign or false_positive",
                alert.id);
  }
  std::vector<AlertChange> changes;
  const auto note_change = [&](std::string_view what, std::string_view from, std::string_view to) {
    if (from != to) {
      changes.push_back({.alert_id = alert.id,
                         .at = now,
                         .who = who,
                         .what = std::string(what),
                         .from = std::string(from),
                         .to = std::string(to)});
    }
  };
  note_change("state", alert_state_name(alert.state), alert_state_name(state));
  note_change("verdict", alert_verdict_name(alert.verdict), alert_verdict_name(verdict));
  note_change("assignee", alert.assignee, patch.assignee.value_or(alert.assignee));
  note_change("note", alert.note, patch.note.value_or(alert.note));
  alert.state = state;
  alert.verdict = verdict;
  alert.assignee = patch.assignee.value_or(alert.assignee);
  alert.note = patch.note.value_or(alert.note);
  if (!changes.empty()) {
    alert.updated = now;
  }
  return changes;
}

std::optional<AlertState> parse_alert_state(std::string_view word) {
  for (const AlertState state :
       {AlertState::kNew, AlertState::kAcknowledged, AlertState::kClosed}) {
    if (word == alert_state_name(state)) {
      return state;
    }
  }
  return std::nullopt;
}

std::optional<AlertVerdict> parse_alert_verdict(std::string_view word) {
  for (const AlertVerdict verdict : {AlertVerdict::kNone, AlertVerdict::kTruePositive,
                                     AlertVerdict::kBenign, AlertVerdict::kFalsePositive}) {
    if (word == alert_verdict_name(verdict)) {
      return verdict;
    }
  }
  return std::nullopt;
}

}  // namespace tocsin
