#include "api/playbooks_resource.h"

#include <span>

#include "api/answer_route.h"
#include "api/decision_json.h"
#include "api/parameters.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "respond/playbook/cacao.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kRunsPageMax = 1'000;

void write_texts(JsonWriter& json, std::string_view name, std::span<const std::string> texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

// The members of a run, in an object that the caller ends.
void write_run(JsonWriter& json, const PlaybookRun& run) {
  json.member("id", run.id);
  json.member("playbook", run.playbook);
  json.member("version", run.version);
  json.member("alert_id", run.alert_id);
  json.member("by", run.by);
  json.member("state", run_state_name(run.state));
  json.member("step", run.step);
  json.member("waiting", run.waiting && run.state == RunState::kRunning);
  json.member("detail", run.detail);
  json.member("started", iso_time(run.started));
  json.member("deadline", iso_time(run.deadline));
  json.key("ended");
  if (run.state == RunState::kRunning) {
    json.null();
  } else {
    json.value(iso_time(run.ended));
  }
  json.key("decisions").begin_array();
  for (const std::uint64_t id : run.decisions) {
    json.value(id);
  }
  json.end_array();
  write_texts(json, "approvals", run.approvals);
  json.member("steps_done", run.steps_done);
}

}  // namespace

Result<std::shared_ptr<const Playbook>> playbook_in_force(const PlaybookEngine& engine,
                                                          const std::string& name) {
  std::shared_ptr<const Playbook> found = engine.in_force()->find(name);
  if (found == nullptr) {
    return fail(ErrorCode::kNotFound, "there is no playbook {} in force", name.substr(0, 64));
  }
  return found;
}

Result<std::string> playbook_version(const PlaybookEngine& engine, const std::string& name,
                                     const std::optional<std::string>& wanted) {
  TRY_ASSIGN(const auto playbook, playbook_in_force(engine, name));
  if (wanted && *wanted != playbook->version) {
    return fail(ErrorCode::kConflict, "the playbook {} is in force in the version {}, not {}", name,
                playbook->version, wanted->substr(0, 64));
  }
  return playbook->version;
}

std::vector<Route> PlaybooksResource::routes() {
  constexpr auto kPool = Place::kPool;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kRespond = Scope::kRespond;
  constexpr auto kAdmin = Scope::kAdmin;
  using P = PlaybooksResource;
  // clang-format off
  return {
      {"GET", "/api/v1/playbooks", kRead, kPool, answer(*this, &P::list)},
      {"GET", "/api/v1/playbooks/{name}", kRead, kPool, answer(*this, &P::get)},
      {"POST", "/api/v1/playbooks/{name}/arm", kAdmin, kPool, answer(*this, &P::arm)},
      {"POST", "/api/v1/playbooks/{name}/run", kRespond, kPool, answer(*this, &P::run)},

      {"GET", "/api/v1/playbook-runs", kRead, kPool, answer(*this, &P::runs)},
      {"GET", "/api/v1/playbook-runs/{id}", kRead, kPool, answer(*this, &P::get_run)},
      {"POST", "/api/v1/playbook-runs/{id}/cancel", kRespond, kPool, answer(*this, &P::cancel)},
      {"POST", "/api/v1/playbook-runs/{id}/answer", kRespond, kPool, answer(*this, &P::answer_run)},
  };
  // clang-format on
}

void PlaybooksResource::write_summary(JsonWriter& json, const Playbook& playbook) const {
  json.member("name", playbook.name);
  json.member("version", playbook.version);
  json.member("description", playbook.description);
  write_texts(json, "types", playbook.types);
  write_texts(json, "labels", playbook.labels);
  json.member("priority", playbook.priority);
  json.member("severity", playbook.severity);
  json.member("file", playbook.file);
  json.member("armed", of_.engine.is_armed(playbook));
  json.member("linked", playbook.trigger.linked);
  json.member("steps", std::uint64_t{playbook.steps.size()});
}

Result<HttpResponse> PlaybooksResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  const std::shared_ptr<const PlaybookSet> set = of_.engine.in_force();
  JsonWriter json;
  json.begin_object().key("playbooks").begin_array();
  for (const auto& playbook : set->playbooks) {
    json.begin_object();
    write_summary(json, *playbook);
    json.end_object();
  }
  json.end_array();
  write_texts(json, "issues", set->issues);
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> PlaybooksResource::get(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const auto playbook, playbook_in_force(of_.engine, call.path_values[0]));
  JsonWriter json;
  json.begin_object();
  write_summary(json, *playbook);
  json.member("text", playbook->text);
  json.key("cacao").raw(cacao_json(*playbook, clock_.now()));
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> PlaybooksResource::arm(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {"armed", "version"}));
  TRY_ASSIGN(const std::optional<bool> wanted, given.flag("armed"));
  TRY_ASSIGN(const std::optional<std::string> version, given.text("version"));
  const std::string& name = call.path_values[0];
  const std::string actor = actor_of(call);
  if (!wanted) {
    return fail(ErrorCode::kInvalid, "say \"armed\": true or false");
  }
  std::string what = name;
  if (*wanted) {
    TRY_ASSIGN(const std::string in_force, playbook_version(of_.engine, name, version));
    TRY(of_.armed.arm("playbook", name, in_force, actor));
    what += " in the version " + in_force;
  } else {
    TRY(of_.armed.disarm("playbook", name));
  }
  of_.audit.record(
      {clock_.now(),
       actor,
       *wanted ? "armed" : "disarmed",
       fmt::format("{} {} the playbook {}", actor, *wanted ? "armed" : "disarmed", what),
       {},
       "arming"});
  return HttpResponse::empty(204);
}

Result<HttpResponse> PlaybooksResource::run(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {"alert", "rehearse"}));
  TRY_ASSIGN(const std::optional<std::string> alert, given.text("alert"));
  TRY_ASSIGN(const std::optional<bool> rehearse, given.flag("rehearse"));
  const std::string& name = call.path_values[0];
  if (!alert || alert->empty()) {
    return fail(ErrorCode::kInvalid, "say the id of an \"alert\"");
  }
  JsonWriter json;
  json.begin_object();
  if (!rehearse.value_or(true)) {
    TRY_ASSIGN(const std::string id, of_.engine.run(name, *alert, actor_of(call)));
    json.member("run", id).end_object();
    return HttpResponse::json(201, json.take());
  }
  TRY_ASSIGN(const std::vector<RehearsedStep> steps, of_.engine.rehearse(name, *alert));
  json.key("steps").begin_array();
  for (const RehearsedStep& step : steps) {
    json.begin_object().member("step", step.step).member("kind", step.kind);
    json.member("sentence", step.sentence).end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> PlaybooksResource::runs(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_query(call.request, {"alert", "playbook", "state", "limit"}));
  RunFilter filter;
  TRY_ASSIGN(filter.alert_id, given.text("alert"));
  TRY_ASSIGN(filter.playbook, given.text("playbook"));
  TRY_ASSIGN(const std::optional<std::string> state, given.text("state"));
  if (state && !(filter.state = parse_run_state(*state))) {
    return fail(ErrorCode::kInvalid, "state is not running, succeeded, failed or cancelled: {}",
                state->substr(0, 32));
  }
  TRY_ASSIGN(const auto limit, given.number("limit", 1, kRunsPageMax));
  filter.limit = limit.value_or(filter.limit);
  TRY_ASSIGN(const std::vector<PlaybookRun> found, of_.engine.runs(filter));
  JsonWriter json;
  json.begin_object().key("runs").begin_array();
  for (const PlaybookRun& run : found) {
    json.begin_object();
    write_run(json, run);
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> PlaybooksResource::get_run(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  RunFilter filter;
  filter.id = call.path_values[0];
  TRY_ASSIGN(const std::vector<PlaybookRun> found, of_.engine.runs(filter));
  if (found.empty()) {
    return fail(ErrorCode::kNotFound, "there is no run {}", filter.id->substr(0, 64));
  }
  TRY_ASSIGN(const std::vector<RunStep> steps, of_.engine.steps(found[0].id));
  JsonWriter json;
  json.begin_object();
  write_run(json, found[0]);
  json.key("steps").begin_array();
  for (const RunStep& step : steps) {
    json.begin_object().member("number", step.number).member("step", step.step);
    json.member("kind", step.kind).member("at", iso_time(step.at));
    json.member("outcome", step.outcome).member("sentence", step.sentence).end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> PlaybooksResource::cancel(const Call& call) {
  if (!call.request.body.empty()) {
    TRY(Parameters::of_json(call.request.body, {}));
  }
  TRY(of_.engine.cancel(call.path_values[0], actor_of(call)));
  return HttpResponse::empty(204);
}

Result<HttpResponse> PlaybooksResource::answer_run(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {"yes"}));
  TRY_ASSIGN(const std::optional<bool> yes, given.flag("yes"));
  if (!yes) {
    return fail(ErrorCode::kInvalid, "say \"yes\": true or false");
  }
  TRY(of_.engine.answer(call.path_values[0], *yes, actor_of(call)));
  return HttpResponse::empty(204);
}

}  // namespace tocsin
