#include "api/rule_editor.h"

#include "api/load_report_json.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "base/fail.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr int kUnprocessable = 422;
constexpr std::uint64_t kDaysDefault = 7;
constexpr std::uint64_t kDaysMax = 90;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Those of the text that is tried; not those of the rules in force beside it.
LoadReport of_trial(const LoadReport& report) {
  LoadReport mine;
  for (const LoadIssue& issue : report.issues) {
    if (issue.file == kTrialFile) {
      mine.refused += issue.refused ? 1U : 0U;
      mine.issues.push_back(issue);
    }
  }
  return mine;
}

void write_trial_rule(JsonWriter& json, const RuleInfo& info, std::string_view kind) {
  if (info.file == kTrialFile) {
    json.begin_object().member("id", info.id).member("title", info.title);
    json.member("level", level_name(info.level)).member("kind", kind).end_object();
  }
}

HttpResponse text_answer(const std::string& id, const RuleText& text) {
  JsonWriter json;
  json.begin_object().member("id", id).member("file", text.file).member("own", text.own);
  json.member("text", text.text);
  return HttpResponse::json(200, json.end_object().take());
}

Result<std::string> text_of_body(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {"text"}));
  TRY_ASSIGN(const std::optional<std::string> text, given.text("text"));
  if (!text) {
    return fail(ErrorCode::kInvalid, "text is missing");
  }
  return *text;
}

}  // namespace

Result<HttpResponse> RuleEditor::text(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const RuleText text, desk_.text_of(call.path_values[0]));
  return text_answer(call.path_values[0], text);
}

Result<HttpResponse> RuleEditor::check(const Call& call) {
  TRY_ASSIGN(const std::string text, text_of_body(call));
  TRY_ASSIGN(const TrialRules trial, desk_.try_out(text));
  JsonWriter json;
  json.begin_object();
  write_issues(json, of_trial(trial.report));
  json.key("rules").begin_array();
  const RuleSet& rules = *trial.rules->rule_set();
  for (const Rule& one : rules.rules()) {
    write_trial_rule(json, *one.info, "rule");
  }
  for (const sigma::Correlation& one : rules.correlations()) {
    write_trial_rule(json, *one.info, "correlation");
  }
  for (const sigma::Monitor& one : rules.monitors()) {
    write_trial_rule(json, *one.info, "monitor");
  }
  return HttpResponse::json(200, json.end_array().end_object().take());
}

Result<HttpResponse> RuleEditor::save(const Call& call) {
  const std::string& id = call.path_values[0];
  TRY_ASSIGN(const std::string text, text_of_body(call));
  TRY_ASSIGN(const LoadReport report, desk_.save_own(id, text));
  if (report.refused > 0) {
    JsonWriter json;
    json.begin_object();
    write_problem(json, kUnprocessable, "rule_refused",
                  "the rule does not load; nothing was changed", call.request_id);
    write_issues(json, of_trial(report));
    return HttpResponse::bytes(kUnprocessable, "application/problem+json",
                               json.end_object().take());
  }
  TRY_ASSIGN(const RuleText saved, desk_.text_of(id));
  return text_answer(id, saved);
}

Result<HttpResponse> RuleEditor::remove(const Call& call) {
  TRY(desk_.remove_own(call.path_values[0]));
  return HttpResponse::empty(204);
}

Result<HttpResponse> RuleEditor::activity(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"days"}));
  TRY_ASSIGN(const auto days_given, given.number("days", 1, kDaysMax));
  const std::uint64_t days = days_given.value_or(kDaysDefault);
  const std::int64_t today = clock_.now().value / kMicrosPerDay;
  const Micros from((today - static_cast<std::int64_t>(days) + 1) * kMicrosPerDay);
  TRY_ASSIGN(const auto activity, alerts_.activity(from, static_cast<std::size_t>(days)));
  JsonWriter json;
  json.begin_object().member("days", days).member("from", iso_time(from));
  json.key("rules").begin_object();
  for (const auto& [rule, findings] : activity) {
    json.key(rule).begin_array();
    for (const std::uint64_t count : findings) {
      json.value(count);
    }
    json.end_array();
  }
  return HttpResponse::json(200, json.end_object().end_object().take());
}

}  // namespace tocsin
