// What the paths are made of: the part "components", with the document's end.
#include <string>

#include <fmt/format.h>

#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kSecurity = R"json( "components": {
  "securitySchemes": {
   "bearer": {"type": "http", "scheme": "bearer"},
   "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
   "basic": {
    "type": "http", "scheme": "basic",
    "description": "Any user name; the key is the password"}},
  "responses": {
   "Problem": {
    "description": "Why not",
    "content": {
     "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
  "schemas": {)json";

constexpr std::string_view kSchemas = R"json(
   "Problem": {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
     "type": {"type": "string"}, "title": {"type": "string"},
     "status": {"type": "integer"}, "detail": {"type": "string"},
     "code": {"type": "string"}, "request_id": {"type": "string"}},
    "description": "RFC 9457"},
   "Scope": {
    "enum": [
     "ingest", "read", "enforcer", "watcher", "triage", "respond", "audit", "admin"]},
   "Level": {"enum": ["informational", "low", "medium", "high", "critical"]},
   "AlertState": {"enum": ["new", "acknowledged", "closed"]},
   "AlertVerdict": {"enum": ["none", "true_positive", "benign", "false_positive"]},
   "Status": {"enum": ["ok", "degraded"]},
   "IngestResult": {
    "type": "object",
    "required": ["accepted", "truncated", "rejected", "rejections"],
    "properties": {
     "accepted": {"type": "integer"}, "truncated": {"type": "integer"},
     "rejected": {"type": "integer"},
     "rejections": {
      "type": "array",
      "items": {
       "type": "object", "required": ["line", "column", "code", "reason"],
       "properties": {
        "line": {"type": "integer"}, "column": {"type": "integer"},
        "code": {"type": "string"}, "reason": {"type": "string"}}}}}},
   "Outcome": {
    "type": "object",
    "required": [
     "rows", "more", "events", "took_ms", "parts_read", "parts_skipped", "warnings"],
    "properties": {
     "rows": {"type": "integer"}, "more": {"type": "boolean"},
     "events": {"type": "boolean"}, "took_ms": {"type": "number"},
     "parts_read": {"type": "integer"}, "parts_skipped": {"type": "integer"},
     "warnings": {"type": "array", "items": {"type": "string"}}}},
   "SearchResult": {
    "type": "object", "required": ["columns", "rows", "outcome"],
    "properties": {
     "columns": {
      "type": "array",
      "items": {
       "type": "object", "required": ["name", "type"],
       "properties": {
        "name": {"type": "string"},
        "type": {"enum": ["text", "long", "double", "bool", "time", "text_list"]}}}},
     "rows": {"type": "array", "items": {"type": "object"}},
     "outcome": {"$ref": "#/components/schemas/Outcome"}}},
   "Record": {
    "type": "object", "required": ["seq", "received", "source", "peer", "hint"],
    "properties": {
     "seq": {"type": "integer"}, "received": {"type": "string", "format": "date-time"},
     "source": {"type": "string"}, "peer": {"type": "string"}, "hint": {"type": "string"},
     "text": {"type": "string"}, "base64": {"type": "string"}},
    "description": "text, or base64 when the bytes are not UTF-8"},
   "RecordView": {
    "type": "object", "required": ["record", "event", "proof"],
    "properties": {
     "record": {"$ref": "#/components/schemas/Record"},
     "event": {"anyOf": [{"type": "object"}, {"type": "null"}]},
     "proof": {"anyOf": [{"$ref": "#/components/schemas/Proof"}, {"type": "null"}]}}},
   "Proof": {
    "type": "object",
    "required": [
     "seq", "redacted", "salt", "record_leaf", "record_index", "record_path",
     "block_header", "block_index", "block_path", "checkpoint"],
    "properties": {
     "seq": {"type": "integer"}, "redacted": {"type": "boolean"},
     "salt": {"type": "string"}, "record_leaf": {"type": "string"},
     "record_index": {"type": "integer"},
     "record_path": {"type": "array", "items": {"type": "string"}},
     "block_header": {"type": "string"}, "block_index": {"type": "integer"},
     "block_path": {"type": "array", "items": {"type": "string"}},
     "checkpoint": {"type": "string"}}},
   "Consistency": {
    "type": "object",
    "required": ["old_size", "new_size", "old_root", "new_root", "path"],
    "properties": {
     "old_size": {"type": "integer"}, "new_size": {"type": "integer"},
     "old_root": {"type": "string"}, "new_root": {"type": "string"},
     "path": {"type": "array", "items": {"type": "string"}}}},
   "Alert": {
    "type": "object",
    "required": [
     "id", "rule_id", "rule_version", "title", "level", "tags", "key", "state", "verdict",
     "assignee", "note", "first", "last", "opened", "updated", "findings", "events",
     "last_seq", "samples", "sentence", "baseline"],
    "properties": {
     "id": {"type": "string"}, "rule_id": {"type": "string"},
     "rule_version": {"type": "string"}, "title": {"type": "string"},
     "level": {"$ref": "#/components/schemas/Level"},
     "tags": {"type": "array", "items": {"type": "string"}},
     "key": {
      "type": "array",
      "items": {
       "type": "object", "required": ["field", "value"],
       "properties": {"field": {"type": "string"}, "value": {"type": "string"}}}},
     "state": {"$ref": "#/components/schemas/AlertState"},
     "verdict": {"$ref": "#/components/schemas/AlertVerdict"},
     "assignee": {"type": "string"}, "note": {"type": "string"},
     "first": {"type": "string", "format": "date-time"},
     "last": {"type": "string", "format": "date-time"},
     "opened": {"type": "string", "format": "date-time"},
     "updated": {"type": "string", "format": "date-time"}, "findings": {"type": "integer"},
     "events": {"type": "integer"}, "last_seq": {"type": "integer"},
     "samples": {"type": "array", "items": {"type": "integer"}},
     "sentence": {"type": "string"},
     "baseline": {
      "anyOf": [{"$ref": "#/components/schemas/Baseline"}, {"type": "null"}],
      "description": "What a monitor expected; null for rules"}}},
   "Baseline": {
    "type": "object",
    "required": ["observed", "low", "high", "unit", "history", "usual"],
    "properties": {
     "observed": {"type": "number"}, "low": {"type": "number"}, "high": {"type": "number"},
     "unit": {"type": "string"},
     "history": {
      "type": "array",
      "items": {
       "type": "object", "required": ["time", "value", "low", "high"],
       "properties": {
        "time": {"type": "string", "format": "date-time"}, "value": {"type": "number"},
        "low": {"type": "number"}, "high": {"type": "number"}}}},
     "usual": {
      "type": "array",
      "items": {
       "type": "object", "required": ["value", "count"],
       "properties": {"value": {"type": "string"}, "count": {"type": "integer"}}}}}},
   "Monitor": {
    "type": "object",
    "required": [
     "id", "name", "title", "description", "level", "model", "file", "version", "keys",
     "evicted", "events", "findings", "first", "last"],
    "properties": {
     "id": {"type": "string"}, "name": {"type": "string"}, "title": {"type": "string"},
     "description": {"type": "string"}, "level": {"$ref": "#/components/schemas/Level"},
     "model": {
      "enum": ["level", "seasonal", "series", "new-value", "rare", "travel", "silence", "beacon"]},
     "file": {"type": "string"}, "version": {"type": "string"},
     "keys": {"type": "integer"}, "evicted": {"type": "integer"},
     "events": {"type": "integer"}, "findings": {"type": "integer"},
     "first": {"type": ["string", "null"], "format": "date-time"},
     "last": {"type": ["string", "null"], "format": "date-time"},
     "known": {"type": "array", "items": {"$ref": "#/components/schemas/KnownKey"}}}},
   "KnownKey": {
    "type": "object",
    "required": ["key", "events", "first", "last", "learning", "sentence", "baseline"],
    "properties": {
     "key": {
      "type": "array",
      "items": {
       "type": "object", "required": ["field", "value"],
       "properties": {"field": {"type": "string"}, "value": {"type": "string"}}}},
     "events": {"type": "integer"},
     "first": {"type": ["string", "null"], "format": "date-time"},
     "last": {"type": ["string", "null"], "format": "date-time"},
     "learning": {"type": "boolean"}, "sentence": {"type": "string"},
     "baseline": {"$ref": "#/components/schemas/Baseline"}}},
   "Training": {
    "type": "object",
    "required": ["running", "started", "finished", "records", "records_total", "error"],
    "properties": {
     "running": {"type": "boolean"},
     "started": {"type": ["string", "null"], "format": "date-time"},
     "finished": {"type": ["string", "null"], "format": "date-time"},
     "records": {"type": "integer"}, "records_total": {"type": "integer"},
     "error": {"type": "string"}}},
   "AlertPatch": {
    "type": "object",
    "properties": {
     "state": {"$ref": "#/components/schemas/AlertState"},
     "verdict": {"$ref": "#/components/schemas/AlertVerdict"},
     "assignee": {"type": "string"}, "note": {"type": "string"}}},
   "AlertChange": {
    "type": "object", "required": ["at", "who", "what", "from", "to"],
    "properties": {
     "at": {"type": "string", "format": "date-time"}, "who": {"type": "string"},
     "what": {"type": "string"}, "from": {"type": "string"}, "to": {"type": "string"}}},
   "Rules": {
    "type": "object",
    "required": ["loaded", "refused", "loaded_at", "issues", "rules"],
    "properties": {
     "loaded": {"type": "integer"}, "refused": {"type": "integer"},
     "loaded_at": {"type": "string", "format": "date-time"},
     "issues": {
      "type": "array",
      "items": {
       "type": "object", "required": ["file", "line", "column", "reason", "refused"],
       "properties": {
        "file": {"type": "string"}, "line": {"type": "integer"},
        "column": {"type": "integer"}, "reason": {"type": "string"},
        "refused": {"type": "boolean"}}}},
     "rules": {"type": "array", "items": {"$ref": "#/components/schemas/Rule"}}}},
   "Rule": {
    "type": "object",
    "required": [
     "id", "title", "description", "level", "status", "kind", "tags", "false_positives",
     "references", "logsource", "file", "own", "line", "version"],
    "properties": {
     "id": {"type": "string"}, "title": {"type": "string"},
     "description": {"type": "string"}, "level": {"$ref": "#/components/schemas/Level"},
     "status": {"type": "string"}, "kind": {"enum": ["rule", "correlation"]},
     "tags": {"type": "array", "items": {"type": "string"}},
     "false_positives": {"type": "array", "items": {"type": "string"}},
     "references": {"type": "array", "items": {"type": "string"}},
     "logsource": {"type": "string"}, "file": {"type": "string"},
     "own": {"type": "boolean", "description": "Written in the console"},
     "line": {"type": "integer"}, "version": {"type": "string"}}},
   "Backtest": {
    "type": "object",
    "required": [
     "rules", "from", "to", "events_stored", "events_matched_against", "narrowed_by_index",
     "findings", "events", "alerts", "keys_cut", "days", "keys", "took_ms"],
    "properties": {
     "rules": {"type": "array", "items": {"type": "string"}},
     "from": {"type": "string", "format": "date-time"},
     "to": {"type": "string", "format": "date-time"},
     "events_stored": {"type": "integer"}, "events_matched_against": {"type": "integer"},
     "narrowed_by_index": {"type": "boolean"}, "findings": {"type": "integer"},
     "events": {"type": "integer"}, "alerts": {"type": "integer"},
     "keys_cut": {"type": "boolean"},
     "days": {
      "type": "array",
      "items": {
       "type": "object", "required": ["day", "findings", "events"],
       "properties": {
        "day": {"type": "string", "format": "date"}, "findings": {"type": "integer"},
        "events": {"type": "integer"}}}},
     "keys": {
      "type": "array",
      "items": {
       "type": "object",
       "required": ["key", "findings", "events", "first", "last", "seq", "sentence"],
       "properties": {
        "key": {
         "type": "array",
         "items": {
          "type": "object", "required": ["field", "value"],
          "properties": {"field": {"type": "string"}, "value": {"type": "string"}}}},
        "findings": {"type": "integer"}, "events": {"type": "integer"},
        "first": {"type": "string", "format": "date-time"},
        "last": {"type": "string", "format": "date-time"}, "seq": {"type": "integer"},
        "sentence": {"type": "string"}}}},
     "took_ms": {"type": "number"}}},
   "RuleCoverage": {
    "type": "object", "required": ["id", "version_in_force", "versions"],
    "properties": {
     "id": {"type": "string"},
     "version_in_force": {"type": "string", "description": "Empty: no such rule is loaded now"},
     "versions": {
      "type": "array",
      "items": {
       "type": "object", "required": ["version", "ranges", "records"],
       "properties": {
        "version": {"type": "string"}, "records": {"type": "integer"},
        "ranges": {
         "type": "array",
         "items": {
          "type": "object", "required": ["first", "last"],
          "properties": {"first": {"type": "integer"}, "last": {"type": "integer"}}}}}}}}},
   "Logsources": {
    "type": "object", "required": ["from", "events", "logsources"],
    "properties": {
     "from": {"type": "string", "format": "date-time"},
     "events": {"type": "integer", "description": "All that are stored since then"},
     "logsources": {
      "type": "array",
      "items": {
       "type": "object", "required": ["logsource", "rules", "events", "exact"],
       "properties": {
        "logsource": {"type": "string"}, "rules": {"type": "integer"},
        "events": {"type": "integer"},
        "exact": {"type": "boolean", "description": "False: events is an upper bound"}}}}}},
   "ThreatList": {
    "type": "object",
    "required": [
     "name", "origin", "location", "format", "entries", "entries_total", "memory_bytes",
     "bad_entries", "bad_samples", "unsure_entries", "refreshing", "fetched", "attempted",
     "next", "failures", "error", "retro_match"],
    "properties": {
     "name": {"type": "string"},
     "origin": {"enum": ["file", "url", "taxii", "misp", "import"]},
     "location": {"type": "string"},
     "format": {"enum": ["plain", "csv", "ipsum", "stix", "misp"]},
     "entries": {"type": "object"}, "entries_total": {"type": "integer"},
     "memory_bytes": {"type": "integer"}, "bad_entries": {"type": "integer"},
     "bad_samples": {"type": "array", "items": {"type": "string"}},
     "unsure_entries": {"type": "integer"}, "refreshing": {"type": "boolean"},
     "fetched": {"$ref": "#/components/schemas/TimeOrNull"},
     "attempted": {"$ref": "#/components/schemas/TimeOrNull"},
     "next": {"$ref": "#/components/schemas/TimeOrNull"},
     "failures": {"type": "integer"}, "error": {"type": "string"},
     "retro_match": {
      "type": "object",
      "required": [
       "waiting", "running", "new_entries", "parts_done", "parts", "findings", "left_out",
       "finished", "error"],
      "properties": {
       "waiting": {"type": "boolean"}, "running": {"type": "boolean"},
       "new_entries": {"type": "integer"}, "parts_done": {"type": "integer"},
       "parts": {"type": "integer"}, "findings": {"type": "integer"},
       "left_out": {"type": "integer"},
       "finished": {"$ref": "#/components/schemas/TimeOrNull"},
       "error": {"type": "string"}}}}},
   "TimeOrNull": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
   "ThreatLookup": {
    "type": "object", "required": ["value", "found"],
    "properties": {
     "value": {"type": "string"},
     "found": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "list", "kind", "indicator", "confidence", "valid_from", "valid_until", "valid",
        "label", "reference"],
       "properties": {
        "list": {"type": "string"},
        "kind": {"enum": ["address", "domain", "url", "hash", "user_agent"]},
        "indicator": {"type": "string"}, "confidence": {"type": "integer"},
        "valid_from": {"$ref": "#/components/schemas/TimeOrNull"},
        "valid_until": {"$ref": "#/components/schemas/TimeOrNull"},
        "valid": {"type": "boolean"}, "label": {"type": "string"},
        "reference": {"type": "string"}}}}}},
   "Source": {
    "type": "object",
    "required": [
     "name", "kind", "records", "bytes", "records_per_second", "last_received",
     "silent_seconds", "waits", "undecoded", "losses"],
    "properties": {
     "name": {"type": "string"}, "kind": {"type": "string"},
     "records": {"type": "integer"}, "bytes": {"type": "integer"},
     "records_per_second": {"anyOf": [{"type": "number"}, {"type": "null"}]},
     "last_received": {
      "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
     "silent_seconds": {"anyOf": [{"type": "number"}, {"type": "null"}]},
     "waits": {"type": "integer"}, "undecoded": {"type": "integer"},
     "losses": {"type": "object", "additionalProperties": {"type": "integer"}}}},
   "Key": {
    "type": "object",
    "required": [
     "id", "name", "scopes", "created_by", "created", "expires", "last_used", "revoked"],
    "properties": {
     "id": {"type": "string"}, "name": {"type": "string"},
     "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/Scope"}},
     "created_by": {"type": "string"},
     "created": {"type": "string", "format": "date-time"},
     "expires": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
     "last_used": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
     "revoked": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}}},
   "Health": {
    "type": "object",
    "required": [
     "status", "accepting", "problems", "version", "started", "now", "lag_records",
     "journal", "index", "disk_free_bytes", "bugs_seen"],
    "properties": {
     "status": {"$ref": "#/components/schemas/Status"}, "accepting": {"type": "boolean"},
     "problems": {"type": "array", "items": {"type": "string"}},
     "version": {"type": "string"}, "started": {"type": "string", "format": "date-time"},
     "now": {"type": "string", "format": "date-time"},
     "lag_records": {
      "type": "object", "required": ["matched", "searchable", "alerted"],
      "properties": {
       "matched": {"type": "integer"}, "searchable": {"type": "integer"},
       "alerted": {"type": "integer"}}},
     "journal": {
      "type": "object", "required": ["first_seq", "next_seq", "bytes"],
      "properties": {
       "first_seq": {"type": "integer"}, "next_seq": {"type": "integer"},
       "bytes": {"type": "integer"}}},
     "index": {
      "type": "object",
      "required": [
       "events", "unsealed_events", "memory_bytes", "disk_bytes", "segments",
       "damaged_segments"],
      "properties": {
       "events": {"type": "integer"}, "unsealed_events": {"type": "integer"},
       "memory_bytes": {"type": "integer"}, "disk_bytes": {"type": "integer"},
       "segments": {"type": "integer"}, "damaged_segments": {"type": "integer"}}},
     "disk_free_bytes": {"type": "integer"}, "bugs_seen": {"type": "integer"}}}}}})json";

}  // namespace

std::string openapi_components() {
  return fmt::format("{}{},{},{},{},{},{},{}", kSecurity, openapi_accounts_schemas(),
                     openapi_console_schemas(), openapi_people_schemas(),
                     openapi_enforcement_schemas(), openapi_decisions_schemas(),
                     openapi_playbooks_schemas(), kSchemas);
}

}  // namespace tocsin
