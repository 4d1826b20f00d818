// Zeek's JSON logs and Suricata's eve.json: names stay as they are, ends and outcome are added.
#include <cmath>
#include <string>

#include "base/text.h"
#include "decode/json_shapes.h"

namespace tocsin::json_shape {
namespace {

constexpr std::size_t kLogNameBytesMax = 32;

bool is_log_name(std::string_view name) {
  if (name.empty() || name.size() > kLogNameBytesMax) {
    return false;
  }
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || is_digit(c) || c == '_')) {
      return false;
    }
  }
  return true;
}

void write_ip(FieldId id, std::string_view text, EventWriter& event) {
  if (!text.empty()) {
    event.ip(id, text);
  }
}

void write_transport(std::string_view protocol, EventWriter& event) {
  if (!protocol.empty() && protocol.size() <= 16) {
    event.text(fields::network_transport, event.copy(to_lower(protocol)));
  }
}

std::string_view zeek_log(const JsonView& json) {
  const std::string_view told = json.first_text({key::zeek_path, key::zeek_stream});
  if (is_log_name(told)) {
    return told;
  }
  return json.has(key::zeek_conn_state) ? "conn" : "log";
}

void write_zeek_deed(std::string_view log, const JsonView& json, EventWriter& event) {
  if (log == "conn") {
    event.deed(Deed::kFlow);
  } else if (log == "dns") {
    event.deed(Deed::kDnsAsked);
    add_if_any(fields::dns_question_name, json.find(key::zeek_query), event);
    add_if_any(fields::dns_question_type, json.find(key::zeek_qtype), event);
  } else if (log == "ssh" && json.has(key::zeek_auth_success)) {
    event.deed(json.find(key::zeek_auth_success)->as_bool() ? Deed::kLogInSucceeded
                                                            : Deed::kLogInFailed);
  } else if (log == "notice" || log == "weird") {
    event.deed(Deed::kIntrusionAlerted);
  } else if (log == "http") {
    event.category("web");
    event.category("network");
    add_if_any(fields::http_method, json.find(key::method), event);
    if (const std::string_view target = json.text(key::uri); !target.empty()) {
      event.url(target);
    }
    add_if_any(fields::http_status, json.find(key::status_code), event);
    add_if_any(fields::url_domain, json.find(key::host), event);
    add_if_any(fields::user_agent, json.find(key::user_agent_), event);
  } else if (log == "ssl") {
    event.category("network");
    add_if_any(fields::tls_server_name, json.find(key::server_name), event);
    add_if_any(fields::tls_version, json.find(key::tls_version_), event);
    add_if_any(fields::tls_cipher, json.find(key::tls_cipher_), event);
  } else {
    event.category("network");
  }
}

void write_eve_http(const JsonView& json, EventWriter& event) {
  add_if_any(fields::http_method, json.find(key::eve_method), event);
  if (const std::string_view target = json.text(key::eve_url); !target.empty()) {
    event.url(target);
  }
  add_if_any(fields::url_domain, json.find(key::eve_hostname), event);
  add_if_any(fields::http_status, json.find(key::eve_http_status), event);
  add_if_any(fields::user_agent, json.find(key::eve_agent), event);
  add_if_any(fields::http_referrer, json.find(key::eve_referer), event);
}

void write_eve_deed(std::string_view type, const JsonView& json, EventWriter& event) {
  if (type == "alert") {
    event.deed(Deed::kIntrusionAlerted);
    add_if_any(fields::rule_name, json.find(key::eve_signature), event);
    add_if_any(fields::rule_id, json.find(key::eve_signature_id), event);
    add_if_any(fields::rule_category, json.find(key::eve_alert_category), event);
    add_if_any(fields::event_severity, json.find(key::eve_alert_severity), event);
  } else if (type == "flow" || type == "netflow") {
    event.deed(Deed::kFlow);
    add_if_any(fields::source_bytes, json.find(key::eve_bytes_out), event);
    add_if_any(fields::destination_bytes, json.find(key::eve_bytes_in), event);
    add_if_any(fields::source_packets, json.find(key::eve_pkts_out), event);
    add_if_any(fields::destination_packets, json.find(key::eve_pkts_in), event);
  } else if (type == "dns") {
    event.deed(Deed::kDnsAsked);
    add_if_any(fields::dns_question_name, json.find(key::eve_rrname), event);
    add_if_any(fields::dns_question_type, json.find(key::eve_rrtype), event);
  } else if (type == "http") {
    event.category("web");
    event.category("network");
  } else {
    event.category("network");
  }
}

}  // namespace

bool is_zeek(const JsonView& json) {
  const bool ends = json.has(key::zeek_orig_h) || json.has(key::zeek_orig_h2);
  const bool named = json.has(key::zeek_path) || json.has(key::zeek_stream);
  return json.has(key::ts) &&
         ((ends && json.has(key::uid)) || (named && (ends || json.has(key::zeek_system))) ||
          (json.has(key::zeek_path) && is_log_name(json.text(key::zeek_path))));
}

void write_zeek(const JsonView& json, EventWriter& event) {
  const std::string_view log = zeek_log(json);
  event.dataset("zeek." + std::string(log));
  event.logsource({"zeek", "", log});
  write_all(json, event);
  write_time(json, {key::ts}, event);
  write_ip(fields::source_ip, json.first_text({key::zeek_orig_h, key::zeek_orig_h2}), event);
  write_ip(fields::destination_ip, json.first_text({key::zeek_resp_h, key::zeek_resp_h2}), event);
  add_if_any(fields::source_port, json.first({key::zeek_orig_p, key::zeek_orig_p2}), event);
  add_if_any(fields::destination_port, json.first({key::zeek_resp_p, key::zeek_resp_p2}), event);
  add_if_any(fields::source_bytes, json.find(key::zeek_orig_bytes), event);
  add_if_any(fields::destination_bytes, json.find(key::zeek_resp_bytes), event);
  add_if_any(fields::source_packets, json.find(key::zeek_orig_pkts), event);
  add_if_any(fields::destination_packets, json.find(key::zeek_resp_pkts), event);
  write_transport(json.text(key::zeek_proto), event);
  add_if_any(fields::network_protocol, json.find(key::service), event);
  add_if_any(fields::host_name, json.find(key::zeek_system), event);
  if (const Value* duration = json.find(key::zeek_duration)) {
    const double seconds = duration->kind() == ValueKind::kDouble ? duration->as_double()
                           : duration->kind() == ValueKind::kInt
                               ? static_cast<double>(duration->as_int())
                               : -1;
    if (seconds >= 0 && seconds < 1e9) {
      event.integer(fields::event_duration, std::llround(seconds * 1e9));
    }
  }
  write_zeek_deed(log, json, event);
}

bool is_suricata(const JsonView& json) {
  return json.has(key::event_type) && json.has(key::timestamp) &&
         (json.has(key::eve_flow_id) || (json.has(key::src_ip) && json.has(key::eve_dest_ip)) ||
          json.has(key::eve_signature) || json.text(key::event_type) == "stats");
}

void write_suricata(const JsonView& json, EventWriter& event) {
  event.dataset(Dataset::kSuricataEve);
  event.logsource({"suricata", "", json.text(key::event_type)});
  write_all(json, event);
  write_time(json, {key::timestamp}, event);
  write_ip(fields::source_ip, json.text(key::src_ip), event);
  write_ip(fields::destination_ip, json.text(key::eve_dest_ip), event);
  add_if_any(fields::source_port, json.find(key::eve_src_port), event);
  add_if_any(fields::destination_port, json.find(key::eve_dest_port), event);
  write_transport(json.text(key::zeek_proto), event);
  add_if_any(fields::network_protocol, json.find(key::eve_app_proto), event);
  add_if_any(fields::tls_server_name, json.find(key::eve_sni), event);
  write_eve_http(json, event);
  write_eve_deed(json.text(key::event_type), json, event);
}

}  // namespace tocsin::json_shape
