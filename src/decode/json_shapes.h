// The shapes that a JSON object can have, each with what it means in ECS words. Every function
// writes the whole event from the keys that were read. A new shape: one function, one line in
// json.cc.
#pragma once

#include "decode/event_writer.h"
#include "decode/json_reader.h"

namespace tocsin::json_shape {

// Says whether the keys are clearly those of this shape.
bool is_windows(const JsonView& json);
bool is_zeek(const JsonView& json);
bool is_suricata(const JsonView& json);
bool is_cloudtrail(const JsonView& json);
bool is_okta(const JsonView& json);
bool is_syslog_record(const JsonView& json);

void write_windows(const JsonView& json, EventWriter& event);
void write_zeek(const JsonView& json, EventWriter& event);
void write_suricata(const JsonView& json, EventWriter& event);
void write_cloudtrail(const JsonView& json, EventWriter& event);
void write_okta(const JsonView& json, EventWriter& event);
// What journald, rsyslog and Fluent Bit make of a syslog message: program, host, message.
void write_syslog_record(const JsonView& json, EventWriter& event);
// Applications: ECS, pino, bunyan, winston, logstash, OpenTelemetry, access logs in JSON, …
void write_application(const JsonView& json, EventWriter& event);

// Every field under its own name.
void write_all(const JsonView& json, EventWriter& event);
// The event's time from the first of `names` that holds one; the others are ignored. When none can
// be read, the text of the first is kept. Gives the name that was used, kNone for none.
JsonName write_time(const JsonView& json, std::initializer_list<JsonName> names,
                    EventWriter& event);
// Adds `value` as field `id` when there is one and the event has no such field yet.
void add_if_any(FieldId id, const Value* value, EventWriter& event);

}  // namespace tocsin::json_shape
