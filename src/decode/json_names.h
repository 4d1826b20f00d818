// The JSON keys that mean something to us, as they are written (nested ones dotted), in all the
// dialects we know. JsonNames turns a FieldId into a JsonName at the price of one array access.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/catalog.h"

namespace tocsin {

// clang-format off
#define TOCSIN_JSON_TIMES(NAME) \
  NAME(at_timestamp, "@timestamp") NAME(timestamp, "timestamp") NAME(time, "time") \
  NAME(ts, "ts") NAME(datetime, "datetime") NAME(date, "date") NAME(event_time, "eventTime") \
  NAME(asctime, "asctime") NAME(time_unix_nano, "timeUnixNano") NAME(time_otel, "Timestamp") \
  NAME(published, "published") NAME(realtime, "__REALTIME_TIMESTAMP") \
  NAME(mongo_time, "t.$date") NAME(time_local, "time_local") \
  NAME(time_iso8601, "time_iso8601")

#define TOCSIN_JSON_LEVEL_MESSAGE_LOGGER(NAME) \
  NAME(level, "level") NAME(severity, "severity") NAME(lvl, "lvl") NAME(loglevel, "loglevel") \
  NAME(log_level, "log_level") NAME(levelname, "levelname") \
  NAME(severity_text, "severityText") NAME(severity_text2, "severity_text") \
  NAME(severity_text3, "SeverityText") NAME(message, "message") NAME(msg, "msg") \
  NAME(log, "log") NAME(text, "text") NAME(short_message, "short_message") NAME(body, "body") \
  NAME(body_otel, "Body") NAME(body_string, "body.stringValue") \
  NAME(description, "description") NAME(journal_message, "MESSAGE") NAME(logger, "logger") \
  NAME(logger_name, "logger_name") NAME(bunyan_name, "name") NAME(bunyan_v, "v") \
  NAME(stream, "stream")

#define TOCSIN_JSON_WHO(NAME) \
  NAME(user, "user") NAME(username, "username") NAME(user_name_, "user_name") \
  NAME(user_name_camel, "userName") NAME(login, "login") NAME(account, "account") \
  NAME(remote_user, "remote_user") NAME(user_id_, "user_id") NAME(user_id_camel, "userId") \
  NAME(userid, "userid") NAME(uid, "uid") NAME(email, "email") NAME(session, "session_id") \
  NAME(session_camel, "sessionId")

#define TOCSIN_JSON_WHERE_FROM(NAME) \
  NAME(ip, "ip") NAME(client_ip_, "client_ip") NAME(client_ip_camel, "clientIp") \
  NAME(client_ip_upper, "clientIP") NAME(remote_addr, "remote_addr") \
  NAME(remote_addr_camel, "remoteAddr") NAME(remote_ip, "remote_ip") \
  NAME(remote_address, "req.remoteAddress") NAME(remote_address_camel, "remoteAddress") \
  NAME(source_ip_, "source_ip") NAME(src_ip, "src_ip") NAME(ip_address, "ip_address") \
  NAME(ip_address_camel, "ipAddress") NAME(request_remote_ip, "request.remote_ip") \
  NAME(request_client_ip, "request.client_ip") NAME(client_host, "ClientHost") \
  NAME(client_address, "client.address") NAME(ecs_client_ip, "client.ip") \
  NAME(forwarded_for, "http_x_forwarded_for") NAME(forwarded_for2, "x_forwarded_for")

#define TOCSIN_JSON_REQUEST(NAME) \
  NAME(method, "method") NAME(request_method, "request_method") \
  NAME(http_method_, "http_method") NAME(req_method, "req.method") \
  NAME(caddy_method, "request.method") NAME(traefik_method, "RequestMethod") NAME(url_, "url") \
  NAME(uri, "uri") NAME(path, "path") NAME(request_uri, "request_uri") \
  NAME(req_url, "req.url") NAME(caddy_uri, "request.uri") NAME(traefik_path, "RequestPath") \
  NAME(endpoint, "endpoint") NAME(status, "status") NAME(status_code, "status_code") \
  NAME(status_code_camel, "statusCode") NAME(res_status, "res.statusCode") \
  NAME(response_status, "response_status") NAME(http_status_, "http_status") \
  NAME(traefik_status, "DownstreamStatus") NAME(user_agent_, "user_agent") \
  NAME(useragent, "useragent") NAME(user_agent_camel, "userAgent") \
  NAME(http_user_agent, "http_user_agent") NAME(req_agent, "req.headers.user-agent") \
  NAME(caddy_agent, "request.headers.User-Agent") NAME(referer, "referer") \
  NAME(referrer, "referrer") NAME(http_referer, "http_referer") \
  NAME(req_referer, "req.headers.referer") NAME(bytes_sent, "bytes_sent") \
  NAME(body_bytes_sent, "body_bytes_sent") NAME(size, "size") NAME(request_id, "request_id") \
  NAME(request_id_camel, "requestId") NAME(req_id, "reqId") NAME(req_id_nested, "req.id") \
  NAME(request_time, "request_time") NAME(server_name, "server_name") \
  NAME(caddy_host, "request.host") NAME(server_protocol, "server_protocol")

#define TOCSIN_JSON_PROCESS_HOST_SERVICE(NAME) \
  NAME(host, "host") NAME(hostname, "hostname") NAME(pid, "pid") NAME(program, "program") \
  NAME(syslog_identifier, "SYSLOG_IDENTIFIER") NAME(appname, "appname") NAME(ident, "ident") \
  NAME(journal_host, "_HOSTNAME") NAME(journal_pid, "_PID") NAME(journal_pid2, "SYSLOG_PID") \
  NAME(service, "service") NAME(app, "app") NAME(application, "application") \
  NAME(appid, "appid") NAME(environment, "environment") NAME(env, "env") \
  NAME(trace_id_, "trace_id") NAME(trace_id_camel, "traceId") NAME(span_id_, "span_id") \
  NAME(span_id_camel, "spanId") NAME(err_message, "err.message") NAME(err_type, "err.type") \
  NAME(error, "error") NAME(err, "err")

#define TOCSIN_JSON_WHAT_HAPPENED(NAME) \
  NAME(event, "event") NAME(action, "action") NAME(event_name, "eventName") \
  NAME(event_name_, "event_name") NAME(event_type, "event_type") NAME(type, "type") \
  NAME(outcome, "outcome") NAME(result, "result") NAME(success, "success") \
  NAME(reason, "reason") NAME(ecs_dataset, "event.dataset") NAME(ecs_version, "ecs.version") \
  NAME(attribute_key, "attributes.key") NAME(resource_key, "resource.attributes.key")

#define TOCSIN_JSON_WINDOWS(NAME) \
  NAME(win_event_id, "EventID") NAME(win_channel, "Channel") \
  NAME(winlog_event_id, "winlog.event_id") NAME(winlog_channel, "winlog.channel") \
  NAME(winlog_provider, "winlog.provider_name") NAME(winlog_computer, "winlog.computer_name") \
  NAME(win_utc_time, "UtcTime") NAME(win_time_created, "TimeCreated") \
  NAME(win_system_time, "TimeCreated_SystemTime") NAME(win_event_time, "EventTime") \
  NAME(win_hostname, "Hostname") NAME(win_computer, "Computer") \
  NAME(win_source_name, "SourceName") NAME(win_provider, "Provider_Name") \
  NAME(win_target_user, "TargetUserName") NAME(win_subject_user, "SubjectUserName") \
  NAME(win_user, "User") NAME(win_ip, "IpAddress") NAME(win_port, "IpPort") \
  NAME(win_source_ip, "SourceIp") NAME(win_source_port, "SourcePort") \
  NAME(win_destination_ip, "DestinationIp") NAME(win_destination_port, "DestinationPort") \
  NAME(win_status, "SubStatus") NAME(win_query_name, "QueryName") \
  NAME(win_member, "MemberName") NAME(win_group, "TargetUserSid")

#define TOCSIN_JSON_ZEEK(NAME) \
  NAME(zeek_path, "_path") NAME(zeek_stream, "@stream") NAME(zeek_system, "@system") \
  NAME(zeek_orig_h, "id.orig_h") NAME(zeek_orig_h2, "id_orig_h") \
  NAME(zeek_orig_p, "id.orig_p") NAME(zeek_orig_p2, "id_orig_p") \
  NAME(zeek_resp_h, "id.resp_h") NAME(zeek_resp_h2, "id_resp_h") \
  NAME(zeek_resp_p, "id.resp_p") NAME(zeek_resp_p2, "id_resp_p") NAME(zeek_proto, "proto") \
  NAME(zeek_orig_bytes, "orig_bytes") NAME(zeek_resp_bytes, "resp_bytes") \
  NAME(zeek_orig_pkts, "orig_pkts") NAME(zeek_resp_pkts, "resp_pkts") \
  NAME(zeek_conn_state, "conn_state") NAME(zeek_query, "query") NAME(zeek_qtype, "qtype_name") \
  NAME(zeek_duration, "duration") NAME(zeek_auth_success, "auth_success") \
  NAME(tls_version_, "version") NAME(tls_cipher_, "cipher")

#define TOCSIN_JSON_SURICATA(NAME) \
  NAME(eve_flow_id, "flow_id") NAME(eve_src_port, "src_port") NAME(eve_dest_ip, "dest_ip") \
  NAME(eve_dest_port, "dest_port") NAME(eve_app_proto, "app_proto") \
  NAME(eve_signature, "alert.signature") NAME(eve_signature_id, "alert.signature_id") \
  NAME(eve_alert_category, "alert.category") NAME(eve_alert_action, "alert.action") \
  NAME(eve_alert_severity, "alert.severity") NAME(eve_hostname, "http.hostname") \
  NAME(eve_url, "http.url") NAME(eve_method, "http.http_method") \
  NAME(eve_http_status, "http.status") NAME(eve_agent, "http.http_user_agent") \
  NAME(eve_referer, "http.http_refer") NAME(eve_rrname, "dns.rrname") \
  NAME(eve_rrtype, "dns.rrtype") NAME(eve_sni, "tls.sni") NAME(eve_tls_version, "tls.version") \
  NAME(eve_bytes_out, "flow.bytes_toserver") NAME(eve_bytes_in, "flow.bytes_toclient") \
  NAME(eve_pkts_out, "flow.pkts_toserver") NAME(eve_pkts_in, "flow.pkts_toclient")

#define TOCSIN_JSON_CLOUDTRAIL_OKTA(NAME) \
  NAME(aws_version, "eventVersion") NAME(aws_source, "eventSource") \
  NAME(aws_region, "awsRegion") NAME(aws_source_ip, "sourceIPAddress") \
  NAME(aws_user, "userIdentity.userName") NAME(aws_type, "userIdentity.type") \
  NAME(aws_arn, "userIdentity.arn") NAME(aws_principal, "userIdentity.principalId") \
  NAME(aws_account, "recipientAccountId") NAME(aws_error_code, "errorCode") \
  NAME(aws_error_message, "errorMessage") NAME(aws_login, "responseElements.ConsoleLogin") \
  NAME(aws_id, "eventID") NAME(aws_read_only, "readOnly") \
  NAME(aws_target_user, "requestParameters.userName") NAME(okta_event_type, "eventType") \
  NAME(okta_uuid, "uuid") NAME(okta_actor, "actor.alternateId") \
  NAME(okta_client_ip, "client.ipAddress") NAME(okta_outcome, "outcome.result") \
  NAME(okta_reason, "outcome.reason") NAME(okta_agent, "client.userAgent.rawUserAgent")

#define TOCSIN_JSON_NAMES(NAME) \
  TOCSIN_JSON_TIMES(NAME) \
  TOCSIN_JSON_LEVEL_MESSAGE_LOGGER(NAME) \
  TOCSIN_JSON_WHO(NAME) \
  TOCSIN_JSON_WHERE_FROM(NAME) \
  TOCSIN_JSON_REQUEST(NAME) \
  TOCSIN_JSON_PROCESS_HOST_SERVICE(NAME) \
  TOCSIN_JSON_WHAT_HAPPENED(NAME) \
  TOCSIN_JSON_WINDOWS(NAME) \
  TOCSIN_JSON_ZEEK(NAME) \
  TOCSIN_JSON_SURICATA(NAME) \
  TOCSIN_JSON_CLOUDTRAIL_OKTA(NAME)
// clang-format on

enum class JsonName : std::uint16_t {
  kNone,
#define TOCSIN_JSON_ENUM(id, name) id,
  TOCSIN_JSON_NAMES(TOCSIN_JSON_ENUM)
#undef TOCSIN_JSON_ENUM
      kCount
};

// key::level and so on: short names of the JsonNames.
namespace key {
#define TOCSIN_JSON_KEY(id, name) inline constexpr JsonName id = JsonName::id;
TOCSIN_JSON_NAMES(TOCSIN_JSON_KEY)
#undef TOCSIN_JSON_KEY
}  // namespace key

inline constexpr std::size_t kJsonNameCount = static_cast<std::size_t>(JsonName::kCount);

class JsonNames {
 public:
  explicit JsonNames(FieldNames& names){
#define TOCSIN_JSON_INTERN(id, name) learn(JsonName::id, names.intern(name));
      TOCSIN_JSON_NAMES(TOCSIN_JSON_INTERN)
#undef TOCSIN_JSON_INTERN
  }

  JsonName of(FieldId id) const {
    return id.value < by_id_.size() ? by_id_[id.value] : JsonName::kNone;
  }

 private:
  void learn(JsonName name, std::optional<FieldId> id) {
    if (!id) {
      return;
    }
    if (id->value >= by_id_.size()) {
      by_id_.resize(id->value + 1, JsonName::kNone);
    }
    by_id_[id->value] = name;
  }

  std::vector<JsonName> by_id_;
};

}  // namespace tocsin
