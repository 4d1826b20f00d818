// What the pages ask for themselves: paths and schemas of the OpenAPI document.
#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kPaths = R"json(
  "/api/v1/documents/{kind}": {
   "get": {
    "operationId": "listDocuments", "tags": ["documents"],
    "summary": "Saved searches or dashboards, the shipped ones first", "x-scope": "read",
    "parameters": [
     {
      "name": "kind", "in": "path", "required": true,
      "schema": {"$ref": "#/components/schemas/DocumentKind"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["documents"],
         "properties": {
          "documents": {
           "type": "array", "items": {"$ref": "#/components/schemas/Document"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/documents/{kind}/{id}": {
   "get": {
    "operationId": "getDocument", "tags": ["documents"], "summary": "One document",
    "x-scope": "read",
    "parameters": [
     {
      "name": "kind", "in": "path", "required": true,
      "schema": {"$ref": "#/components/schemas/DocumentKind"}},
     {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/Document"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "put": {
    "operationId": "saveDocument", "tags": ["documents"],
    "summary": "Make a document, or replace the version that was read",
    "x-scope": "triage",
    "parameters": [
     {
      "name": "kind", "in": "path", "required": true,
      "schema": {"$ref": "#/components/schemas/DocumentKind"}},
     {
      "name": "id", "in": "path", "required": true,
      "schema": {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["title", "document"],
        "properties": {
         "title": {"type": "string", "maxLength": 120},
         "document": {"type": "object"},
         "version": {"type": "integer", "description": "That was read; absent: a new one"}}}}}},
    "responses": {
     "200": {
      "description": "Replaced",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/Document"}}}},
     "201": {
      "description": "Made",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/Document"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "deleteDocument", "tags": ["documents"],
    "summary": "Delete one's own document; an administrator anybody's", "x-scope": "triage",
    "parameters": [
     {
      "name": "kind", "in": "path", "required": true,
      "schema": {"$ref": "#/components/schemas/DocumentKind"}},
     {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Done"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/activity": {
   "get": {
    "operationId": "showRuleActivity", "tags": ["rules"],
    "summary": "By rule and day: findings of its alerts whose last event was then",
    "x-scope": "read",
    "parameters": [
     {
      "name": "days", "in": "query",
      "schema": {"type": "integer", "minimum": 1, "maximum": 90, "default": 7}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["days", "from", "rules"],
         "properties": {
          "days": {"type": "integer"}, "from": {"type": "string"},
          "rules": {
           "type": "object",
           "additionalProperties": {"type": "array", "items": {"type": "integer"}}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/check": {
   "post": {
    "operationId": "checkRule", "tags": ["rules"],
    "summary": "What is wrong with a text, and which rules it holds; changes nothing",
    "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["text"],
        "properties": {"text": {"type": "string"}}}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/RuleCheck"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/{id}/text": {
   "get": {
    "operationId": "getRuleText", "tags": ["rules"],
    "summary": "The file of a rule in force", "x-scope": "read",
    "parameters": [
     {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/RuleText"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/{id}": {
   "put": {
    "operationId": "saveRule", "tags": ["rules"],
    "summary": "Keep a rule of one's own and load it; it stands for a shipped one of the same id",
    "x-scope": "admin",
    "parameters": [
     {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["text"],
        "properties": {"text": {"type": "string", "description": "At most 256 KiB"}}}}}},
    "responses": {
     "200": {
      "description": "In force",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/RuleText"}}}},
     "422": {
      "description": "It does not load; nothing was changed. \"issues\" says what and where",
      "content": {
       "application/problem+json": {"schema": {"$ref": "#/components/schemas/RuleRefusal"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "deleteRule", "tags": ["rules"],
    "summary": "Delete a rule of one's own; what it stood for is in force again",
    "x-scope": "admin",
    "parameters": [
     {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Done"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/settings": {
   "get": {
    "operationId": "showSettings", "tags": ["server"],
    "summary": "What of the configuration people ask about; no secrets", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/SettingsView"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/audit": {
   "get": {
    "operationId": "listAudit", "tags": ["audit"],
    "summary": "What people, keys and Tocsin itself did, newest first", "x-scope": "audit",
    "parameters": [
     {"name": "from", "in": "query", "schema": {"type": "string"}},
     {"name": "to", "in": "query", "schema": {"type": "string"}},
     {
      "name": "who", "in": "query", "description": "A user's name or a key's id",
      "schema": {"type": "string"}},
     {"name": "action", "in": "query", "schema": {"type": "string"}},
     {
      "name": "limit", "in": "query",
      "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}},
     {
      "name": "cursor", "in": "query", "description": "\"next\" of the page before",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["entries", "next"],
         "properties": {
          "entries": {
           "type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"}},
          "next": {"type": ["string", "null"]}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}})json";

constexpr std::string_view kSchemas = R"json(
   "DocumentKind": {"type": "string", "enum": ["saved-searches", "dashboards"]},
   "Document": {
    "type": "object",
    "required": [
     "id", "title", "shipped", "version", "owner", "changed_by", "updated", "document"],
    "properties": {
     "id": {"type": "string"}, "title": {"type": "string"},
     "shipped": {"type": "boolean"},
     "version": {"type": "integer", "description": "0: shipped"},
     "owner": {"type": "string"}, "changed_by": {"type": "string"},
     "updated": {"type": ["string", "null"]}, "document": {"type": "object"}}},
   "RuleIssue": {
    "type": "object", "required": ["file", "line", "column", "reason", "refused"],
    "properties": {
     "file": {"type": "string"}, "line": {"type": "integer"}, "column": {"type": "integer"},
     "reason": {"type": "string"},
     "refused": {"type": "boolean", "description": "false: a warning"}}},
   "RuleCheck": {
    "type": "object", "required": ["issues", "rules"],
    "properties": {
     "issues": {"type": "array", "items": {"$ref": "#/components/schemas/RuleIssue"}},
     "rules": {
      "type": "array",
      "items": {
       "type": "object", "required": ["id", "title", "level", "kind"],
       "properties": {
        "id": {"type": "string"}, "title": {"type": "string"},
        "level": {"$ref": "#/components/schemas/Level"},
        "kind": {"type": "string", "enum": ["rule", "correlation", "monitor"]}}}}}},
   "RuleRefusal": {
    "type": "object", "required": ["status", "detail", "code", "issues"],
    "properties": {
     "status": {"type": "integer"}, "detail": {"type": "string"}, "code": {"type": "string"},
     "issues": {"type": "array", "items": {"$ref": "#/components/schemas/RuleIssue"}}}},
   "RuleText": {
    "type": "object", "required": ["id", "file", "own", "text"],
    "properties": {
     "id": {"type": "string"}, "file": {"type": "string"},
     "own": {"type": "boolean", "description": "Written in the console"},
     "text": {"type": "string", "description": "Of the whole file"}}},
   "SettingsView": {
    "type": "object",
    "required": [
     "version", "data_directory", "listeners", "retention", "privacy", "never_block_networks",
     "never_block", "never_disable", "access", "response"],
    "properties": {
     "version": {"type": "string"}, "data_directory": {"type": "string"},
     "listeners": {
      "type": "array",
      "items": {
       "type": "object", "required": ["name", "address"],
       "properties": {"name": {"type": "string"}, "address": {"type": "string"}}}},
     "retention": {
      "type": "object", "required": ["journal_s", "index_s", "decisions_s"],
      "properties": {
       "journal_s": {"type": "integer"}, "index_s": {"type": "integer"},
       "decisions_s": {"type": "integer"}}},
     "privacy": {
      "type": "object", "required": ["masked", "pseudonymised"],
      "properties": {
       "masked": {"type": "array", "items": {"type": "string"}},
       "pseudonymised": {"type": "array", "items": {"type": "string"}}}},
     "never_block_networks": {"type": "integer", "description": "All; the list is cut"},
     "never_block": {
      "type": "array",
      "items": {
       "type": "object", "required": ["network", "why"],
       "properties": {"network": {"type": "string"}, "why": {"type": "string"}}}},
     "never_disable": {"type": "array", "items": {"type": "string"}},
     "access": {
      "type": "object", "required": ["session_idle_s", "session_longest_s"],
      "properties": {
       "session_idle_s": {"type": "integer"}, "session_longest_s": {"type": "integer"}}},
     "response": {
      "type": "object", "required": ["dry_run", "first_duration_s", "longest_duration_s"],
      "properties": {
       "dry_run": {"type": "boolean"}, "first_duration_s": {"type": "integer"},
       "longest_duration_s": {"type": "integer"}}}}},
   "AuditEntry": {
    "type": "object",
    "required": [
     "seq", "at", "who", "action", "outcome", "target", "detail", "query", "peer", "status",
     "repeats"],
    "properties": {
     "seq": {"type": "integer"}, "at": {"type": "string"}, "who": {"type": "string"},
     "action": {"type": "string"},
     "outcome": {"type": "string", "enum": ["success", "failure"]},
     "target": {"type": "string"}, "detail": {"type": "string"},
     "query": {"type": "string"}, "peer": {"type": "string"},
     "status": {"type": "integer", "description": "Of the answer; 0: not over the API"},
     "repeats": {
      "type": "integer", "description": "The same again since it was last written down"}}})json";

}  // namespace

std::string_view openapi_console_paths() {
  return kPaths;
}
std::string_view openapi_console_schemas() {
  return kSchemas;
}

}  // namespace tocsin
