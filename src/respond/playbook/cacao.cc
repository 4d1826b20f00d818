#include "respond/playbook/cacao.h"

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

// A name-based UUID (RFC 9562), of SHA-256 in place of SHA-1.
std::string uuid_of(std::string_view name) {
  Sha256Digest digest = sha256("tocsin:cacao:", name);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0FU) | 0x50U);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3FU) | 0x80U);
  const std::string hex = hex_encode(digest_view(digest).substr(0, 16));
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string agent_id() {
  return "group--" + uuid_of("agent");
}

std::string identity_id() {
  return "identity--" + uuid_of("identity");
}

// Of the ends that a step without a next one comes to.
std::string end_id(const Playbook& playbook, bool good) {
  return "end--" + uuid_of(playbook.name + (good ? "\nend\nwell" : "\nend\nfailed"));
}

std::string_view type_of(StepKind kind) {
  return kind == StepKind::kEnd ? "end" : kind == StepKind::kBranch ? "if-condition" : "action";
}

std::string id_of(const Playbook& playbook, const PlaybookStep& step) {
  return fmt::format("{}--{}", type_of(step.kind), uuid_of(playbook.name + "\nstep\n" + step.name));
}

std::string id_of(const Playbook& playbook, std::string_view step, bool good) {
  const PlaybookStep* found = playbook.find(step);
  return found == nullptr ? end_id(playbook, good) : id_of(playbook, *found);
}

void write_texts(JsonWriter& json, std::string_view name, std::span<const std::string> texts) {
  if (texts.empty()) {
    return;
  }
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

void write_text(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) {
    json.member(name, text);
  }
}

void write_number(JsonWriter& json, std::string_view name, std::uint64_t number) {
  if (number > 0) {
    json.member(name, number);
  }
}

// As parse_span() reads it: one unit, nothing lost.
std::string exact_span(Span span) {
  constexpr std::int64_t kMillisecond = 1'000;
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {{86'400'000 * kMillisecond, "d"},
                                                                  {3'600'000 * kMillisecond, "h"},
                                                                  {60'000 * kMillisecond, "m"},
                                                                  {1'000 * kMillisecond, "s"}};
  for (const auto& [size, unit] : kUnits) {
    if (span.value % size == 0) {
      return fmt::format("{}{}", span.value / size, unit);
    }
  }
  return fmt::format("{}ms", span.value / kMillisecond);
}

// The members of a condition, in an object that the caller ends.
void write_condition(JsonWriter& json, const PlaybookCondition& condition) {
  write_texts(json, "rules", condition.rules);
  write_texts(json, "tags", condition.tags);
  std::vector<std::string> entities;
  for (const ScopeKind entity : condition.entities) {
    entities.emplace_back(scope_kind_name(entity));
  }
  write_texts(json, "entity", entities);
  if (condition.level_min) {
    json.member("level", level_name(*condition.level_min));
  }
  write_number(json, "findings", condition.findings_min);
  write_number(json, "events", condition.events_min);
  std::vector<std::string> key;
  for (const KeyPart& part : condition.key) {
    key.push_back(part.field + "=" + part.value);
  }
  write_texts(json, "key", key);
}

void write_decide(JsonWriter& json, const DecideStep& decide) {
  json.member("kind", decision_kind_name(decide.kind));
  write_text(json, "custom", decide.custom);
  if (decide.about) {
    json.member("about", scope_kind_name(*decide.about));
  }
  write_text(json, "about_events", decide.about_events);
  if (decide.duration) {
    json.member("for", exact_span(*decide.duration));
  }
  if (decide.rate) {
    json.member("rate", throttle_rate_text(*decide.rate));
  }
  write_text(json, "redirect_to", decide.redirect_to);
  write_text(json, "reason", decide.reason);
  if (decide.approval) {
    json.member("approval", true);
  }
}

void write_wait(JsonWriter& json, const PlaybookStep& step) {
  switch (step.wait) {
    case WaitKind::kTime:
      json.member("for", exact_span(step.time));
      return;
    case WaitKind::kCalm:
      json.member("calm", exact_span(step.time));
      break;
    case WaitKind::kFindings:
      json.member("findings", step.findings);
      break;
  }
  json.member("at_most", exact_span(step.at_most));
}

// What stands behind the step's key in YAML.
std::string deed_json(const PlaybookStep& step) {
  JsonWriter json;
  json.begin_object();
  switch (step.kind) {
    case StepKind::kDecide:
      write_decide(json, step.decide);
      break;
    case StepKind::kNotify:
      write_texts(json, "channels", step.channels);
      write_text(json, "text", step.text);
      break;
    case StepKind::kAssign:
      write_text(json, "to", step.assignee);
      write_text(json, "note", step.note);
      write_text(json, "state", step.state);
      break;
    case StepKind::kApprove:
      json.member("ask", step.text);
      json.member("within", exact_span(step.at_most));
      break;
    case StepKind::kWait:
      write_wait(json, step);
      break;
    case StepKind::kBranch:
      write_condition(json, step.condition);
      break;
    case StepKind::kLift:
    case StepKind::kCollect:
    case StepKind::kEnd:
      return "true";
  }
  return json.end_object().take();
}

void write_own_words(JsonWriter& json, const PlaybookStep& step) {
  const bool branch = step.kind == StepKind::kBranch;
  json.key("step_extensions").begin_object().key(cacao_extension_id()).begin_object();
  json.member("name", step.name);
  json.key(step_kind_name(step.kind)).raw(deed_json(step));
  write_text(json, branch ? "on_true" : "on_success", step.on_success);
  write_text(json, branch ? "on_false" : "on_failure", step.on_failure);
  if (step.retries > 0) {
    json.member("retry", step.retries);
    json.member("retry_after", exact_span(step.retry_after));
  }
  json.end_object().end_object();
}

void write_next(JsonWriter& json, const Playbook& playbook, const PlaybookStep& step) {
  const bool branch = step.kind == StepKind::kBranch;
  const std::string good = id_of(playbook, step.on_success, true);
  const std::string bad = id_of(playbook, step.on_failure, !step.failure_ends);
  if (!branch && good == bad) {
    json.member("on_completion", good);
    return;
  }
  json.member(branch ? "on_true" : "on_success", good);
  json.member(branch ? "on_false" : "on_failure", bad);
}

void write_step(JsonWriter& json, const Playbook& playbook, const PlaybookStep& step) {
  json.key(id_of(playbook, step)).begin_object();
  json.member("type", type_of(step.kind));
  json.member("name", step.name);
  if (step.kind == StepKind::kBranch) {
    json.member("condition", deed_json(step));
  } else if (step.kind != StepKind::kEnd) {
    json.key("commands").begin_array().begin_object();
    json.member("type", "manual");
    json.member("command", fmt::format("{}: {}", step_kind_name(step.kind), deed_json(step)));
    json.end_object().end_array();
    json.member("agent", agent_id());
  }
  if (step.kind != StepKind::kEnd) {
    write_next(json, playbook, step);
  }
  write_own_words(json, step);
  json.end_object();
}

void write_workflow(JsonWriter& json, const Playbook& playbook) {
  const std::string start = "start--" + uuid_of(playbook.name + "\nstart");
  json.member("workflow_start", start);
  json.key("workflow").begin_object();
  json.key(start).begin_object().member("type", "start");
  json.member("on_completion", id_of(playbook, playbook.steps.front())).end_object();
  for (const PlaybookStep& step : playbook.steps) {
    write_step(json, playbook, step);
  }
  for (const bool good : {true, false}) {
    json.key(end_id(playbook, good)).begin_object().member("type", "end");
    json.member("name", good ? "over" : "failed").end_object();
  }
  json.end_object();
}

void write_definitions(JsonWriter& json, const Playbook& playbook) {
  json.key("agent_definitions").begin_object().key(agent_id()).begin_object();
  json.member("type", "group").member("name", "Tocsin").end_object().end_object();
  json.key("extension_definitions").begin_object().key(cacao_extension_id()).begin_object();
  json.member("type", "extension-definition").member("name", "tocsin");
  json.member("description", "Steps and trigger in Tocsin's own words, as in its YAML");
  json.member("created_by", identity_id()).member("schema", "docs/playbooks.md");
  json.member("version", "1.0").end_object().end_object();
  json.key("playbook_extensions").begin_object().key(cacao_extension_id()).begin_object();
  json.member("version", playbook.version);
  json.member("timeout", exact_span(playbook.timeout));
  json.key("trigger").begin_object();
  if (playbook.trigger.linked) {
    json.member("linked", true);
  }
  write_condition(json, playbook.trigger.when);
  json.end_object().end_object().end_object();
}

}  // namespace

std::string cacao_extension_id() {
  return "extension-definition--" + uuid_of("extension");
}

std::string cacao_json(const Playbook& playbook, Micros exported) {
  JsonWriter json;
  json.begin_object();
  json.member("type", "playbook").member("spec_version", "cacao-2.0");
  json.member("id", "playbook--" + uuid_of(playbook.name));
  json.member("name", playbook.name);
  write_text(json, "description", playbook.description);
  write_texts(json, "playbook_types", playbook.types);
  json.member("created_by", identity_id());
  json.member("created", iso_time(exported)).member("modified", iso_time(exported));
  write_number(json, "priority", playbook.priority);
  write_number(json, "severity", playbook.severity);
  write_texts(json, "labels", playbook.labels);
  write_workflow(json, playbook);
  write_definitions(json, playbook);
  return json.end_object().take();
}

}  // namespace tocsin
