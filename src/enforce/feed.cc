#include "enforce/feed.h"

#include <simdjson.h>

#include "base/fail.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

using simdjson::dom::element;

Error bad(std::string_view what) {
  return fail(ErrorCode::kInvalid, "the feed's answer cannot be read: {}", what);
}

std::string text_of(element object, std::string_view name) {
  std::string_view value;
  return object[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

Result<EnforcedDecision> read_decision(element object) {
  EnforcedDecision decision;
  std::int64_t left_ms = 0;
  if (object["id"].get(decision.id) != simdjson::SUCCESS ||
      object["left_ms"].get(left_ms) != simdjson::SUCCESS) {
    return bad("a decision without id or left_ms");
  }
  const std::string kind = text_of(object, "kind");
  const std::string scope = text_of(object, "scope");
  const auto known_kind = parse_decision_kind(kind);
  const auto known_scope = parse_scope_kind(scope);
  if (!known_kind || !known_scope) {
    return bad(fmt::format("decision {} is a \"{}\" of a \"{}\"", decision.id, kind, scope));
  }
  decision.kind = *known_kind;
  TRY_ASSIGN(DecisionTarget target, canonical_target(*known_scope, text_of(object, "value")));
  decision.scope = target.scope;
  decision.value = std::move(target.value);
  decision.network = target.network;
  decision.left = span_ms(std::max<std::int64_t>(0, left_ms));
  decision.until = parse_iso_time(text_of(object, "until")).value_or(Micros(0));
  decision.custom = text_of(object, "custom");
  decision.reason = text_of(object, "reason");
  decision.rule = text_of(object, "rule");
  decision.origin = text_of(object, "origin");
  decision.redirect_to = text_of(object, "redirect_to");
  if (const std::string rate = text_of(object, "rate"); !rate.empty()) {
    decision.rate = parse_throttle_rate(rate);
  }
  return decision;
}

bool flag_of(element object, std::string_view name) {
  bool flag = false;
  return object[name].get(flag) == simdjson::SUCCESS && flag;
}

}  // namespace

Result<FeedBatch> parse_feed(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root); error) {
    return bad(simdjson::error_message(error));
  }
  simdjson::dom::array added;
  simdjson::dom::array removed;
  FeedBatch batch;
  batch.cursor = text_of(root, "cursor");
  if (batch.cursor.empty() || root["added"].get(added) != simdjson::SUCCESS ||
      root["removed"].get(removed) != simdjson::SUCCESS ||
      root["through"].get(batch.through) != simdjson::SUCCESS) {
    return bad("cursor, added, removed or through is missing");
  }
  if (added.size() > FeedBatch::kDecisionsMax || removed.size() > FeedBatch::kDecisionsMax) {
    return bad(fmt::format("{} added and {} removed at once", added.size(), removed.size()));
  }
  batch.full = flag_of(root, "full");
  batch.first_page = flag_of(root, "first_page");
  batch.more = flag_of(root, "more");
  batch.added.reserve(added.size());
  for (const element item : added) {
    TRY_ASSIGN(EnforcedDecision decision, read_decision(item));
    batch.added.push_back(std::move(decision));
  }
  for (const element item : removed) {
    std::uint64_t id = 0;
    if (item.get(id) != simdjson::SUCCESS) {
      return bad("an id in removed is no number");
    }
    batch.removed.push_back(id);
  }
  return batch;
}

}  // namespace tocsin
