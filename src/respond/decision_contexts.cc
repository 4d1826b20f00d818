#include "respond/decision_contexts.h"

namespace tocsin {

std::shared_ptr<const DecisionContext> DecisionContexts::of(const Decision& decision) {
  DecisionContext context;
  context.custom = decision.custom;
  context.rule_id = decision.rule_id;
  context.rule_version = decision.rule_version;
  context.rule_title = decision.rule_title;
  context.playbook = decision.playbook;
  context.decided_by = decision.decided_by;
  context.origin = decision.origin;
  context.redirect_to = decision.redirect_to;
  context.rate = decision.rate;
  context.uuid_seed = uuid_seed_;
  // Lists give all their entries the same few reasons; our own sentences name numbers.
  if (decision.origin != "tocsin") {
    context.reason = decision.reason;
  }
  std::string key = decision.rate ? throttle_rate_text(*decision.rate) : std::string();
  for (const std::string* text : {&context.custom, &context.rule_id, &context.rule_version,
                                  &context.rule_title, &context.playbook, &context.decided_by,
                                  &context.origin, &context.redirect_to, &context.reason}) {
    key += '\0';
    key += *text;
  }
  if (known_.size() >= kKeptMax && !known_.contains(key)) {
    known_.clear();
  }
  const auto [at, is_new] = known_.try_emplace(std::move(key));
  if (is_new) {
    at->second = std::make_shared<const DecisionContext>(std::move(context));
  }
  return at->second;
}

}  // namespace tocsin
