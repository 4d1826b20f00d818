// The known fields: ECS 8.11 names with the type that they have everywhere in Tocsin, and the few
// fields of our own (they begin with "tocsin."). The order is the FieldId, for one build only:
// nothing stores it.
//
// Source: Elastic Common Schema 8.11,
// https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/strong.h"

namespace tocsin {

enum class FieldType : std::uint8_t {
  kKeyword,  // text with few or many distinct values, compared whole
  kText,     // long text; indexed up to a limit
  kIp,       // canonical text of an address
  kLong,
  kDouble,
  kBool,
  kDate,  // Value::time
};

#define TOCSIN_FIELDS(FIELD)                                                    \
  FIELD(message, "message", kText)                                              \
  FIELD(tags, "tags", kKeyword)                                                 \
  FIELD(error_message, "error.message", kText)                                  \
  FIELD(error_type, "error.type", kKeyword)                                     \
  FIELD(error_code, "error.code", kKeyword)                                     \
  FIELD(event_action, "event.action", kKeyword)                                 \
  FIELD(event_category, "event.category", kKeyword)                             \
  FIELD(event_code, "event.code", kKeyword)                                     \
  FIELD(event_duration, "event.duration", kLong)                                \
  FIELD(event_id, "event.id", kKeyword)                                         \
  FIELD(event_kind, "event.kind", kKeyword)                                     \
  FIELD(event_module, "event.module", kKeyword)                                 \
  FIELD(event_outcome, "event.outcome", kKeyword)                               \
  FIELD(event_provider, "event.provider", kKeyword)                             \
  FIELD(event_reason, "event.reason", kKeyword)                                 \
  FIELD(event_severity, "event.severity", kLong)                                \
  FIELD(event_type, "event.type", kKeyword)                                     \
  FIELD(source_ip, "source.ip", kIp)                                            \
  FIELD(source_port, "source.port", kLong)                                      \
  FIELD(source_address, "source.address", kKeyword)                             \
  FIELD(source_domain, "source.domain", kKeyword)                               \
  FIELD(source_bytes, "source.bytes", kLong)                                    \
  FIELD(source_packets, "source.packets", kLong)                                \
  FIELD(source_geo_country, "source.geo.country_iso_code", kKeyword)            \
  FIELD(source_as_number, "source.as.number", kLong)                            \
  FIELD(source_as_name, "source.as.organization.name", kKeyword)                \
  FIELD(destination_ip, "destination.ip", kIp)                                  \
  FIELD(destination_port, "destination.port", kLong)                            \
  FIELD(destination_address, "destination.address", kKeyword)                   \
  FIELD(destination_domain, "destination.domain", kKeyword)                     \
  FIELD(destination_bytes, "destination.bytes", kLong)                          \
  FIELD(destination_packets, "destination.packets", kLong)                      \
  FIELD(destination_geo_country, "destination.geo.country_iso_code", kKeyword)  \
  FIELD(destination_as_number, "destination.as.number", kLong)                  \
  FIELD(destination_as_name, "destination.as.organization.name", kKeyword)      \
  FIELD(client_ip, "client.ip", kIp)                                            \
  FIELD(server_ip, "server.ip", kIp)                                            \
  FIELD(network_protocol, "network.protocol", kKeyword)                         \
  FIELD(network_transport, "network.transport", kKeyword)                       \
  FIELD(network_direction, "network.direction", kKeyword)                       \
  FIELD(network_bytes, "network.bytes", kLong)                                  \
  FIELD(network_forwarded_ip, "network.forwarded_ip", kIp)                      \
  FIELD(user_name, "user.name", kKeyword)                                       \
  FIELD(user_id, "user.id", kKeyword)                                           \
  FIELD(user_email, "user.email", kKeyword)                                     \
  FIELD(user_domain, "user.domain", kKeyword)                                   \
  FIELD(user_roles, "user.roles", kKeyword)                                     \
  FIELD(user_target_name, "user.target.name", kKeyword)                         \
  FIELD(user_target_id, "user.target.id", kKeyword)                             \
  FIELD(user_effective_name, "user.effective.name", kKeyword)                   \
  FIELD(user_effective_id, "user.effective.id", kKeyword)                       \
  FIELD(group_name, "group.name", kKeyword)                                     \
  FIELD(related_ip, "related.ip", kIp)                                          \
  FIELD(related_user, "related.user", kKeyword)                                 \
  FIELD(host_name, "host.name", kKeyword)                                       \
  FIELD(host_ip, "host.ip", kIp)                                                \
  FIELD(process_name, "process.name", kKeyword)                                 \
  FIELD(process_pid, "process.pid", kLong)                                      \
  FIELD(process_executable, "process.executable", kKeyword)                     \
  FIELD(process_command_line, "process.command_line", kText)                    \
  FIELD(process_working_directory, "process.working_directory", kKeyword)       \
  FIELD(process_tty, "process.tty.name", kKeyword)                              \
  FIELD(process_parent_name, "process.parent.name", kKeyword)                   \
  FIELD(process_parent_executable, "process.parent.executable", kKeyword)       \
  FIELD(process_parent_command_line, "process.parent.command_line", kText)      \
  FIELD(file_path, "file.path", kKeyword)                                       \
  FIELD(file_name, "file.name", kKeyword)                                       \
  FIELD(http_method, "http.request.method", kKeyword)                           \
  FIELD(http_referrer, "http.request.referrer", kKeyword)                       \
  FIELD(http_request_id, "http.request.id", kKeyword)                           \
  FIELD(http_request_body, "http.request.body.content", kText)                  \
  FIELD(http_request_bytes, "http.request.bytes", kLong)                        \
  FIELD(http_status, "http.response.status_code", kLong)                        \
  FIELD(http_response_bytes, "http.response.bytes", kLong)                      \
  FIELD(http_response_body_bytes, "http.response.body.bytes", kLong)            \
  FIELD(http_version, "http.version", kKeyword)                                 \
  FIELD(url_original, "url.original", kKeyword)                                 \
  FIELD(url_path, "url.path", kKeyword)                                         \
  FIELD(url_query, "url.query", kKeyword)                                       \
  FIELD(url_domain, "url.domain", kKeyword)                                     \
  FIELD(url_scheme, "url.scheme", kKeyword)                                     \
  FIELD(url_full, "url.full", kKeyword)                                         \
  FIELD(url_extension, "url.extension", kKeyword)                               \
  FIELD(user_agent, "user_agent.original", kKeyword)                            \
  FIELD(user_agent_name, "user_agent.name", kKeyword)                           \
  FIELD(log_level, "log.level", kKeyword)                                       \
  FIELD(log_logger, "log.logger", kKeyword)                                     \
  FIELD(log_file_path, "log.file.path", kKeyword)                               \
  FIELD(log_syslog_facility, "log.syslog.facility.code", kLong)                 \
  FIELD(log_syslog_severity, "log.syslog.severity.code", kLong)                 \
  FIELD(log_syslog_appname, "log.syslog.appname", kKeyword)                     \
  FIELD(log_syslog_msgid, "log.syslog.msgid", kKeyword)                         \
  FIELD(service_name, "service.name", kKeyword)                                 \
  FIELD(service_version, "service.version", kKeyword)                           \
  FIELD(service_environment, "service.environment", kKeyword)                   \
  FIELD(trace_id, "trace.id", kKeyword)                                         \
  FIELD(span_id, "span.id", kKeyword)                                           \
  FIELD(transaction_id, "transaction.id", kKeyword)                             \
  FIELD(session_id, "session.id", kKeyword)                                     \
  FIELD(rule_name, "rule.name", kKeyword)                                       \
  FIELD(dns_question_name, "dns.question.name", kKeyword)                       \
  FIELD(dns_question_type, "dns.question.type", kKeyword)                       \
  FIELD(tls_server_name, "tls.client.server_name", kKeyword)                    \
  FIELD(cloud_provider, "cloud.provider", kKeyword)                             \
  FIELD(cloud_region, "cloud.region", kKeyword)                                 \
  FIELD(cloud_account_id, "cloud.account.id", kKeyword)                         \
  FIELD(threat_list, "threat.feed.name", kKeyword)                              \
  FIELD(threat_indicator_ip, "threat.indicator.ip", kIp)                        \
  FIELD(threat_confidence, "threat.indicator.confidence", kKeyword)             \
  FIELD(source_scope, "tocsin.source.scope", kKeyword)                          \
  FIELD(destination_scope, "tocsin.destination.scope", kKeyword)                \
  FIELD(logsource_product, "tocsin.logsource.product", kKeyword)                \
  FIELD(logsource_category, "tocsin.logsource.category", kKeyword)              \
  FIELD(logsource_service, "tocsin.logsource.service", kKeyword)                \
  FIELD(truncated, "tocsin.truncated", kKeyword)                                \
  FIELD(time_text, "tocsin.time_text", kKeyword)                                \
  FIELD(repeated, "tocsin.repeated", kLong)                                     \
  FIELD(group_id, "group.id", kKeyword)                                         \
  FIELD(rule_id, "rule.id", kKeyword)                                           \
  FIELD(rule_category, "rule.category", kKeyword)                               \
  FIELD(tls_version, "tls.version", kKeyword)                                   \
  FIELD(tls_cipher, "tls.cipher", kKeyword)                                     \
  FIELD(windows_message, "Message", kText)                                      \
  FIELD(windows_hashes, "Hashes", kKeyword)                                     \
  FIELD(file_hash_md5, "file.hash.md5", kKeyword)                               \
  FIELD(file_hash_sha1, "file.hash.sha1", kKeyword)                             \
  FIELD(file_hash_sha256, "file.hash.sha256", kKeyword)                         \
  FIELD(process_hash_md5, "process.hash.md5", kKeyword)                         \
  FIELD(process_hash_sha1, "process.hash.sha1", kKeyword)                       \
  FIELD(process_hash_sha256, "process.hash.sha256", kKeyword)                   \
  FIELD(dll_hash_md5, "dll.hash.md5", kKeyword)                                 \
  FIELD(dll_hash_sha1, "dll.hash.sha1", kKeyword)                               \
  FIELD(dll_hash_sha256, "dll.hash.sha256", kKeyword)                           \
  FIELD(threat_indicator_type, "threat.indicator.type", kKeyword)               \
  FIELD(threat_indicator_name, "threat.indicator.name", kKeyword)               \
  FIELD(threat_indicator_domain, "threat.indicator.url.domain", kKeyword)       \
  FIELD(threat_indicator_url, "threat.indicator.url.full", kKeyword)            \
  FIELD(threat_indicator_md5, "threat.indicator.file.hash.md5", kKeyword)       \
  FIELD(threat_indicator_sha1, "threat.indicator.file.hash.sha1", kKeyword)     \
  FIELD(threat_indicator_sha256, "threat.indicator.file.hash.sha256", kKeyword) \
  FIELD(threat_indicator_description, "threat.indicator.description", kKeyword) \
  FIELD(threat_indicator_reference, "threat.indicator.reference", kKeyword)     \
  FIELD(threat_matched_field, "threat.enrichments.matched.field", kKeyword)     \
  FIELD(threat_matched_atomic, "threat.enrichments.matched.atomic", kKeyword)   \
  FIELD(network_proxy_ip, "network.proxy_ip", kIp)                              \
  FIELD(tocsin_enforced, "tocsin.enforced", kBool)

struct KnownField {
  std::string_view name;
  FieldType type;
};

inline constexpr auto kKnownFields = std::to_array<KnownField>({
#define TOCSIN_FIELD_ROW(id, name, type) {name, FieldType::type},
    TOCSIN_FIELDS(TOCSIN_FIELD_ROW)
#undef TOCSIN_FIELD_ROW
});

// fields::source_ip and so on: the FieldIds of the known fields.
namespace fields {
namespace detail {
enum : std::uint32_t {
#define TOCSIN_FIELD_INDEX(id, name, type) k_##id,
  TOCSIN_FIELDS(TOCSIN_FIELD_INDEX)
#undef TOCSIN_FIELD_INDEX
};
}  // namespace detail
#define TOCSIN_FIELD_ID(id, name, type) inline constexpr FieldId id{detail::k_##id};
TOCSIN_FIELDS(TOCSIN_FIELD_ID)
#undef TOCSIN_FIELD_ID
}  // namespace fields

}  // namespace tocsin
