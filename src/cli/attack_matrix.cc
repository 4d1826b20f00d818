#include "cli/attack_matrix.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/json_writer.h"
#include "base/text.h"
#include "cli/attack_names.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 16> kTacticOrder = {
    "reconnaissance",     "resource-development", "initial-access",  "execution",
    "persistence",        "privilege-escalation", "defense-evasion", "stealth",
    "defense-impairment", "credential-access",    "discovery",       "lateral-movement",
    "collection",         "command-and-control",  "exfiltration",    "impact"};
constexpr std::string_view kNamespace = "attack.";

// "t1110.001" is a technique.
bool is_technique(std::string_view word) {
  return word.size() >= 5 && word[0] == 't' && is_digit(word[1]) &&
         std::ranges::all_of(word.substr(1), [](char c) { return is_digit(c) || c == '.'; });
}

bool is_tactic(std::string_view word) {
  return std::ranges::find(kTacticOrder, word) != kTacticOrder.end();
}

std::string to_upper_id(std::string_view word) {
  std::string id(word);
  id[0] = 'T';
  return id;
}

void count(TechniqueCount& technique, const std::string& id, std::string_view title) {
  technique.id = id;
  ++technique.rules;
  if (technique.titles.size() < AttackMatrix::kTitlesMax) {
    technique.titles.emplace_back(title);
  }
}

}  // namespace

void AttackMatrix::add(std::string_view title, const std::vector<std::string>& tags) {
  ++rules_;
  std::set<std::string> techniques;
  std::set<std::string> tactics;
  for (const std::string& tag : tags) {
    std::string word = to_lower(tag);
    if (!word.starts_with(kNamespace)) {
      continue;
    }
    word.erase(0, kNamespace.size());
    std::ranges::replace(word, '_', '-');
    if (is_technique(word)) {
      techniques.insert(to_upper_id(word));
    } else if (is_tactic(word)) {
      tactics.insert(word);
    }
  }
  if (techniques.empty()) {
    return;
  }
  ++tagged_;
  if (tactics.empty()) {
    tactics.insert("");
  }
  for (const std::string& id : techniques) {
    count(techniques_[id], id, title);
    for (const std::string& tactic : tactics) {
      count(tactics_[tactic][id], id, title);
    }
  }
}

std::vector<std::string> AttackMatrix::tactic_order() const {
  std::vector<std::string> order;
  for (const std::string_view tactic : kTacticOrder) {
    if (tactics_.contains(std::string(tactic))) {
      order.emplace_back(tactic);
    }
  }
  if (tactics_.contains("")) {
    order.emplace_back();
  }
  return order;
}

std::string AttackMatrix::navigator_layer(std::string_view name) const {
  std::uint64_t most = 1;
  for (const auto& [id, technique] : techniques_) {
    most = std::max(most, technique.rules);
  }
  JsonWriter json;
  json.begin_object();
  json.member("name", name).member("domain", "enterprise-attack");
  json.key("versions").begin_object().member("layer", "4.5").member("navigator", "5.1.0");
  json.end_object();
  json.member("description", "Number of rules that name the technique");
  json.key("techniques").begin_array();
  for (const auto& [id, technique] : techniques_) {
    std::string comment;
    for (const std::string& title : technique.titles) {
      comment += (comment.empty() ? "" : "\n") + title;
    }
    json.begin_object().member("techniqueID", id).member("score", technique.rules);
    json.member("comment", comment).member("enabled", true).end_object();
  }
  json.end_array();
  json.key("gradient").begin_object();
  json.key("colors").begin_array().value("#d6eaf8").value("#1b4f72").end_array();
  json.member("minValue", 1).member("maxValue", std::max<std::uint64_t>(most, 2)).end_object();
  json.member("hideDisabled", false).end_object();
  return json.take();
}

std::string_view technique_name(std::string_view id) {
  const std::string_view parent = id.substr(0, id.find('.'));
  const auto at = std::ranges::lower_bound(kTechniqueNames, parent, {}, &TechniqueName::id);
  return at != kTechniqueNames.end() && at->id == parent ? at->name : std::string_view();
}

std::string tactic_title(std::string_view tactic) {
  if (tactic.empty()) {
    return "Without a tactic";
  }
  std::string title(tactic);
  std::ranges::replace(title, '-', ' ');
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

}  // namespace tocsin
