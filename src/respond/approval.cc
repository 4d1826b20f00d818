#include "respond/approval.h"

#include <array>
#include <utility>

#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"

namespace tocsin {
namespace {

using TextMember = std::pair<std::string_view, std::string NewDecision::*>;
constexpr std::array<TextMember, 12> kTexts = {{
    {"custom", &NewDecision::custom},
    {"value", &NewDecision::value},
    {"reason", &NewDecision::reason},
    {"rule_id", &NewDecision::rule_id},
    {"rule_version", &NewDecision::rule_version},
    {"rule_title", &NewDecision::rule_title},
    {"alert_id", &NewDecision::alert_id},
    {"playbook", &NewDecision::playbook},
    {"playbook_version", &NewDecision::playbook_version},
    {"decided_by", &NewDecision::decided_by},
    {"origin", &NewDecision::origin},
    {"redirect_to", &NewDecision::redirect_to},
}};

constexpr std::array kProposers = {Proposer::kRule, Proposer::kPerson, Proposer::kImport,
                                   Proposer::kAgent};

std::optional<std::int64_t> number(simdjson::dom::object object, std::string_view name) {
  std::int64_t value = 0;
  return object[name].get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

std::string_view text(simdjson::dom::object object, std::string_view name) {
  std::string_view value;
  return object[name].get(value) == simdjson::SUCCESS ? value : std::string_view();
}

bool flag(simdjson::dom::object object, std::string_view name) {
  bool value = false;
  return object[name].get(value) == simdjson::SUCCESS && value;
}

}  // namespace

std::string proposal_json(const NewDecision& wanted) {
  JsonWriter json;
  json.begin_object();
  json.member("proposer", proposer_name(wanted.proposer));
  json.member("kind", decision_kind_name(wanted.kind));
  json.member("scope", scope_kind_name(wanted.scope));
  for (const auto& [name, member] : kTexts) {
    json.member(name, wanted.*member);
  }
  if (wanted.duration) {
    json.member("duration_us", wanted.duration->value);
  }
  if (wanted.rate) {
    json.member("rate", throttle_rate_text(*wanted.rate));
  }
  if (wanted.attack_began) {
    json.member("attack_began_us", wanted.attack_began->value);
  }
  json.member("despite_customers", wanted.despite_customers);
  return json.end_object().take();
}

Result<NewDecision> parse_proposal(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string(json)).get(object) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "a stored proposal is not JSON");
  }
  NewDecision wanted;
  const auto kind = parse_decision_kind(text(object, "kind"));
  const auto scope = parse_scope_kind(text(object, "scope"));
  if (!kind || !scope) {
    return fail(ErrorCode::kCorrupt, "a stored proposal names no kind and scope");
  }
  wanted.kind = *kind;
  wanted.scope = *scope;
  for (const Proposer proposer : kProposers) {
    if (proposer_name(proposer) == text(object, "proposer")) {
      wanted.proposer = proposer;
    }
  }
  for (const auto& [name, member] : kTexts) {
    wanted.*member = text(object, name);
  }
  if (const auto duration = number(object, "duration_us")) {
    wanted.duration = Span(*duration);
  }
  wanted.rate = parse_throttle_rate(text(object, "rate"));
  if (const auto began = number(object, "attack_began_us")) {
    wanted.attack_began = Micros(*began);
  }
  wanted.despite_customers = flag(object, "despite_customers");
  return wanted;
}

}  // namespace tocsin
