#include "api/alerts_resource.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "alert/triage.h"
#include "api/parameters.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "model/baseline_json.h"

namespace tocsin {
namespace {

constexpr std::size_t kBulkMax = 10'000;  // alerts that one call changes

constexpr std::array kLevels = {Level::kInformational, Level::kLow, Level::kMedium, Level::kHigh,
                                Level::kCritical};

Result<Level> read_level(const std::string& word) {
  const auto found = std::ranges::find_if(
      kLevels, [&](Level level) { return equals_ignore_case(word, level_name(level)); });
  if (found == kLevels.end()) {
    return fail(ErrorCode::kInvalid,
                "level is not informational, low, medium, high or critical: {}",
                word.substr(0, 32));
  }
  return *found;
}

Result<AlertState> read_state(const std::string& word) {
  const std::optional<AlertState> state = parse_alert_state(word);
  if (!state) {
    return fail(ErrorCode::kInvalid, "state is not new, acknowledged or closed: {}",
                word.substr(0, 32));
  }
  return *state;
}

// What to choose by; the page is not read here.
Result<AlertFilter> read_choice(const Parameters& given, Micros now) {
  AlertFilter filter;
  TRY_ASSIGN(const std::vector<std::string> states, given.texts("state"));
  for (const std::string& word : states) {
    TRY_ASSIGN(const AlertState state, read_state(word));
    filter.states.push_back(state);
  }
  TRY_ASSIGN(const std::optional<std::string> level, given.text("level"));
  if (level) {
    TRY_ASSIGN(filter.level_min, read_level(*level));
  }
  TRY_ASSIGN(filter.rule_id, given.text("rule"));
  TRY_ASSIGN(filter.key, given.text("key"));
  TRY_ASSIGN(filter.assignee, given.text("assignee"));
  TRY_ASSIGN(filter.from, given.time("from", now));
  TRY_ASSIGN(filter.to, given.time("to", now));
  return filter;
}

Result<AlertFilter> read_filter(const HttpRequest& request, Micros now) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_query(request, {"state", "level", "rule", "key", "assignee", "from",
                                            "to", "limit", "cursor"}));
  TRY_ASSIGN(AlertFilter filter, read_choice(given, now));
  TRY_ASSIGN(const auto limit, given.number("limit", 1, kAlertsPageMax));
  filter.limit = limit.value_or(filter.limit);
  TRY_ASSIGN(const std::optional<std::string> cursor, given.text("cursor"));
  filter.cursor = cursor.value_or("");
  return filter;
}

Result<AlertPatch> read_patch(std::string_view json) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(json, {"state", "verdict", "assignee", "note"}));
  AlertPatch patch;
  TRY_ASSIGN(const std::optional<std::string> state, given.text("state"));
  if (state) {
    TRY_ASSIGN(patch.state, read_state(*state));
  }
  TRY_ASSIGN(const std::optional<std::string> verdict, given.text("verdict"));
  if (verdict) {
    patch.verdict = parse_alert_verdict(*verdict);
    if (!patch.verdict) {
      return fail(ErrorCode::kInvalid,
                  "verdict is not true_positive, benign, false_positive or none: {}",
                  verdict->substr(0, 32));
    }
  }
  TRY_ASSIGN(patch.assignee, given.text("assignee"));
  TRY_ASSIGN(patch.note, given.text("note"));
  return patch;
}

void write_alerts(JsonWriter& json, const std::vector<Alert>& alerts) {
  json.key("alerts").begin_array();
  for (const Alert& alert : alerts) {
    write_alert(json, alert);
  }
  json.end_array();
}

void write_alert_members(JsonWriter& json, const Alert& alert) {
  json.member("id", alert.id);
  json.member("rule_id", alert.rule_id);
  json.member("rule_version", alert.rule_version);
  json.member("title", alert.title);
  json.member("level", level_name(alert.level));
  json.key("tags").begin_array();
  for (const std::string& tag : alert.tags) {
    json.value(tag);
  }
  json.end_array();
  json.key("key").begin_array();
  for (const KeyPart& part : alert.key) {
    json.begin_object().member("field", part.field).member("value", part.value).end_object();
  }
  json.end_array();
  json.member("state", alert_state_name(alert.state));
  json.member("verdict", alert_verdict_name(alert.verdict));
  json.member("assignee", alert.assignee);
  json.member("note", alert.note);
  json.member("first", iso_time(alert.first));
  json.member("last", iso_time(alert.last));
  json.member("opened", iso_time(alert.opened));
  json.member("updated", iso_time(alert.updated));
  json.member("findings", alert.findings);
  json.member("events", alert.events);
  json.member("last_seq", alert.last_seq.value);
  json.key("samples").begin_array();
  for (const Seq seq : alert.samples) {
    json.value(seq.value);
  }
  json.end_array();
  json.member("sentence", alert.sentence);
  json.key("baseline");
  if (alert.baseline == nullptr) {
    json.null();
  } else {
    write_baseline(json, *alert.baseline);
  }
}

}  // namespace

void write_alert(JsonWriter& json, const Alert& alert) {
  json.begin_object();
  write_alert_members(json, alert);
  json.end_object();
}

Result<HttpResponse> AlertsResource::list(const Call& call) {
  TRY_ASSIGN(const AlertFilter filter, read_filter(call.request, clock_.now()));
  TRY_ASSIGN(const AlertPage page, alerts_.list(filter));
  JsonWriter json;
  json.begin_object();
  write_alerts(json, page.alerts);
  json.key("next");
  if (page.next.empty()) {
    json.null();
  } else {
    json.value(page.next);
  }
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> AlertsResource::counts(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::vector<AlertCount> counts, alerts_.counts());
  JsonWriter json;
  json.begin_object().key("counts").begin_array();
  for (const AlertCount& count : counts) {
    json.begin_object();
    json.member("state", alert_state_name(count.state));
    json.member("level", level_name(count.level));
    json.member("alerts", count.alerts);
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> AlertsResource::get(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const Alert alert, alerts_.get(call.path_values[0]));
  TRY_ASSIGN(const std::vector<AlertChange> history, alerts_.history(alert.id));
  JsonWriter json;
  json.begin_object();
  write_alert_members(json, alert);
  json.key("history").begin_array();
  for (const AlertChange& change : history) {
    json.begin_object();
    json.member("at", iso_time(change.at));
    json.member("who", change.who);
    json.member("what", change.what);
    json.member("from", change.from);
    json.member("to", change.to);
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> AlertsResource::change(const Call& call) {
  TRY_ASSIGN(const AlertPatch patch, read_patch(call.request.body));
  TRY_ASSIGN(const std::vector<Alert> changed,
             alerts_.change(std::span(call.path_values).first(1), patch, call.who.actor()));
  JsonWriter json;
  write_alert(json, changed.front());
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> AlertsResource::change_many(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"ids", "dry_run"}, {"change", "filter"}));
  TRY_ASSIGN(const std::vector<std::string> named, given.texts("ids"));
  TRY_ASSIGN(const std::optional<std::string> filter, given.object("filter"));
  TRY_ASSIGN(const std::optional<std::string> change, given.object("change"));
  TRY_ASSIGN(const std::optional<bool> dry_run, given.flag("dry_run"));
  TRY_ASSIGN(const AlertPatch patch, read_patch(change.value_or("{}")));
  TRY(check_patch(patch));
  if (filter.has_value() == !named.empty()) {
    return fail(ErrorCode::kInvalid, "say which alerts: either ids or a filter");
  }
  TRY_ASSIGN(const std::vector<std::string> ids,
             filter ? ids_of(*filter) : Result<std::vector<std::string>>(named));
  std::vector<Alert> changed;
  if (!dry_run.value_or(false)) {
    TRY_ASSIGN(changed, change_all(ids, patch, call.who.actor()));
  }
  JsonWriter json;
  json.begin_object().member("matched", std::uint64_t{ids.size()});
  json.member("changed", std::uint64_t{changed.size()});
  changed.resize(std::min(changed.size(), kAlertsPageMax));
  write_alerts(json, changed);
  json.end_object();
  return HttpResponse::json(200, json.take());
}

// All that the filter finds; what it finds too much of is refused, not cut.
Result<std::vector<std::string>> AlertsResource::ids_of(const std::string& json) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(json, {"state", "level", "rule", "key",
                                                                "assignee", "from", "to"}));
  TRY_ASSIGN(AlertFilter filter, read_choice(given, clock_.now()));
  filter.limit = kAlertsPageMax;
  std::vector<std::string> ids;
  do {
    TRY_ASSIGN(const AlertPage page, alerts_.list(filter));
    for (const Alert& alert : page.alerts) {
      ids.push_back(alert.id);
    }
    filter.cursor = page.next;
  } while (!filter.cursor.empty() && ids.size() <= kBulkMax);
  if (ids.size() > kBulkMax) {
    return fail(ErrorCode::kTooLarge, "the filter finds more than {} alerts: narrow it", kBulkMax);
  }
  return ids;
}

// A transaction takes kAlertsPageMax; each is all or none.
Result<std::vector<Alert>> AlertsResource::change_all(std::span<const std::string> ids,
                                                      const AlertPatch& patch,
                                                      const std::string& who) {
  std::vector<Alert> all;
  while (!ids.empty()) {
    const std::size_t some = std::min(ids.size(), kAlertsPageMax);
    TRY_ASSIGN(std::vector<Alert> changed, alerts_.change(ids.first(some), patch, who));
    std::ranges::move(changed, std::back_inserter(all));
    ids = ids.subspan(some);
  }
  return all;
}

}  // namespace tocsin
