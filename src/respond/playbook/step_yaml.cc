#include "respond/playbook/step_yaml.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr Span kDay = span_s(86'400);
constexpr Span kYear = span_s(366LL * 86'400);
constexpr std::size_t kPatternsMax = 64;
constexpr std::size_t kTextBytesMax = 2'000;
constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high",
                                                     "critical"};

std::string_view type_name(StepKind kind) {
  return kind == StepKind::kEnd ? "end" : kind == StepKind::kBranch ? "if-condition" : "action";
}

void read_rate(Section& section, std::optional<ThrottleRate>& out) {
  std::string rate;
  section.text("rate", rate);
  if (!rate.empty()) {
    out = parse_throttle_rate(rate);
    if (!out) {
      section.problem_at("rate", fmt::format("\"{}\" is not a rate like 60/1m", rate));
    }
  }
}

void read_decide(Section section, DecideStep& decide) {
  std::string kind = "block";
  std::string about;
  section.text("kind", kind);
  section.text("custom", decide.custom);
  section.text("about", about);
  section.text("about_events", decide.about_events);
  section.text("redirect_to", decide.redirect_to);
  section.text("reason", decide.reason);
  section.flag("approval", decide.approval);
  read_rate(section, decide.rate);
  Span length;
  section.span("for", span_s(1), kYear, length);
  if (length.value > 0) {
    decide.duration = length;
  }
  if (const auto known = parse_decision_kind(kind)) {
    decide.kind = *known;
  } else {
    section.problem_at("kind", fmt::format("\"{}\" is no kind of decision", kind));
  }
  decide.about = about.empty() ? std::nullopt : parse_scope_kind(about);
  if (!about.empty() && !decide.about) {
    section.problem_at("about", fmt::format("\"{}\" is nothing that one can decide about", about));
  }
  if (!decide.about_events.empty() && decide.about) {
    section.problem_at("about_events", "and \"about\" exclude each other");
  }
  if ((decide.kind == DecisionKind::kCustom) == decide.custom.empty()) {
    section.problem_at("custom", "belongs to the kind custom, which needs it");
  }
  if ((decide.kind == DecisionKind::kRedirect) == decide.redirect_to.empty()) {
    section.problem_at("redirect_to", "belongs to the kind redirect, which needs it");
  }
  if (decide.rate && decide.kind != DecisionKind::kThrottle) {
    section.problem_at("rate", "belongs to the kind throttle");
  }
  section.finish();
}

void read_wait(Section section, PlaybookStep& step) {
  Span time;
  Span calm;
  section.span("for", span_ms(1), kYear, time);
  section.span("calm", span_ms(1), kYear, calm);
  section.number("findings", 1, 1'000'000, step.findings);
  section.span("at_most", span_ms(1), kYear, step.at_most);
  const int given =
      (time.value > 0 ? 1 : 0) + (calm.value > 0 ? 1 : 0) + (step.findings > 0 ? 1 : 0);
  if (given != 1) {
    section.problem("waits either \"for\" a time, for \"calm\" or for more \"findings\"");
  }
  step.wait = time.value > 0   ? WaitKind::kTime
              : calm.value > 0 ? WaitKind::kCalm
                               : WaitKind::kFindings;
  step.time = time.value > 0 ? time : calm;
  section.finish();
}

void read_notify(Section section, PlaybookStep& step) {
  section.texts("channels", step.channels);
  section.text("text", step.text);
  if (step.channels.size() > kPatternsMax || step.text.size() > kTextBytesMax) {
    section.problem("has too many channels or too long a text");
  }
  section.finish();
}

void read_assign(Section section, PlaybookStep& step) {
  static constexpr std::array<std::string_view, 2> kStates = {"acknowledged", "new"};
  section.text("to", step.assignee);
  section.text("note", step.note);
  section.word("state", kStates, step.state);
  if (step.assignee.empty() && step.note.empty() && step.state.empty()) {
    section.problem("needs \"to\", \"note\" or \"state\"");
  }
  if (step.assignee.size() > kTextBytesMax / 10 || step.note.size() > kTextBytesMax) {
    section.problem("is too long");
  }
  section.finish();
}

void read_approve(Section section, PlaybookStep& step) {
  section.text("ask", step.text);
  step.at_most = span_s(3'600);
  section.span("within", span_ms(1), kYear, step.at_most);
  if (step.text.empty() || step.text.size() > kTextBytesMax) {
    section.problem_at("ask", "must say what is asked");
  }
  section.finish();
}

void read_branch(Section section, PlaybookStep& step) {
  read_condition(section, step.condition);
  if (step.condition == PlaybookCondition{}) {
    section.problem("needs a condition");
  }
  section.finish();
}

// Which of the keys that say what a step does is there.
StepKind kind_of(const YamlNode& node, Section& section) {
  static constexpr std::array kKinds = {StepKind::kDecide,  StepKind::kLift,    StepKind::kNotify,
                                        StepKind::kAssign,  StepKind::kApprove, StepKind::kWait,
                                        StepKind::kCollect, StepKind::kBranch,  StepKind::kEnd};
  std::vector<StepKind> found;
  for (const StepKind kind : kKinds) {
    if (node.is_mapping() && node.find(step_kind_name(kind)) != nullptr) {
      found.push_back(kind);
    }
  }
  const YamlNode* type = node.is_mapping() ? node.find("type") : nullptr;
  if (found.empty() && type != nullptr && type->is_scalar() && type->text() == "end") {
    return StepKind::kEnd;
  }
  if (found.size() != 1) {
    section.problem(
        "does exactly one of: decide, lift, notify, assign, approve, wait, collect, if, end");
    return StepKind::kEnd;
  }
  return found.front();
}

void read_deed(Section& section, PlaybookStep& step) {
  switch (step.kind) {
    case StepKind::kDecide:
      read_decide(section.section("decide"), step.decide);
      return;
    case StepKind::kNotify:
      read_notify(section.section("notify"), step);
      return;
    case StepKind::kAssign:
      read_assign(section.section("assign"), step);
      return;
    case StepKind::kApprove:
      read_approve(section.section("approve"), step);
      return;
    case StepKind::kWait:
      read_wait(section.section("wait"), step);
      return;
    case StepKind::kBranch:
      read_branch(section.section("if"), step);
      return;
    case StepKind::kLift:
    case StepKind::kCollect:
    case StepKind::kEnd: {
      bool wanted = true;
      section.flag(step_kind_name(step.kind), wanted);
      if (!wanted) {
        section.problem_at(step_kind_name(step.kind), "can only be true");
      }
      return;
    }
  }
}

// `next` is where the step goes when it does not say.
PlaybookStep read_step(const YamlNode& node, Section& section, const std::string& name,
                       const std::string& next) {
  PlaybookStep step;
  step.name = name;
  step.kind = kind_of(node, section);
  std::string type(type_name(step.kind));
  section.text("name", step.name);
  section.text("type", type);
  std::string description;
  section.text("description", description);
  if (type != type_name(step.kind)) {
    section.problem_at(
        "type", fmt::format("is \"{}\", this step is one of \"{}\"", type, type_name(step.kind)));
  }
  if (step.name.empty() || step.name.size() > Playbook::kNameBytesMax) {
    section.problem_at("name", "must be 1 to 64 bytes");
  }
  read_deed(section, step);
  const bool branch = step.kind == StepKind::kBranch;
  const std::string_view yes = branch ? "on_true" : "on_success";
  const std::string_view no = branch ? "on_false" : "on_failure";
  std::string completion;
  section.text("on_completion", completion);
  step.on_success = completion.empty() ? (step.kind == StepKind::kEnd ? "" : next) : completion;
  step.on_failure = branch ? step.on_success : completion;
  section.text(yes, step.on_success);
  section.text(no, step.on_failure);
  step.failure_ends = !branch;
  section.number("retry", 0, 20, step.retries);
  section.span("retry_after", span_ms(1), kDay, step.retry_after);
  return step;
}

void read_linear(const YamlNode& list, Section& head, Playbook& playbook) {
  const auto name_of = [&](std::size_t i) -> std::string {
    if (i >= list.items().size()) {
      return "";
    }
    const YamlNode& item = *list.items()[i];
    const YamlNode* name = item.is_mapping() ? item.find("name") : nullptr;
    return name != nullptr && name->is_scalar() ? name->text() : fmt::format("step-{}", i + 1);
  };
  std::size_t i = 0;
  head.each("steps", [&](Section& section) {
    playbook.steps.push_back(read_step(*list.items()[i], section, name_of(i), name_of(i + 1)));
    ++i;
  });
}

}  // namespace

void read_condition(Section& section, PlaybookCondition& condition) {
  std::string level;
  std::vector<std::string> entities;
  section.texts("rules", condition.rules);
  section.texts("tags", condition.tags);
  section.texts("entity", entities);
  section.word("level", kLevels, level);
  section.number("findings", 1, 1'000'000'000, condition.findings_min);
  section.number("events", 1, 1'000'000'000'000, condition.events_min);
  std::vector<std::string> key;
  section.texts("key", key);
  if (!level.empty()) {
    condition.level_min = parse_level(level);
  }
  for (const std::string& entity : entities) {
    if (const auto scope = parse_scope_kind(entity)) {
      condition.entities.push_back(*scope);
    } else {
      section.problem_at("entity", fmt::format("\"{}\" is no kind of entity", entity));
    }
  }
  for (const std::string& text : key) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      section.problem_at("key", fmt::format("\"{}\" is not field=value", text));
      continue;
    }
    condition.key.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  if (std::max({condition.rules.size(), condition.tags.size(), condition.key.size()}) >
      kPatternsMax) {
    section.problem("has more than 64 patterns");
  }
}

void read_workflow(const YamlFile& file, const YamlNode& root, Section& head,
                   std::vector<std::string>& problems, Playbook& playbook) {
  std::string start;
  head.text("workflow_start", start);
  head.section("workflow");
  const YamlNode* list = root.find("steps");
  const YamlNode* workflow = root.find("workflow");
  const bool linear = list != nullptr && list->is_sequence();
  if (linear == (workflow != nullptr && workflow->is_mapping())) {
    head.problem_at("steps", "must be a list; or give \"workflow_start\" and \"workflow\"");
    return;
  }
  if (linear && list->items().size() > Playbook::kStepsMax) {
    head.problem_at("steps", fmt::format("has more than {} steps", Playbook::kStepsMax));
    return;
  }
  if (linear) {
    read_linear(*list, head, playbook);
    return;
  }
  if (workflow->entries().size() > Playbook::kStepsMax) {
    head.problem_at("workflow", fmt::format("has more than {} steps", Playbook::kStepsMax));
    return;
  }
  for (const auto& [key, value] : workflow->entries()) {
    Section section(file, value, "workflow." + key->text(), problems);
    playbook.steps.push_back(read_step(*value, section, key->text(), ""));
    section.finish();
  }
  const auto first = std::ranges::find(playbook.steps, start, &PlaybookStep::name);
  if (first == playbook.steps.end()) {
    head.problem_at("workflow_start", fmt::format("\"{}\" is no step of the workflow", start));
    return;
  }
  std::rotate(playbook.steps.begin(), first, first + 1);
}

}  // namespace tocsin
