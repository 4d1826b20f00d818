#include "config/enforcement_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kCostMax = 10'000;

struct KeyWord {
  std::string_view word;
  RateKey key;
};
constexpr auto kKeys = std::to_array<KeyWord>({{"address", RateKey::kAddress},
                                               {"user", RateKey::kUser},
                                               {"session", RateKey::kSession},
                                               {"api_key", RateKey::kApiKey},
                                               {"endpoint", RateKey::kEndpoint}});

void read_keys(Section& item, RateLimitSettings& limit) {
  std::vector<std::string> words;
  item.texts("by", words);
  for (const std::string& word : words) {
    const auto found = std::ranges::find(kKeys, word, &KeyWord::word);
    if (found == kKeys.end()) {
      item.problem_at("by", fmt::format("is \"{}\": must be of address, user, session, api_key, "
                                        "endpoint",
                                        word));
    } else if (std::ranges::find(limit.by, found->key) == limit.by.end()) {
      limit.by.push_back(found->key);
    }
  }
  if (words.empty()) {
    item.problem("needs \"by\": address, user, session, api_key or endpoint");
  }
}

// "30/1m".
void read_rate(Section& item, RateLimitSettings& limit) {
  std::string rate;
  item.text("rate", rate);
  const std::size_t slash = rate.find('/');
  const auto requests = parse_int(rate.substr(0, slash));
  const auto per = slash == std::string::npos ? std::nullopt : parse_span(rate.substr(slash + 1));
  const bool good = requests && per && *requests >= 1 && *requests <= 1'000'000 &&
                    *per >= span_s(1) && *per <= span_s(kDaySeconds);
  if (!good) {
    item.problem_at("rate", fmt::format("is \"{}\": must be like 30/1m: 1 to 1000000 requests in "
                                        "1s to 1d",
                                        rate));
    return;
  }
  limit.requests = static_cast<std::uint32_t>(*requests);
  limit.per = *per;
}

// "401=5", "4xx=2".
void read_costs(Section& item, RateLimitSettings& limit) {
  std::vector<std::string> texts;
  item.texts("cost_by_status", texts);
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string status = text.substr(0, equals);
    const std::int64_t cost =
        equals == std::string::npos ? -1 : parse_int(text.substr(equals + 1)).value_or(-1);
    const bool family = status.size() == 3 && status.ends_with("xx");
    const std::int64_t number = parse_int(family ? status.substr(0, 1) : status).value_or(-1);
    const bool good_status = family ? number >= 1 && number <= 5 : number >= 100 && number <= 599;
    if (!good_status || cost < 0 || cost > kCostMax) {
      item.problem_at(
          "cost_by_status",
          fmt::format("has \"{}\": must be like 401=5 or 4xx=2, 0 to {}", text, kCostMax));
      continue;
    }
    limit.cost_by_status.push_back(
        {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(cost)});
  }
}

void read_limit(Section& item, EnforcementSettings& enforcement) {
  static constexpr std::array<std::string_view, 3> kAnswers = {"throttle", "block", "challenge"};
  RateLimitSettings limit;
  std::string answer = "throttle";
  item.text("name", limit.name);
  read_keys(item, limit);
  item.texts("paths", limit.paths);
  item.texts("methods", limit.methods);
  read_rate(item, limit);
  item.number("burst", 1, 1'000'000, limit.burst);
  item.number("cost", 0, kCostMax, limit.cost);
  read_costs(item, limit);
  item.word("answer", kAnswers, answer);
  item.flag("dry_run", limit.dry_run);
  limit.answer = answer == "block"       ? RateAnswer::kBlock
                 : answer == "challenge" ? RateAnswer::kChallenge
                                         : RateAnswer::kThrottle;
  if (limit.burst == 0) {
    limit.burst = limit.requests;
  }
  if (limit.name.empty()) {
    item.problem("needs \"name\"");
  }
  if (limit.cost > limit.burst) {
    item.problem_at("cost", "is over the burst: no request would ever pass");
  }
  const auto same = [&limit](const RateLimitSettings& other) { return other.name == limit.name; };
  if (std::ranges::any_of(enforcement.rate_limits, same)) {
    item.problem_at("name", fmt::format("is \"{}\" twice", limit.name));
  }
  enforcement.rate_limits.push_back(std::move(limit));
}

}  // namespace

void read_enforcement(Section section, EnforcementSettings& enforcement) {
  section.span("take_within", span_s(1), span_s(kDaySeconds), enforcement.take_within);
  section.span("silent_after", span_s(10), span_s(7 * kDaySeconds), enforcement.silent_after);
  section.span("receipts_kept", span_s(kDaySeconds), span_s(3'660 * kDaySeconds),
               enforcement.receipts_kept);
  section.number("rate_keys_max", 1'000, 50'000'000, enforcement.rate_keys_max);
  section.text("challenge_url", enforcement.challenge_url);
  section.each("rate_limits", [&](Section& item) { read_limit(item, enforcement); });
  if (enforcement.rate_limits.size() > EnforcementSettings::kRateLimitsMax) {
    section.problem(fmt::format("has over {} rate_limits", EnforcementSettings::kRateLimitsMax));
  }
  section.finish();
}

}  // namespace tocsin
