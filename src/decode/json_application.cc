// What applications log as JSON (or logfmt): many names for the same things, made ECS. A key that
// means nothing known keeps its name.
#include <array>
#include <cmath>
#include <string>

#include "base/ip.h"
#include "base/text.h"
#include "base/utf8.h"
#include "decode/app_text.h"
#include "decode/json_shapes.h"
#include "decode/phrase.h"
#include "decode/scan.h"
#include "decode/web_request.h"

namespace tocsin::json_shape {
namespace {

enum class Kind : std::uint8_t {
  kField,  // under the target's name
  kText,   // the same, when it is a text; else its own name
  kLevel,
  kAddress,
  kForwarded,
  kUrl,
  kStatus,  // 100..599
  kSeconds,
  kAction,  // decided when all fields are written
  kOutcome,
};

constexpr std::size_t kAliasesMax = 16;
constexpr std::size_t kLevelBytesMax = 64;

// Of the names present the first stands for the target; the others keep their own.
struct Group {
  FieldId target;
  Kind kind;
  std::array<JsonName, kAliasesMax> names;
};

constexpr auto kGroups = std::to_array<Group>({
    {fields::log_level,
     Kind::kLevel,
     {key::level, key::severity_text, key::severity_text2, key::severity_text3, key::severity,
      key::lvl, key::loglevel, key::log_level, key::levelname}},
    {fields::message,
     Kind::kText,
     {key::message, key::msg, key::short_message, key::log, key::text, key::body_string, key::body,
      key::body_otel, key::journal_message, key::description}},
    {fields::log_logger, Kind::kText, {key::logger, key::logger_name}},
    {fields::user_name,
     Kind::kField,
     {key::user, key::username, key::user_name_, key::user_name_camel, key::login, key::account,
      key::remote_user}},
    {fields::user_id, Kind::kField, {key::user_id_, key::user_id_camel, key::userid}},
    {fields::user_email, Kind::kText, {key::email}},
    {fields::session_id, Kind::kField, {key::session, key::session_camel}},
    {fields::source_ip,
     Kind::kAddress,
     {key::source_ip_, key::src_ip, key::client_ip_, key::client_ip_camel, key::client_ip_upper,
      key::remote_addr, key::remote_addr_camel, key::remote_ip, key::remote_address,
      key::remote_address_camel, key::request_client_ip, key::request_remote_ip, key::ip_address,
      key::ip_address_camel, key::client_host, key::ip}},
    {fields::network_forwarded_ip, Kind::kForwarded, {key::forwarded_for, key::forwarded_for2}},
    {fields::http_method,
     Kind::kText,
     {key::method, key::request_method, key::http_method_, key::req_method, key::caddy_method,
      key::traefik_method}},
    {fields::url_original,
     Kind::kUrl,
     {key::request_uri, key::req_url, key::caddy_uri, key::traefik_path, key::url_, key::uri,
      key::endpoint, key::path}},
    {fields::http_status,
     Kind::kStatus,
     {key::status_code, key::status_code_camel, key::res_status, key::response_status,
      key::http_status_, key::traefik_status, key::status}},
    {fields::user_agent,
     Kind::kText,
     {key::user_agent_, key::useragent, key::user_agent_camel, key::http_user_agent, key::req_agent,
      key::caddy_agent}},
    {fields::http_referrer,
     Kind::kText,
     {key::referer, key::referrer, key::http_referer, key::req_referer}},
    {fields::http_response_body_bytes, Kind::kField, {key::body_bytes_sent, key::bytes_sent}},
    {fields::http_request_id,
     Kind::kField,
     {key::request_id, key::request_id_camel, key::req_id, key::req_id_nested}},
    {fields::event_duration, Kind::kSeconds, {key::request_time}},
    {fields::url_domain, Kind::kText, {key::caddy_host, key::server_name}},
    {fields::host_name, Kind::kText, {key::hostname, key::journal_host, key::host}},
    {fields::process_pid, Kind::kField, {key::pid, key::journal_pid, key::journal_pid2}},
    {fields::process_name,
     Kind::kText,
     {key::program, key::syslog_identifier, key::appname, key::ident}},
    {fields::service_name, Kind::kText, {key::service, key::app, key::application, key::appid}},
    {fields::service_environment, Kind::kText, {key::environment, key::env}},
    {fields::trace_id, Kind::kText, {key::trace_id_, key::trace_id_camel}},
    {fields::span_id, Kind::kText, {key::span_id_, key::span_id_camel}},
    {fields::error_message, Kind::kText, {key::err_message, key::error, key::err}},
    {fields::error_type, Kind::kText, {key::err_type}},
    {fields::event_reason, Kind::kText, {key::reason}},
    {fields::event_action,
     Kind::kAction,
     {key::event, key::action, key::event_name_, key::event_name, key::event_type}},
    {fields::event_outcome, Kind::kOutcome, {key::outcome, key::result, key::success, key::status}},
});

constexpr std::uint8_t kOwnName = 0xFF;
constexpr std::uint8_t kDropped = 0xFE;

class Application {
 public:
  Application(const JsonView& json, EventWriter& event) : json_(json), event_(event) {
    treatment_.fill(kOwnName);
  }

  void write() {
    choose();
    const bool otel = json_.has(key::severity_text) || json_.has(key::severity_text2) ||
                      json_.has(key::severity_text3) || json_.has(key::time_unix_nano);
    for (const Field& field : json_.fields()) {
      write_field(field, otel);
    }
    write_meaning();
    write_source();
  }

 private:
  void choose() {
    for (std::size_t i = 0; i < kGroups.size(); ++i) {
      for (const JsonName name : kGroups[i].names) {
        if (name == JsonName::kNone) {
          break;
        }
        if (json_.has(name) && at(name) == kOwnName && suits(kGroups[i].kind, name)) {
          at(name) = static_cast<std::uint8_t>(i);
          break;
        }
      }
    }
    const JsonName time_name =
        write_time(json_,
                   {key::at_timestamp, key::timestamp, key::time, key::ts, key::datetime,
                    key::time_iso8601, key::time_local, key::asctime, key::event_time,
                    key::time_unix_nano, key::time_otel, key::mongo_time, key::realtime, key::date},
                   event_);
    if (time_name != JsonName::kNone) {
      at(time_name) = kDropped;
    }
    at(key::ecs_dataset) = kDropped;
  }

  std::uint8_t& at(JsonName name) { return treatment_[static_cast<std::size_t>(name)]; }

  bool suits(Kind kind, JsonName name) const {
    const Value& value = *json_.find(name);
    switch (kind) {
      case Kind::kText:
      case Kind::kAction:
        return value.is_text();
      case Kind::kAddress:
        return value.is_text() && parse_ip_lenient(value.as_text());
      case Kind::kForwarded:
        return value.is_text();
      case Kind::kUrl:
        return value.is_text() && (name != key::path || json_.has(key::method)) &&
               (value.as_text().starts_with('/') ||
                value.as_text().find("://") != std::string_view::npos);
      case Kind::kStatus:
        return http_status_of(value) != 0;
      case Kind::kOutcome:
        return value.kind() == ValueKind::kBool || value.is_text();
      case Kind::kLevel:
      case Kind::kField:
      case Kind::kSeconds:
        return true;
    }
    return true;
  }

  static std::int64_t http_status_of(const Value& value) {
    const std::int64_t status = value.kind() == ValueKind::kInt ? value.as_int()
                                : value.is_text() ? parse_int(value.as_text()).value_or(0)
                                                  : 0;
    return status >= 100 && status <= 599 ? status : 0;
  }

  void write_field(const Field& field, bool otel) {
    const std::uint8_t treatment = treatment_[static_cast<std::size_t>(json_.name_of(field))];
    if (treatment == kDropped) {
      return;
    }
    if (treatment == kOwnName || json_.name_of(field) == JsonName::kNone) {
      otel ? write_otel(field) : event_.fitting(field.id, field.value);
      return;
    }
    write_as(kGroups[treatment], field);
  }

  void write_as(const Group& group, const Field& field) {
    const Value& value = field.value;
    switch (group.kind) {
      case Kind::kField:
        event_.fitting(group.target, value);
        return;
      case Kind::kText:
        event_.fitting(value.is_text() ? group.target : field.id, value);
        return;
      case Kind::kLevel:
        write_level(value);
        return;
      case Kind::kAddress:
        event_.source(value.is_text() ? value.as_text() : std::string_view{});
        return;
      case Kind::kForwarded:
        event_.forwarded(value.as_text());
        return;
      case Kind::kUrl:
        if (value.is_text()) {
          event_.url(value.as_text());
        }
        return;
      case Kind::kStatus:
        event_.integer(fields::http_status, http_status_of(value));
        return;
      case Kind::kSeconds:
        write_seconds(value, field.id);
        return;
      case Kind::kAction:
        action_ = value.is_text() ? value.as_text() : action_;
        return;
      case Kind::kOutcome:
        write_outcome(value, field.id);
        return;
    }
  }

  // pino and bunyan count levels in tens.
  void write_level(const Value& value) {
    static constexpr auto kNames =
        std::to_array<std::string_view>({"trace", "debug", "info", "warn", "error", "critical"});
    if (value.kind() == ValueKind::kInt && value.as_int() >= 10 && value.as_int() <= 60 &&
        value.as_int() % 10 == 0) {
      set_level(kNames[static_cast<std::size_t>(value.as_int() / 10 - 1)]);
      numeric_level_ = true;
      return;
    }
    const std::string_view text = value.is_text() ? value.as_text() : std::string_view{};
    bool upper = false;
    for (const char c : text) {
      upper = upper || (c >= 'A' && c <= 'Z');
    }
    set_level(upper && text.size() <= 32 ? event_.copy(to_lower(text))
              : value.is_text()          ? text
                                         : event_.copy(value.to_text()));
  }

  // Instead of the level that a syslog header told.
  void set_level(std::string_view level_word) {
    event_.out().set(fields::log_level, Value::text(utf8_prefix(level_word, kLevelBytesMax)));
  }

  void write_seconds(const Value& value, FieldId own) {
    const double seconds = value.kind() == ValueKind::kDouble ? value.as_double()
                           : value.kind() == ValueKind::kInt  ? static_cast<double>(value.as_int())
                           : value.is_text() ? parse_double(value.as_text()).value_or(-1)
                                             : -1;
    if (seconds >= 0 && seconds < 1e9) {
      event_.integer(fields::event_duration, std::llround(seconds * 1e9));
    } else {
      event_.fitting(own, value);
    }
  }

  void write_outcome(const Value& value, FieldId own) {
    static constexpr auto kGood = std::to_array<std::string_view>(
        {"success", "successful", "succeeded", "ok", "passed", "allowed", "allow", "accepted"});
    static constexpr auto kBad =
        std::to_array<std::string_view>({"failure", "failed", "fail", "error", "denied", "deny",
                                         "rejected", "invalid", "blocked", "unauthorized"});
    if (value.kind() == ValueKind::kBool) {
      outcome_ = value.as_bool() ? "success" : "failure";
      return;
    }
    for (const std::string_view word : kGood) {
      if (equals_ignore_case(word, value.as_text())) {
        outcome_ = "success";
        return;
      }
    }
    for (const std::string_view word : kBad) {
      if (equals_ignore_case(word, value.as_text())) {
        outcome_ = "failure";
        return;
      }
    }
    event_.fitting(own, value);
  }

  // attributes: [{"key": k, "value": {"stringValue": v}}] and {"attributes": {k: v}} are k = v.
  void write_otel(const Field& field) {
    const JsonName name = json_.name_of(field);
    if ((name == key::attribute_key || name == key::resource_key) && field.value.is_text()) {
      otel_key_ = field.value.as_text();
      return;
    }
    std::string_view own = event_.name_of(field.id);
    for (const std::string_view prefix :
         {"attributes.", "resource.attributes.", "Attributes.", "Resource.", "resource."}) {
      if (!skip(own, prefix)) {
        continue;
      }
      if (own.starts_with("value.") && !otel_key_.empty()) {
        own = otel_key_;
      }
      if (own == "client.address" && field.value.is_text()) {
        event_.source(field.value.as_text());
      }
      if (const auto id = event_.field(own)) {
        event_.fitting(*id, field.value);
      }
      return;
    }
    event_.fitting(field.id, field.value);
  }

  void write_meaning() {
    if (event_.has(fields::event_category)) {
      finish_action();
      return;
    }
    if (write_action_meaning() || write_request_meaning()) {
      return;
    }
    finish_action();
    if (const Value* told = event_.find(fields::message); told != nullptr && told->is_text()) {
      const std::string_view said = told->as_text();
      if (event_.has(fields::event_action) || write_owasp(said, event_) ||
          write_event_details(said, event_)) {
        return;
      }
      write_sentence(said, event_);
    }
  }

  void finish_action() {
    if (!event_.has(fields::event_action)) {
      event_.text_if_any(fields::event_action, action_);
    }
    if (!event_.has(fields::event_outcome)) {
      event_.text_if_any(fields::event_outcome, outcome_);
    }
  }

  // "authn_login_fail:joe", "login_failed", "user.login" with an outcome beside it.
  bool write_action_meaning() {
    if (action_.empty() || action_.size() > 200) {
      return false;
    }
    if (write_owasp(action_, event_)) {
      return true;
    }
    std::string sentence(action_);
    sentence.append(" attempt ").append(outcome_);
    const auto deed = read_deed(sentence);
    if (!deed) {
      return false;
    }
    event_.deed(*deed);
    event_.text(fields::event_code, action_);
    return true;
  }

  bool write_request_meaning() {
    const Value* method_value = event_.find(fields::http_method);
    const Value* path_value = event_.find(fields::url_path);
    const Value* status_value = event_.find(fields::http_status);
    if (path_value == nullptr || (method_value == nullptr && status_value == nullptr)) {
      return false;
    }
    WebRequest request;
    request.path = path_value->as_text();
    request.method = method_value == nullptr ? std::string_view{} : method_value->as_text();
    request.status = status_value == nullptr ? 0 : status_value->as_int();
    write_web_deed(request, Deed::kApiCalled, event_);
    return true;
  }

  void write_source() {
    const Value* client = event_.find(fields::client_ip);
    if (client != nullptr && client->is_text() && !event_.has(fields::source_ip)) {
      event_.text(fields::source_ip, client->as_text());
    }
    const std::string_view told = json_.text(key::ecs_dataset);
    told.empty() ? write_app_dataset(event_) : event_.dataset(told);
    event_.logsource({numeric_level_ ? "nodejs" : "", "application", ""});
  }

  const JsonView& json_;
  EventWriter& event_;
  std::array<std::uint8_t, kJsonNameCount> treatment_;
  std::string_view action_;
  std::string_view outcome_;
  std::string_view otel_key_;
  bool numeric_level_ = false;
};

}  // namespace

void write_application(const JsonView& json, EventWriter& event) {
  Application(json, event).write();
}

}  // namespace tocsin::json_shape
