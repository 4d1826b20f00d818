// The API as OpenAPI 3.1: the paths of what every part of the product shares; the rest is in the
// parts (openapi_parts.h). "x-scope" is the scope that a key needs; empty: none. openapi_test.cc
// holds it against routes.cc and against real answers.
#include <string>

#include <fmt/format.h>

#include "api/openapi.h"
#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kHead = R"json({
 "openapi": "3.1.0",
 "info": {
  "title": "Tocsin", "version": "1",
  "summary": "Collects logs as evidence, notices attacks, walks the team through the incident",
  "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
 "security": [{"bearer": []}, {"apiKey": []}, {"basic": []}],
 "paths": {)json";

constexpr std::string_view kPaths = R"json(
  "/api/v1/events": {
   "post": {
    "operationId": "sendEvents", "tags": ["events"],
    "summary": "Take records; the answer comes when they are durable",
    "x-scope": "ingest",
    "parameters": [
     {
      "name": "source", "in": "query",
      "description": "Name of the source; default the key's name",
      "schema": {"type": "string"}},
     {
      "name": "format", "in": "query",
      "description": "How to decode: a format or dataset; default by recognition",
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/x-ndjson": {"schema": {"type": "string"}},
      "application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}}},
    "responses": {
     "200": {
      "description": "What was taken; good records are kept whatever is wrong with others",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/IngestResult"}}}},
     "400": {
      "description": "No record could be taken",
      "content": {
       "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/events/search": {
   "get": {
    "operationId": "searchEvents", "tags": ["events"],
    "summary": "Search by the query language or SQL", "x-scope": "read",
    "parameters": [
     {
      "name": "q", "in": "query",
      "description": "The query (docs/query.md); also as query",
      "schema": {"type": "string"}},
     {
      "name": "query", "in": "query", "description": "The same as q",
      "schema": {"type": "string"}},
     {
      "name": "sql", "in": "query", "description": "SQL instead of a query",
      "schema": {"type": "string"}},
     {
      "name": "from", "in": "query",
      "description": "ISO time, now, or a span back from now such as 15m",
      "schema": {"type": "string"}},
     {
      "name": "to", "in": "query", "description": "The same; exclusive",
      "schema": {"type": "string"}},
     {
      "name": "limit", "in": "query", "description": "Rows at most",
      "schema": {"type": "integer", "minimum": 1}},
     {
      "name": "format", "in": "query", "description": "Instead of the Accept header",
      "schema": {"enum": ["json", "ndjson"]}},
     {
      "name": "timeout_ms", "in": "query", "description": "Time limit",
      "schema": {"type": "integer", "minimum": 1}},
     {
      "name": "cache", "in": "query",
      "description": "An answer of 1 to 20 s ago will do; see X-Tocsin-Cache",
      "schema": {"type": "boolean"}}],
    "responses": {
     "200": {
      "description": "Rows; as NDJSON one row a line, then {_outcome} or {_problem}",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/SearchResult"}},
       "application/x-ndjson": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "searchEventsByBody", "tags": ["events"],
    "summary": "The same, with the parameters in a JSON body", "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "query": {"type": "string"}, "q": {"type": "string"}, "sql": {"type": "string"},
         "from": {"type": "string"}, "to": {"type": "string"},
         "limit": {"type": "integer", "minimum": 1},
         "format": {"enum": ["json", "ndjson"]},
         "timeout_ms": {"type": "integer", "minimum": 1},
         "cache": {"type": "boolean"}}}}}},
    "responses": {
     "200": {
      "description": "Rows; as NDJSON one row a line, then {_outcome} or {_problem}",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/SearchResult"}},
       "application/x-ndjson": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/events/tail": {
   "get": {
    "operationId": "tailEvents", "tags": ["events"],
    "summary": "Live tail: server-sent events row, sample, problem",
    "x-scope": "read",
    "parameters": [
     {
      "name": "q", "in": "query", "description": "A query that gives events",
      "schema": {"type": "string"}},
     {
      "name": "query", "in": "query", "description": "The same as q",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Events as they become searchable",
      "content": {"text/event-stream": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/events/{seq}": {
   "get": {
    "operationId": "getEvent", "tags": ["events"],
    "summary": "One record as received, its event, its proof", "x-scope": "read",
    "parameters": [
     {
      "name": "seq", "in": "path", "required": true,
      "description": "Its place in the journal",
      "schema": {"type": "integer", "minimum": 1}},
     {
      "name": "proof", "in": "query", "description": "false leaves the proof out",
      "schema": {"type": "boolean"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/RecordView"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/alerts": {
   "get": {
    "operationId": "listAlerts", "tags": ["alerts"],
    "summary": "Alerts, newest activity first", "x-scope": "read",
    "parameters": [
     {
      "name": "state", "in": "query",
      "description": "new,acknowledged,closed: any of them", "schema": {"type": "string"}},
     {
      "name": "level", "in": "query", "description": "The lowest wanted",
      "schema": {"type": "string"}},
     {
      "name": "rule", "in": "query", "description": "Id of a rule",
      "schema": {"type": "string"}},
     {
      "name": "key", "in": "query",
      "description": "A part of the key: source.ip=192.0.2.1, or only a value",
      "schema": {"type": "string"}},
     {
      "name": "assignee", "in": "query", "description": "Empty: nobody's",
      "schema": {"type": "string"}},
     {
      "name": "from", "in": "query", "description": "Last event at or after",
      "schema": {"type": "string"}},
     {
      "name": "to", "in": "query", "description": "First event before",
      "schema": {"type": "string"}},
     {
      "name": "limit", "in": "query", "description": "1 to 1000",
      "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
     {
      "name": "cursor", "in": "query", "description": "next of the page before",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["alerts", "next"],
         "properties": {
          "alerts": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}},
          "next": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/alerts/counts": {
   "get": {
    "operationId": "countAlerts", "tags": ["alerts"],
    "summary": "How many, by state and level", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["counts"],
         "properties": {
          "counts": {
           "type": "array",
           "items": {
            "type": "object", "required": ["state", "level", "alerts"],
            "properties": {
             "state": {"$ref": "#/components/schemas/AlertState"},
             "level": {"$ref": "#/components/schemas/Level"},
             "alerts": {"type": "integer"}}}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/alerts/bulk": {
   "post": {
    "operationId": "changeAlerts", "tags": ["alerts"],
    "summary": "Change several alerts, by id or by what they have in common", "x-scope": "triage",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["change"],
        "properties": {
         "ids": {"type": "array", "items": {"type": "string"}},
         "filter": {"$ref": "#/components/schemas/AlertChoice"},
         "dry_run": {"type": "boolean"},
         "change": {"$ref": "#/components/schemas/AlertPatch"}}}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["matched", "changed", "alerts"],
         "properties": {
          "matched": {"type": "integer"}, "changed": {"type": "integer"},
          "alerts": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/alerts/{id}": {
   "get": {
    "operationId": "getAlert", "tags": ["alerts"], "summary": "One alert with its history",
    "x-scope": "read",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true,
      "description": "Its id, or the first 6 characters and more",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "allOf": [
          {"$ref": "#/components/schemas/Alert"},
          {
           "type": "object", "required": ["history"],
           "properties": {
            "history": {
             "type": "array", "items": {"$ref": "#/components/schemas/AlertChange"}}}}]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "patch": {
    "operationId": "changeAlert", "tags": ["alerts"],
    "summary": "Acknowledge, close, assign, note", "x-scope": "triage",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true, "description": "Its id",
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/AlertPatch"}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Alert"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules": {
   "get": {
    "operationId": "listRules", "tags": ["rules"],
    "summary": "Rules in force and the load report", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Rules"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/backtest": {
   "post": {
    "operationId": "backtestRule", "tags": ["rules"],
    "summary": "What a rule would have found in the stored events", "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "rule": {"type": "string", "description": "Id or title of a rule in force"},
         "text": {"type": "string", "description": "Or YAML of rules to try out"},
         "from": {"type": "string", "description": "As in a search; 30 days back by default"},
         "to": {"type": "string"},
         "keys": {"type": "integer", "minimum": 1, "maximum": 1000},
         "format": {"enum": ["json", "ndjson"]}}}}}},
    "responses": {
     "200": {
      "description": "The report; as NDJSON lines of {progress}, then {report} or {_problem}",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/Backtest"}},
       "application/x-ndjson": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/{id}/coverage": {
   "get": {
    "operationId": "getRuleCoverage", "tags": ["rules"],
    "summary": "Which records each version of a rule has been tried on", "x-scope": "read",
    "parameters": [
     {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Oldest version first",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RuleCoverage"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/logsources": {
   "get": {
    "operationId": "listLogsources", "tags": ["rules"],
    "summary": "Which logsources the rules in force want, and how many events came of each",
    "x-scope": "read",
    "parameters": [
     {
      "name": "from", "in": "query", "description": "As in a search; 7 days back by default",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Those with events first",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Logsources"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/rules/reload": {
   "post": {
    "operationId": "reloadRules", "tags": ["rules"], "summary": "Read the rules again",
    "x-scope": "admin",
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Rules"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/journal/checkpoint": {
   "get": {
    "operationId": "getCheckpoint", "tags": ["journal"],
    "summary": "The newest checkpoint (C2SP signed note)", "x-scope": "read",
    "responses": {
     "200": {
      "description": "The note", "content": {"text/plain": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/journal/key": {
   "get": {
    "operationId": "getJournalKey", "tags": ["journal"],
    "summary": "The key that signs checkpoints, in verifier form",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "name+hash+base64",
      "content": {"text/plain": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/journal/proof/{seq}": {
   "get": {
    "operationId": "getProof", "tags": ["journal"],
    "summary": "Inclusion proof of a record", "x-scope": "read",
    "parameters": [
     {
      "name": "seq", "in": "path", "required": true, "description": "The record",
      "schema": {"type": "integer", "minimum": 1}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Proof"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/journal/consistency": {
   "get": {
    "operationId": "getConsistency", "tags": ["journal"],
    "summary": "Consistency proof between two sizes of the tree", "x-scope": "read",
    "parameters": [
     {
      "name": "from", "in": "query", "description": "The older size",
      "schema": {"type": "integer", "minimum": 1}, "required": true},
     {
      "name": "to", "in": "query", "description": "The newer size",
      "schema": {"type": "integer", "minimum": 1}, "required": true}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/Consistency"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/evidence": {
   "post": {
    "operationId": "exportEvidence", "tags": ["journal"],
    "summary": "Records with proofs as a bundle that verifies offline",
    "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "query": {"type": "string"}, "from": {"type": "string"}, "to": {"type": "string"},
         "seq_from": {"type": "integer", "minimum": 1},
         "seq_to": {"type": "integer", "minimum": 1}}}}}},
    "responses": {
     "200": {
      "description": "The bundle (docs/formats/journal.md)",
      "content": {"application/x-ndjson": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/sources": {
   "get": {
    "operationId": "listSources", "tags": ["server"], "summary": "What comes in",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["sources"],
         "properties": {
          "sources": {"type": "array", "items": {"$ref": "#/components/schemas/Source"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/monitors": {
   "get": {
    "operationId": "listMonitors", "tags": ["monitors"],
    "summary": "Monitors in force, what they have learned from, and the training",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["monitors", "training"],
         "properties": {
          "monitors": {"type": "array", "items": {"$ref": "#/components/schemas/Monitor"}},
          "training": {"$ref": "#/components/schemas/Training"}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/monitors/train": {
   "post": {
    "operationId": "trainMonitors", "tags": ["monitors"],
    "summary": "Learn from stored records, without findings", "x-scope": "admin",
    "requestBody": {
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "since": {"type": "string", "description": "A span back from now; default 30d"}}}}}},
    "responses": {
     "202": {
      "description": "It has begun; listMonitors tells how far it is",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/Training"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/monitors/{id}": {
   "get": {
    "operationId": "getMonitor", "tags": ["monitors"],
    "summary": "What a monitor knows of its keys", "x-scope": "read",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true, "description": "Id, name or title",
      "schema": {"type": "string"}},
     {
      "name": "key", "in": "query",
      "description": "field=value of a key, or only the value; default those with most events",
      "schema": {"type": "string"}},
     {
      "name": "limit", "in": "query", "description": "Keys at most",
      "schema": {"type": "integer", "minimum": 1, "maximum": 1000}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Monitor"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/threat-lists": {
   "get": {
    "operationId": "listThreatLists", "tags": ["threats"],
    "summary": "What is listed, and how fresh it is", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["threat_lists"],
         "properties": {
          "threat_lists": {
           "type": "array", "items": {"$ref": "#/components/schemas/ThreatList"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/threat-lists/lookup": {
   "get": {
    "operationId": "lookUpThreat", "tags": ["threats"],
    "summary": "Which lists name a value", "x-scope": "read",
    "parameters": [
     {
      "name": "value", "in": "query", "required": true,
      "description": "An address, network, domain, URL, hash, or else a user agent",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done; found is empty when no list names it",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/ThreatLookup"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/threat-lists/{name}/refresh": {
   "post": {
    "operationId": "refreshThreatList", "tags": ["threats"],
    "summary": "Fetch a list soon, whatever its plan", "x-scope": "admin",
    "parameters": [
     {"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {
     "202": {
      "description": "It will be fetched",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["name", "refreshing"],
         "properties": {
          "name": {"type": "string"}, "refreshing": {"type": "boolean"}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/keys": {
   "get": {
    "operationId": "listKeys", "tags": ["keys"],
    "summary": "API keys, without their secrets", "x-scope": "admin",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["keys"],
         "properties": {
          "keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "createKey", "tags": ["keys"],
    "summary": "Make a key; its text is shown this once", "x-scope": "admin",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["name", "scopes"],
        "properties": {
         "name": {"type": "string"},
         "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/Scope"}},
         "expires": {"type": "string", "description": "ISO time or a span from now"}}}}}},
    "responses": {
     "201": {
      "description": "Made",
      "content": {
       "application/json": {
        "schema": {
         "allOf": [
          {"$ref": "#/components/schemas/Key"},
          {
           "type": "object", "required": ["key"],
           "properties": {"key": {"type": "string"}}}]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/keys/{id}": {
   "delete": {
    "operationId": "revokeKey", "tags": ["keys"], "summary": "Revoke a key",
    "x-scope": "admin",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true, "description": "tok_ and 8 characters",
      "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Revoked"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/health": {
   "get": {
    "operationId": "isAlive", "tags": ["server"], "summary": "Alive and taking records?",
    "x-scope": "", "security": [],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["status"],
         "properties": {"status": {"$ref": "#/components/schemas/Status"}}}}}},
     "503": {
      "description": "Not taking records",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["status"],
         "properties": {"status": {"$ref": "#/components/schemas/Status"}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/health": {
   "get": {
    "operationId": "getHealth", "tags": ["server"], "summary": "Lag, disk, journal, index",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/metrics": {
   "get": {
    "operationId": "getMetrics", "tags": ["server"],
    "summary": "Prometheus text format; open when configured so", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/openapi.json": {
   "get": {
    "operationId": "getOpenapi", "tags": ["server"], "summary": "This document",
    "x-scope": "", "security": [],
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"type": "object"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}}},
)json";

}  // namespace

std::string_view openapi_document() {
  static const std::string kDocument = fmt::format(
      "{}{},{},{},{},{},{},{}{}", kHead, openapi_accounts_paths(), openapi_console_paths(),
      openapi_people_paths(), openapi_enforcement_paths(), openapi_decisions_paths(),
      openapi_playbooks_paths(), kPaths, openapi_components());
  return kDocument;
}

}  // namespace tocsin
