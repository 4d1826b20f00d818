#include "enforce/decision_text.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 12> kPlaceholders = {
    "id",    "moment", "kind", "scope",  "value", "seconds",
    "until", "reason", "rule", "origin", "rate",  "redirect_to"};

std::int64_t seconds_left(const Standing& standing, Span now) {
  return std::max<std::int64_t>(0, (standing.ends.value - now.value) / kMicrosPerSecond);
}

std::string kind_word(const EnforcedDecision& decision) {
  return decision.kind == DecisionKind::kCustom ? decision.custom
                                                : std::string(decision_kind_name(decision.kind));
}

std::string value_of(std::string_view name, const Standing& standing, DecisionMoment moment,
                     Span now) {
  const EnforcedDecision& of = standing.decision;
  const std::array<std::string, kPlaceholders.size()> values = {
      std::to_string(of.id),
      std::string(moment_name(moment)),
      kind_word(of),
      std::string(scope_kind_name(of.scope)),
      of.value,
      std::to_string(seconds_left(standing, now)),
      iso_time(of.until),
      of.reason,
      of.rule,
      of.origin,
      of.rate ? throttle_rate_text(*of.rate) : std::string(),
      of.redirect_to};
  const auto found = std::ranges::find(kPlaceholders, name);
  return found == kPlaceholders.end()
             ? std::string()
             : values[static_cast<std::size_t>(found - kPlaceholders.begin())];
}

// Calls `text` for what is between placeholders and `name` for each of them.
template <class Text, class Name>
void each_part(std::string_view word, Text text, Name name) {
  while (!word.empty()) {
    const std::size_t open = word.find('{');
    const std::size_t close = open == std::string_view::npos ? open : word.find('}', open);
    text(word.substr(0, close == std::string_view::npos ? word.size() : open));
    if (close == std::string_view::npos) {
      return;
    }
    name(word.substr(open + 1, close - open - 1));
    word.remove_prefix(close + 1);
  }
}

}  // namespace

std::string_view moment_name(DecisionMoment moment) {
  return moment == DecisionMoment::kBegin ? "begin" : "end";
}

void write_enforced(JsonWriter& json, const Standing& standing, DecisionMoment moment, Span now) {
  const EnforcedDecision& of = standing.decision;
  json.member("id", of.id).member("moment", moment_name(moment));
  json.member("kind", kind_word(of)).member("scope", scope_kind_name(of.scope));
  json.member("value", of.value).member("until", iso_time(of.until));
  json.member("seconds_left", moment == DecisionMoment::kEnd ? 0 : seconds_left(standing, now));
  json.member("reason", of.reason).member("rule", of.rule).member("origin", of.origin);
  if (of.rate) {
    json.member("rate", throttle_rate_text(*of.rate));
  }
  if (!of.redirect_to.empty()) {
    json.member("redirect_to", of.redirect_to);
  }
}

std::string filled(std::string_view word, const Standing& standing, DecisionMoment moment,
                   Span now) {
  std::string out;
  each_part(
      word, [&out](std::string_view text) { out += text; },
      [&](std::string_view name) { out += value_of(name, standing, moment, now); });
  std::erase(out, '\0');
  return out;
}

Status check_placeholders(std::string_view word) {
  Status status;
  each_part(
      word, [](std::string_view) {},
      [&status](std::string_view name) {
        if (std::ranges::find(kPlaceholders, name) == kPlaceholders.end()) {
          status = fail(ErrorCode::kInvalid, "there is no placeholder {{{}}}; there are {{{}}}",
                        name, fmt::join(kPlaceholders, "}, {"));
        }
      });
  return status;
}

Result<std::vector<std::string>> command_words(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (const char c : command) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (is_space(c)) {
      if (in_word) {
        words.push_back(std::exchange(word, {}));
      }
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) {
    return fail(ErrorCode::kInvalid, "a quote is open in the command: {}", command);
  }
  if (in_word) {
    words.push_back(std::move(word));
  }
  if (words.empty()) {
    return Error(ErrorCode::kInvalid, "the command has no word");
  }
  return words;
}

}  // namespace tocsin
