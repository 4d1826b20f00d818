#include "api/lapi/lapi_filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/lapi/lapi_words.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kShown = 64;

std::vector<std::string> words_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> words;
  for (const std::string_view word : split(request.parameter(name).value_or(""), ',')) {
    if (!trim(word).empty()) {
      words.emplace_back(trim(word));
    }
  }
  return words;
}

void read_scopes(const HttpRequest& request, std::string_view name, LapiFilter& filter) {
  for (const std::string& word : words_of(request, name)) {
    const std::optional<ScopeKind> scope = parse_lapi_scope(word);
    if (scope && std::ranges::find(filter.scopes, *scope) == filter.scopes.end()) {
      filter.scopes.push_back(*scope);
    }
  }
  // A scope that nobody has is no fault: there are no decisions of it.
  filter.no_scope = filter.scopes.empty() && !words_of(request, name).empty();
}

Result<std::uint64_t> number_of(const HttpRequest& request, std::string_view name) {
  const std::string_view text = request.parameter(name).value_or("");
  const std::int64_t number = text.empty() ? 0 : parse_int(text).value_or(-1);
  if (number < 0) {
    return fail(ErrorCode::kInvalid, "{} is no number: {}", name, text.substr(0, kShown));
  }
  return static_cast<std::uint64_t>(number);
}

// Host bits are cleared, as Go's ParseCIDR does.
Result<IpNetwork> network_of(std::string_view text) {
  const auto target = canonical_target(
      text.find('/') == std::string_view::npos ? ScopeKind::kAddress : ScopeKind::kNetwork, text);
  if (!target) {
    return fail(ErrorCode::kInvalid, "invalid address or network: {}", text.substr(0, kShown));
  }
  return target->network;
}

Status read_target(const HttpRequest& request, LapiFilter& filter) {
  const std::string_view ip = request.parameter("ip").value_or("");
  const std::string_view range = request.parameter("range").value_or("");
  const std::string_view value = request.parameter("value").value_or("");
  const std::string_view scope = request.parameter("scope").value_or("");
  filter.contains = request.parameter("contains").value_or("true") != "false";
  filter.names_target = !ip.empty() || !range.empty() || !value.empty() || !scope.empty();
  if (!ip.empty() || !range.empty()) {
    TRY_ASSIGN(filter.network, network_of(ip.empty() ? range : ip));
    return {};
  }
  const std::optional<ScopeKind> known = parse_lapi_scope(scope);
  if (!scope.empty() && !known) {
    return fail(ErrorCode::kNotFound, "no decision has the scope {}", scope.substr(0, kShown));
  }
  if (value.empty()) {
    if (known) {
      filter.scopes = {*known};
    }
    return {};
  }
  const auto looks =
      known ? canonical_target(*known, value) : canonical_target(ScopeKind::kUser, value);
  const std::optional<DecisionTarget> guessed = known ? std::nullopt : target_of_text(value);
  if (!guessed && !looks) {
    return fail(ErrorCode::kInvalid, "invalid value: {}", value.substr(0, kShown));
  }
  filter.target = guessed ? *guessed : *looks;
  return {};
}

bool any_is_part(const std::vector<std::string>& parts, std::string_view text) {
  return std::ranges::any_of(
      parts, [&](const std::string& part) { return contains_ignore_case(text, part); });
}

}  // namespace

bool LapiFilter::passes(const PackedDecision& decision) const {
  if (no_scope || decision.id() <= id_above ||
      (!scopes.empty() && std::ranges::find(scopes, decision.scope()) == scopes.end())) {
    return false;
  }
  if (!type.empty() &&
      !equals_ignore_case(type, lapi_type(decision.kind(), decision.context().custom))) {
    return false;
  }
  if (!origins.empty() && std::ranges::find(origins, lapi_origin(decision)) == origins.end()) {
    return false;
  }
  const std::string_view scenario = lapi_scenario(decision);
  return (containing.empty() || any_is_part(containing, scenario)) &&
         !any_is_part(not_containing, scenario);
}

Result<LapiFilter> read_lapi_filter(const HttpRequest& request) {
  LapiFilter filter;
  read_scopes(request, "scopes", filter);
  TRY(read_target(request, filter));
  filter.origins = words_of(request, request.parameter("origins") ? "origins" : "origin");
  filter.containing = words_of(request, "scenarios_containing");
  filter.not_containing = words_of(request, "scenarios_not_containing");
  filter.type = request.parameter("type").value_or("");
  TRY_ASSIGN(filter.id_above, number_of(request, "id_gt"));
  TRY_ASSIGN(filter.limit, number_of(request, "limit"));
  TRY_ASSIGN(filter.offset, number_of(request, "offset"));
  return filter;
}

Result<LapiFilter> read_stream_filter(const HttpRequest& request) {
  LapiFilter filter;
  read_scopes(request, "scopes", filter);
  if (filter.scopes.empty() && !filter.no_scope) {
    filter.scopes = {ScopeKind::kAddress, ScopeKind::kNetwork};
  }
  filter.origins = words_of(request, "origins");
  filter.containing = words_of(request, "scenarios_containing");
  filter.not_containing = words_of(request, "scenarios_not_containing");
  std::ranges::sort(filter.scopes);
  std::ranges::sort(filter.origins);
  return filter;
}

std::string stream_filter_text(const LapiFilter& filter) {
  std::string text = filter.no_scope ? "-" : "";
  for (const ScopeKind scope : filter.scopes) {
    text += lapi_scope(scope);
    text += ',';
  }
  for (const auto* words : {&filter.origins, &filter.containing, &filter.not_containing}) {
    text += fmt::format("|{}", fmt::join(*words, ","));
  }
  return text;
}

std::vector<const PackedDecision*> select_decisions(const DecisionSnapshot& snapshot,
                                                    const LapiFilter& filter, Micros now) {
  std::vector<const PackedDecision*> found;
  const auto take = [&](const PackedDecision& decision) {
    if (decision.until() > now && filter.passes(decision)) {
      found.push_back(&decision);
    }
  };
  if (filter.network) {
    const IpNetwork& asked = *filter.network;
    snapshot.overlapping(asked, [&](const PackedDecision& decision) {
      const unsigned bits = decision.network().prefix_bits;
      if (filter.contains ? bits <= asked.prefix_bits : bits >= asked.prefix_bits) {
        take(decision);
      }
    });
  } else if (filter.target && filter.target->network.prefix_bits == 0) {
    std::vector<const PackedDecision*> all;
    snapshot.find(filter.target->scope, filter.target->value, now, all);
    std::ranges::for_each(all, [&](const PackedDecision* decision) { take(*decision); });
  } else if (filter.target) {
    snapshot.overlapping(filter.target->network, [&](const PackedDecision& decision) {
      if (decision.network() == filter.target->network) {
        take(decision);
      }
    });
  } else {
    snapshot.for_each(take, filter.id_above);
  }
  std::ranges::sort(found, {}, [](const PackedDecision* decision) { return decision->id(); });
  found.erase(found.begin(),
              found.begin() + static_cast<std::ptrdiff_t>(std::min(filter.offset, found.size())));
  if (filter.limit > 0 && found.size() > filter.limit) {
    found.resize(filter.limit);
  }
  return found;
}

}  // namespace tocsin
