// What enforcers and proxies ask: paths and schemas of the OpenAPI document.
#include "api/openapi_parts.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kPaths = R"json(
  "/api/v1/decisions/feed": {
   "get": {
    "operationId": "feedDecisions", "tags": ["enforcement"],
    "summary": "Decisions for an enforcer: all in force, then what begins and ends (long poll)",
    "x-scope": "enforcer",
    "parameters": [
     {
      "name": "cursor", "in": "query",
      "description": "Of the answer before; none or one that is too old: everything",
      "schema": {"type": "string"}},
     {
      "name": "wait", "in": "query",
      "description": "How long to wait for news, e.g. 20s; at most 60s; default 0",
      "schema": {"type": "string"}},
     {
      "name": "enforcer", "in": "query",
      "description": "Who asks; default the key's name", "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "A page of everything (full), or what changed",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/DecisionFeed"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/{id}/receipts": {
   "get": {
    "operationId": "getDecisionReceipts", "tags": ["enforcement"],
    "summary": "Which enforcer took a decision when, and how long it all took",
    "x-scope": "read",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/DecisionReceipts"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/enforcers": {
   "get": {
    "operationId": "listEnforcers", "tags": ["enforcement"],
    "summary": "Who enforces: heard of when, took what, counted what", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["enforcers"],
         "properties": {
          "enforcers": {
           "type": "array", "items": {"$ref": "#/components/schemas/Enforcer"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/enforcers/receipts": {
   "post": {
    "operationId": "sendReceipt", "tags": ["enforcement"],
    "summary": "An enforcer tells what it applied and counted", "x-scope": "enforcer",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/EnforcerReceipt"}}}},
    "responses": {
     "204": {"description": "Taken"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/enforcers/{name}": {
   "delete": {
    "operationId": "forgetEnforcer", "tags": ["enforcement"],
    "summary": "Forget an enforcer that is gone for good", "x-scope": "admin",
    "parameters": [
     {"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Forgotten"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/verdict": {
   "get": {
    "operationId": "getVerdict", "tags": ["enforcement"],
    "summary": "May this request go on? For applications", "x-scope": "enforcer",
    "parameters": [
     {"name": "ip", "in": "query", "schema": {"type": "string"}},
     {"name": "user", "in": "query", "schema": {"type": "string"}},
     {"name": "session", "in": "query", "schema": {"type": "string"}},
     {"name": "api_key", "in": "query", "schema": {"type": "string"}},
     {"name": "method", "in": "query", "schema": {"type": "string"}},
     {"name": "path", "in": "query", "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "The verdict",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Verdict"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/verdict/outcomes": {
   "post": {
    "operationId": "sendOutcomes", "tags": ["enforcement"],
    "summary": "How requests were answered, for rate limits whose cost depends on it",
    "x-scope": "enforcer",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["outcomes"],
        "properties": {
         "outcomes": {
          "type": "array",
          "items": {
           "type": "object", "required": ["status"],
           "properties": {
            "status": {"type": "integer"}, "ip": {"type": "string"},
            "user": {"type": "string"}, "session": {"type": "string"},
            "api_key": {"type": "string"}, "method": {"type": "string"},
            "path": {"type": "string"}}}}}}}}},
    "responses": {
     "204": {"description": "Counted"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/verdict/check": )json";

constexpr std::string_view kSchemas = R"json(
   "EnforcedDecision": {
    "type": "object",
    "required": ["id", "kind", "scope", "value", "left_ms", "until", "reason", "rule", "origin"],
    "properties": {
     "id": {"type": "integer"},
     "kind": {
      "enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
     "custom": {"type": "string"},
     "scope": {
      "enum": [
       "address", "network", "network_owner", "country", "user", "session", "api_key"]},
     "value": {"type": "string"}, "left_ms": {"type": "integer"},
     "until": {"type": "string"}, "reason": {"type": "string"}, "rule": {"type": "string"},
     "origin": {"type": "string"}, "rate": {"type": "string"},
     "redirect_to": {"type": "string"}}},
   "DecisionFeed": {
    "type": "object", "required": ["cursor", "through", "more", "added", "removed"],
    "properties": {
     "cursor": {"type": "string"}, "through": {"type": "integer"},
     "full": {"type": "boolean"}, "first_page": {"type": "boolean"},
     "more": {"type": "boolean"},
     "added": {
      "type": "array", "items": {"$ref": "#/components/schemas/EnforcedDecision"}},
     "removed": {"type": "array", "items": {"type": "integer"}}}},
   "EnforcedCount": {
    "type": "object", "required": ["origin", "packets", "bytes", "requests"],
    "properties": {
     "origin": {"type": "string"}, "packets": {"type": "integer"},
     "bytes": {"type": "integer"}, "requests": {"type": "integer"}}},
   "EnforcerReceipt": {
    "type": "object", "required": ["name", "kind"],
    "properties": {
     "name": {"type": "string"}, "kind": {"type": "string"}, "version": {"type": "string"},
     "through": {"type": "integer"}, "standing": {"type": "integer"},
     "leaving": {"type": "boolean"},
     "covers": {"type": "array", "items": {"type": "string"}},
     "failed": {
      "type": "array",
      "items": {
       "type": "object", "required": ["id", "why"],
       "properties": {"id": {"type": "integer"}, "why": {"type": "string"}}}},
     "counts": {
      "type": "array", "items": {"$ref": "#/components/schemas/EnforcedCount"}}}},
   "Enforcer": {
    "type": "object",
    "required": [
     "name", "kind", "version", "address", "key_id", "state", "first_seen", "last_seen",
     "given_through", "applied_through", "standing", "covers", "counts"],
    "properties": {
     "name": {"type": "string"}, "kind": {"type": "string"}, "version": {"type": "string"},
     "address": {"type": "string"}, "key_id": {"type": "string"},
     "state": {"enum": ["active", "silent", "left"]},
     "first_seen": {"type": "string"}, "last_seen": {"type": "string"},
     "given_through": {"type": "integer"}, "applied_through": {"type": "integer"},
     "standing": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
     "covers": {"type": "array", "items": {"type": "string"}},
     "counts": {
      "type": "array", "items": {"$ref": "#/components/schemas/EnforcedCount"}}}},
   "DecisionReceipts": {
    "type": "object",
    "required": ["decision", "received", "decided", "decided_after_ms", "receipts"],
    "properties": {
     "decision": {"type": "integer"},
     "received": {"anyOf": [{"type": "string"}, {"type": "null"}]},
     "decided": {"type": "string"},
     "decided_after_ms": {"anyOf": [{"type": "number"}, {"type": "null"}]},
     "receipts": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "enforcer", "kind", "given", "applied", "failed", "after_decision_ms",
        "end_to_end_ms"],
       "properties": {
        "enforcer": {"type": "string"}, "kind": {"type": "string"},
        "given": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "applied": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "failed": {"type": "string"},
        "after_decision_ms": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "end_to_end_ms": {"anyOf": [{"type": "number"}, {"type": "null"}]}}}}}},
   "Verdict": {
    "type": "object", "required": ["verdict"],
    "properties": {
     "verdict": {
      "enum": [
       "allow", "block", "throttle", "challenge", "redirect", "disable", "custom"]},
     "custom": {"type": "string"}, "status": {"type": "integer"},
     "reason": {"type": "string"}, "origin": {"type": "string"},
     "decision": {"type": "integer"}, "until": {"type": "string"},
     "limit": {"type": "string"}, "retry_after_ms": {"type": "integer"},
     "location": {"type": "string"}}})json";

void write_response(JsonWriter& json, std::string_view status, std::string_view what) {
  json.key(status).begin_object().member("description", what).end_object();
}

// The same for every method that a proxy may pass on.
void write_check(JsonWriter& json, std::string_view method) {
  json.key(to_lower(method)).begin_object();
  json.member("operationId", "checkVerdict" + std::string(method));
  json.key("tags").begin_array().value("enforcement").end_array();
  json.member("summary", "May this request go on? As a status, for proxies (auth_request)");
  json.member("x-scope", "enforcer");
  json.key("parameters").begin_array().begin_object();
  json.member("name", "statuses").member("in", "query");
  json.member("description", "nginx: only 204, 401 and 403; X-Tocsin-Status tells the rest");
  json.key("schema").begin_object().key("enum").begin_array().value("full").value("nginx");
  json.end_array().end_object().end_object().end_array();
  json.key("responses").begin_object();
  write_response(json, "204", "Allow");
  write_response(json, "302", "Challenge or redirect: Location");
  write_response(json, "401", "Challenge");
  write_response(json, "403", "Block");
  write_response(json, "429", "Throttle: Retry-After");
  json.key("default").begin_object().member("$ref", "#/components/responses/Problem").end_object();
  json.end_object().end_object();
}

}  // namespace

std::string openapi_enforcement_paths() {
  JsonWriter check;
  check.begin_object();
  for (const std::string_view method :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    write_check(check, method);
  }
  check.end_object();
  return std::string(kPaths) + check.take();
}

std::string_view openapi_enforcement_schemas() {
  return kSchemas;
}

}  // namespace tocsin
