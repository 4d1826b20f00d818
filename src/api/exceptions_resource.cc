#include "api/exceptions_resource.h"

#include "api/alerts_resource.h"
#include "api/parameters.h"
#include "base/fail.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::size_t kPreviewAlertsMax = 10'000;  // looked at, newest first
constexpr std::size_t kPreviewShownMax = 100;
constexpr std::size_t kSilencedShownMax = 1'000;
constexpr Span kPreviewSpan = span_s(30LL * 86'400);

void write_time(JsonWriter& json, std::string_view name, const std::optional<Micros>& time) {
  json.key(name);
  if (time) {
    json.value(iso_time(*time));
  } else {
    json.null();
  }
}

std::string_view state_of(const AlertException& exception, Micros now) {
  if (exception.ended) {
    return "ended";
  }
  return exception.expires <= now ? "expired" : "active";
}

void write_exception_members(JsonWriter& json, const AlertException& exception, Micros now) {
  json.member("id", exception.id).member("state", state_of(exception, now));
  json.member("rule", exception.spec.rule);
  json.key("where").begin_array();
  for (const ExceptionCondition& condition : exception.spec.where) {
    json.value(condition.field + "=" + condition.value);
  }
  json.end_array();
  json.member("schedule", exception.spec.schedule).member("owner", exception.spec.owner);
  json.member("reason", exception.spec.reason).member("alert_id", exception.spec.alert_id);
  json.member("created", iso_time(exception.created));
  json.member("created_by", exception.created_by);
  json.member("expires", iso_time(exception.expires));
  write_time(json, "ended", exception.ended);
  json.member("findings", exception.findings);
  write_time(json, "last", exception.last);
}

Result<std::vector<ExceptionCondition>> read_conditions(const std::vector<std::string>& texts) {
  std::vector<ExceptionCondition> conditions;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t equals = texts[i].find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::kInvalid, "where[{}]: \"{}\" is not FIELD=VALUE", i,
                  texts[i].substr(0, 100));
    }
    conditions.push_back({texts[i].substr(0, equals), texts[i].substr(equals + 1)});
  }
  return conditions;
}

// ISO, or a span from now ("30d").
Result<std::optional<Micros>> read_expiry(const Parameters& given, Micros now) {
  TRY_ASSIGN(const std::optional<std::string> text, given.text("expires"));
  if (!text) {
    return std::optional<Micros>();
  }
  if (const std::optional<Micros> time = parse_iso_time(*text)) {
    return time;
  }
  if (const std::optional<Span> span = parse_span(*text)) {
    return std::optional(now + *span);
  }
  return fail(ErrorCode::kInvalid, "expires is neither an ISO time nor a span such as 30d: {}",
              text->substr(0, 32));
}

}  // namespace

// With "alert_id" and without a rule: made from that alert; "where" narrows it further.
Result<ExceptionSpec> ExceptionsResource::read_spec(const Call& call, std::optional<Micros>* from) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"rule", "where", "schedule", "expires",
                                                     "owner", "reason", "alert_id", "from"}));
  ExceptionSpec spec;
  TRY_ASSIGN(const std::optional<std::string> alert_id, given.text("alert_id"));
  TRY_ASSIGN(const std::optional<std::string> rule, given.text("rule"));
  if (alert_id && !alert_id->empty()) {
    TRY_ASSIGN(const Alert alert, alerts_.get(*alert_id));
    spec = exception_from(alert);
  }
  if (rule) {
    spec.rule = *rule;
  }
  if (given.has("where")) {
    TRY_ASSIGN(const std::vector<std::string> texts, given.texts("where"));
    TRY_ASSIGN(spec.where, read_conditions(texts));
  }
  TRY_ASSIGN(const std::optional<std::string> schedule, given.text("schedule"));
  spec.schedule = schedule.value_or("");
  TRY_ASSIGN(spec.expires, read_expiry(given, clock_.now()));
  TRY_ASSIGN(const std::optional<std::string> owner, given.text("owner"));
  spec.owner = owner.value_or(call.who.name);
  TRY_ASSIGN(const std::optional<std::string> reason, given.text("reason"));
  spec.reason = reason.value_or("");
  TRY_ASSIGN(*from, given.time("from", clock_.now()));
  return spec;
}

Result<HttpResponse> ExceptionsResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::vector<AlertException> all, exceptions_.list());
  JsonWriter json;
  json.begin_object().key("exceptions").begin_array();
  for (const AlertException& exception : all) {
    json.begin_object();
    write_exception_members(json, exception, clock_.now());
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ExceptionsResource::create(const Call& call) {
  std::optional<Micros> from;
  TRY_ASSIGN(const ExceptionSpec spec, read_spec(call, &from));
  TRY_ASSIGN(const AlertException made, exceptions_.add(spec, call.who.actor()));
  JsonWriter json;
  json.begin_object();
  write_exception_members(json, made, clock_.now());
  json.end_object();
  return HttpResponse::json(201, json.take());
}

Result<HttpResponse> ExceptionsResource::preview(const Call& call) {
  std::optional<Micros> from;
  TRY_ASSIGN(const ExceptionSpec spec, read_spec(call, &from));
  AlertFilter filter;
  filter.from = from.value_or(clock_.now() - kPreviewSpan);
  filter.limit = kAlertsPageMax;
  if (spec.rule != "*") {
    filter.rule_id = spec.rule;
  }
  std::vector<Alert> past;
  do {
    TRY_ASSIGN(AlertPage page, alerts_.list(filter));
    past.insert(past.end(), page.alerts.begin(), page.alerts.end());
    filter.cursor = page.next;
  } while (!filter.cursor.empty() && past.size() < kPreviewAlertsMax);
  TRY_ASSIGN(const ExceptionStore::Preview preview, exceptions_.preview(spec, past));
  JsonWriter json;
  json.begin_object().member("looked_at", preview.looked_at);
  json.member("all_looked_at", filter.cursor.empty());
  json.member("silenced_alerts", std::uint64_t{preview.alerts.size()});
  json.member("silenced_findings", preview.findings);
  json.key("alerts").begin_array();
  for (std::size_t i = 0; i < std::min(preview.alerts.size(), kPreviewShownMax); ++i) {
    write_alert(json, preview.alerts[i]);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ExceptionsResource::get(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const AlertException exception, exceptions_.get(call.path_values[0]));
  TRY_ASSIGN(const std::vector<SilencedKey> keys,
             exceptions_.silenced(exception.id, kSilencedShownMax));
  JsonWriter json;
  json.begin_object();
  write_exception_members(json, exception, clock_.now());
  json.key("silenced").begin_array();
  for (const SilencedKey& key : keys) {
    json.begin_object().member("rule_id", key.rule_id).member("title", key.title);
    json.member("key", key.key).member("findings", key.findings);
    json.member("first", iso_time(key.first)).member("last", iso_time(key.last)).end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> ExceptionsResource::end(const Call& call) {
  TRY(exceptions_.end(call.path_values[0], call.who.actor()));
  return HttpResponse::empty(204);
}

}  // namespace tocsin
