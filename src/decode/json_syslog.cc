// Syslog messages that a shipper has taken apart already: {"program":"sshd","message":"Failed …"}
// from rsyslog, Fluent Bit and journald. Only for programs whose messages we know.
#include "base/text.h"
#include "decode/json_shapes.h"
#include "decode/linux/bodies.h"

namespace tocsin::json_shape {
namespace {

std::string_view program_of(const JsonView& json) {
  return json.first_text({key::program, key::syslog_identifier, key::appname, key::ident});
}

std::string_view body_of(const JsonView& json) {
  return trim(json.first_text({key::message, key::journal_message, key::msg}));
}

void write_header(const JsonView& json, EventWriter& event) {
  write_time(json, {key::at_timestamp, key::timestamp, key::time, key::realtime, key::date}, event);
  event.text(fields::process_name, program_of(json));
  add_if_any(fields::host_name, json.first({key::hostname, key::journal_host, key::host}), event);
  add_if_any(fields::process_pid, json.first({key::pid, key::journal_pid, key::journal_pid2}),
             event);
  add_if_any(fields::log_level, json.first({key::level, key::severity}), event);
  event.text(fields::message, body_of(json));
}

}  // namespace

bool is_syslog_record(const JsonView& json) {
  return !body_of(json).empty() && linux_log::find_program(program_of(json)) != nullptr;
}

void write_syslog_record(const JsonView& json, EventWriter& event) {
  const linux_log::Program& known = *linux_log::find_program(program_of(json));
  write_header(json, event);
  if (!known.write(body_of(json), event)) {
    event.clear();
    write_header(json, event);
  }
  event.dataset(known.dataset);
  event.logsource({"linux", "", known.service});
}

}  // namespace tocsin::json_shape
