#include "config/respond_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/time_text.h"
#include "model/decision.h"

namespace tocsin {
namespace {

constexpr Span kDay = span_s(86'400);
constexpr Span kYear = span_s(366LL * 86'400);
constexpr std::size_t kStepsMax = 32;

void read_durations(Section section, RespondSettings& respond) {
  section.span("first", span_s(1), kYear, respond.first_duration);
  section.number("factor", 1, 100, respond.factor);
  section.span("longest", span_s(1), kYear, respond.longest_duration);
  section.span("forget_after", span_s(60), kYear, respond.forget_after);
  std::vector<std::string> steps;
  section.texts("steps", steps);
  for (const std::string& step : steps) {
    const std::optional<Span> span = parse_span(step);
    if (!span || *span < span_s(1) || *span > kYear || respond.steps.size() >= kStepsMax) {
      section.problem_at("steps", fmt::format("\"{}\" is not a span of 1s to 366d, or one of more "
                                              "than {}",
                                              step, kStepsMax));
      continue;
    }
    respond.steps.push_back(*span);
  }
  if (respond.first_duration > respond.longest_duration) {
    section.problem_at("first", "is longer than \"longest\"");
  }
  section.finish();
}

void read_shared(Section section, RespondSettings& respond) {
  section.number("users_min", 2, 32, respond.shared_users_min);
  section.span("window", span_s(60), span_s(30LL * 86'400), respond.shared_window);
  section.span("settle", Span(0), kDay, respond.shared_settle);
  section.number("addresses_max", 1'000, 10'000'000, respond.login_addresses_max);
  section.finish();
}

void read_breaker(Section section, RespondSettings& respond) {
  section.number("per_minute", 1, 1'000'000, respond.breaker_per_minute);
  section.number("share_percent", 0, 100, respond.breaker_share_percent);
  section.number("addresses_min", 1, 1'000'000, respond.breaker_addresses_min);
  section.span("open_for", span_s(10), kDay, respond.breaker_open);
  section.finish();
}

void read_networks(Section section, RespondSettings& respond) {
  section.number("v4_prefix_min", 8, 32, respond.v4_prefix_min);
  section.number("v6_prefix_min", 19, 128, respond.v6_prefix_min);
  section.number("v6_address_prefix", 48, 128, respond.v6_address_prefix);
  section.finish();
}

void read_files(Section& section, RespondSettings& respond) {
  section.each("never_block_files", [&respond](Section& item) {
    NeverBlockFileSettings file;
    item.text("name", file.name);
    item.text("file", file.file);
    if (file.name.empty() || file.file.empty()) {
      item.problem("needs \"name\" and \"file\"");
    }
    respond.never_block_files.push_back(std::move(file));
  });
}

void read_playbooks(Section& section, RespondSettings& respond) {
  section.texts("playbooks", respond.playbooks);
  std::vector<std::string> variables;
  section.texts("playbook_variables", variables);
  for (const std::string& text : variables) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      section.problem_at("playbook_variables", fmt::format("\"{}\" is not name=value", text));
      continue;
    }
    respond.playbook_variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
}

}  // namespace

void read_networks_list(Section& section, std::string_view key, std::vector<std::string>& out) {
  section.texts(key, out);
  for (const std::string& text : out) {
    if (!parse_network(text)) {
      section.problem_at(key, fmt::format("\"{}\" is not an address or a network", text));
    }
  }
}

void read_respond(Section section, RespondSettings& respond) {
  section.flag("dry_run", respond.dry_run);
  section.number("decisions_max", 1'000, 10'000'000, respond.decisions_max);
  section.number("dry_runs_max", 100, 10'000'000, respond.dry_runs_max);
  section.span("history", kDay, span_s(100LL * 366 * 86'400), respond.history);
  section.text("throttle", respond.throttle);
  if (!parse_throttle_rate(respond.throttle)) {
    section.problem_at("throttle",
                       fmt::format("\"{}\" is not a rate like 60/1m", respond.throttle));
  }
  read_networks_list(section, "never_block", respond.never_block);
  section.texts("never_disable", respond.never_disable);
  read_files(section, respond);
  section.flag("protect_private", respond.protect_private);
  section.flag("protect_machine", respond.protect_machine);
  section.span("admin_session", span_s(60), span_s(30LL * 86'400), respond.admin_session);
  section.span("approval_time", span_s(10), span_s(30LL * 86'400), respond.approval_time);
  read_playbooks(section, respond);
  read_durations(section.section("durations"), respond);
  read_shared(section.section("shared_address"), respond);
  read_breaker(section.section("breaker"), respond);
  read_networks(section.section("networks"), respond);
  section.finish();
}

}  // namespace tocsin
