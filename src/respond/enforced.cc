#include "respond/enforced.h"

#include <algorithm>
#include <optional>

#include "model/ecs_fields.h"

namespace tocsin {
namespace {

// Enforcers learn of a decision a moment after it was taken, and of its end a moment later too.
constexpr Span kGrace = span_s(2);

bool gives(DecisionKind kind, std::int64_t status) {
  switch (kind) {
    case DecisionKind::kBlock:
      return status == 403 || status == 444;
    case DecisionKind::kThrottle:
      return status == 429;
    case DecisionKind::kChallenge:
    case DecisionKind::kDisable:
      return status == 401 || status == 403;
    case DecisionKind::kRedirect:
      return (status >= 301 && status <= 303) || status == 307 || status == 308;
    case DecisionKind::kCustom:
      return false;
  }
  return false;
}

bool may_be_ours(std::int64_t status) {
  return status == 429 || status == 444 || status == 401 || status == 403 ||
         (status > 300 && status < 309);
}

}  // namespace

bool EnforcedEvents::tag_last(EventBatch& events) {
  if (decisions_.empty()) {
    return false;
  }
  const std::size_t event = events.size() - 1;
  const Value* status = events.find(event, fields::http_status);
  if (status == nullptr || status->kind() != ValueKind::kInt || !may_be_ours(status->as_int())) {
    return false;
  }
  const Micros at = events.head(event).time - wall_offset_;
  found_.clear();
  if (const auto address = parse_ip(events.text(event, fields::source_ip))) {
    decisions_.find(*address, at - kGrace, found_);
  }
  if (const std::string_view user = events.text(event, fields::user_name); !user.empty()) {
    decisions_.find(ScopeKind::kUser, user, at - kGrace, found_);
  }
  const bool ours = std::ranges::any_of(found_, [&](const PackedDecision* decision) {
    return decision->created() <= at && gives(decision->kind(), status->as_int());
  });
  if (ours) {
    events.add(fields::tocsin_enforced, Value::boolean(true));
  }
  return ours;
}

}  // namespace tocsin
