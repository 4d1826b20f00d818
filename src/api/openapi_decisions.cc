// Decisions: paths and schemas of the OpenAPI document.
#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kPaths = R"json(
  "/api/v1/decisions": {
   "get": {
    "operationId": "listDecisions",
    "tags": ["decisions"],
    "summary": "What stands, what stood, what would have been",
    "x-scope": "read",
    "parameters": [
     {
      "name": "state",
      "in": "query",
      "description": "active (default), ended, dry_run or all",
      "schema": {"type": "string"}},
     {
      "name": "scope",
      "in": "query",
      "description": "Of this scope",
      "schema": {"type": "string"}},
     {
      "name": "value",
      "in": "query",
      "description": "Exactly this address, network, …",
      "schema": {"type": "string"}},
     {
      "name": "ip",
      "in": "query",
      "description": "Active ones on the address or a network around it",
      "schema": {"type": "string"}},
     {
      "name": "kind",
      "in": "query",
      "description": "Of this kind",
      "schema": {"type": "string"}},
     {
      "name": "origin",
      "in": "query",
      "description": "Of this origin",
      "schema": {"type": "string"}},
     {
      "name": "rule",
      "in": "query",
      "description": "Id of the rule",
      "schema": {"type": "string"}},
     {
      "name": "alert",
      "in": "query",
      "description": "Id of the alert",
      "schema": {"type": "string"}},
     {
      "name": "playbook",
      "in": "query",
      "description": "Of this playbook",
      "schema": {"type": "string"}},
     {
      "name": "limit",
      "in": "query",
      "description": "At most so many",
      "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
     {
      "name": "cursor",
      "in": "query",
      "description": "next of the page before",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object",
         "properties": {
          "decisions": {"type": "array", "items": {"$ref": "#/components/schemas/Decision"}},
          "next": {"type": "string"},
          "active": {"type": "integer"}},
         "required": ["decisions", "next", "active"]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "takeDecision",
    "tags": ["decisions"],
    "summary": "Block, throttle, challenge …: the guards are asked first",
    "x-scope": "respond",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "kind": {
          "enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
         "custom": {"type": "string"},
         "scope": {
          "enum": [
           "address", "network", "network_owner", "country", "user", "session", "api_key"]},
         "value": {"type": "string"},
         "duration": {"type": "string", "examples": ["4h", "1h30m"]},
         "reason": {"type": "string"},
         "rate": {"type": "string", "examples": ["60/1m"]},
         "redirect_to": {"type": "string"},
         "dry_run": {"type": "boolean"},
         "despite_customers": {"type": "boolean", "description": "Block an address of many users"},
         "alert_id": {"type": "string"}},
        "required": ["value"]}}}},
    "responses": {
     "200": {
      "description": "Standing already, recorded only, or refused by a guard",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/DecisionOutcome"}}}},
     "201": {
      "description": "Taken",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/DecisionOutcome"}}}},
     "202": {
      "description": "Waits for approval",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/DecisionOutcome"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/lift": {
   "post": {
    "operationId": "liftDecisions",
    "tags": ["decisions"],
    "summary": "End all decisions that fit every given member",
    "x-scope": "respond",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "scope": {
          "enum": [
           "address", "network", "network_owner", "country", "user", "session", "api_key"]},
         "value": {"type": "string"},
         "overlapping": {"type": "string"},
         "kind": {
          "enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
         "origin": {"type": "string"},
         "rule_id": {"type": "string"},
         "all": {"type": "boolean"},
         "why": {"type": "string"}}}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object",
         "properties": {
          "lifted": {"type": "integer"},
          "decisions": {"type": "array", "items": {"$ref": "#/components/schemas/Decision"}}},
         "required": ["lifted", "decisions"]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/simulate": {
   "post": {
    "operationId": "simulateDecision",
    "tags": ["decisions"],
    "summary": "What a proposal would come to; with rule: what it would have done to whom",
    "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "kind": {
          "enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
         "custom": {"type": "string"},
         "scope": {
          "enum": [
           "address", "network", "network_owner", "country", "user", "session", "api_key"]},
         "value": {"type": "string"},
         "duration": {"type": "string", "examples": ["4h", "1h30m"]},
         "reason": {"type": "string"},
         "rate": {"type": "string", "examples": ["60/1m"]},
         "redirect_to": {"type": "string"},
         "dry_run": {"type": "boolean"},
         "despite_customers": {"type": "boolean", "description": "Block an address of many users"},
         "alert_id": {"type": "string"},
         "rule": {"type": "string"},
         "over": {"enum": ["events", "alerts"]},
         "from": {"type": "string"},
         "to": {"type": "string"}}}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "anyOf": [
          {"$ref": "#/components/schemas/DecisionPreview"},
          {"$ref": "#/components/schemas/DecisionOutcome"}]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/export": {
   "get": {
    "operationId": "exportDecisions",
    "tags": ["decisions"],
    "summary": "All that stand, as cscli reads them",
    "x-scope": "read",
    "parameters": [
     {
      "name": "format",
      "in": "query",
      "description": "json (default), csv or plain",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "The list",
      "content": {
       "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
       "text/csv": {"schema": {"type": "string"}},
       "text/plain": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/import": {
   "post": {
    "operationId": "importDecisions",
    "tags": ["decisions"],
    "summary": "A list: JSON or CSV as cscli writes them, or plain values",
    "x-scope": "admin",
    "parameters": [
     {
      "name": "format",
      "in": "query",
      "description": "json (default), csv or plain",
      "schema": {"type": "string"}},
     {
      "name": "kind",
      "in": "query",
      "description": "For entries that name none; default block",
      "schema": {"type": "string"}},
     {
      "name": "duration",
      "in": "query",
      "description": "For entries that name none; default 24h",
      "schema": {"type": "string"}},
     {
      "name": "reason",
      "in": "query",
      "description": "For entries that name none",
      "schema": {"type": "string"}},
     {
      "name": "origin",
      "in": "query",
      "description": "For entries that name none",
      "schema": {"type": "string"}},
     {
      "name": "rate",
      "in": "query",
      "description": "Of throttles",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object",
         "properties": {
          "taken": {"type": "integer"},
          "standing": {"type": "integer"},
          "refused": {"type": "integer"},
          "dry_run": {"type": "integer"},
          "failed": {"type": "integer"},
          "mistakes": {"type": "integer"},
          "sentences": {"type": "array", "items": {"type": "string"}}},
         "required": [
          "taken", "standing", "refused", "dry_run", "failed", "mistakes", "sentences"]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/approvals": {
   "get": {
    "operationId": "listApprovals",
    "tags": ["decisions"],
    "summary": "What waits for a person",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object",
         "properties": {
          "approvals": {
           "type": "array",
           "items": {"$ref": "#/components/schemas/DecisionApproval"}}},
         "required": ["approvals"]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/approvals/{id}": {
   "post": {
    "operationId": "answerApproval",
    "tags": ["decisions"],
    "summary": "Approve, and the guards are asked again; or reject",
    "x-scope": "respond",
    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {"approve": {"type": "boolean"}, "why": {"type": "string"}},
        "required": ["approve"]}}}},
    "responses": {
     "200": {
      "description": "Approved",
      "content": {
       "application/json": {"schema": {"$ref": "#/components/schemas/DecisionOutcome"}}}},
     "204": {"description": "Rejected"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/armed": {
   "get": {
    "operationId": "listArmed",
    "tags": ["decisions"],
    "summary": "Which rules and playbooks may act",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object",
         "properties": {
          "armed": {"type": "array", "items": {"$ref": "#/components/schemas/Armed"}}},
         "required": ["armed"]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/arm": {
   "post": {
    "operationId": "arm",
    "tags": ["decisions"],
    "summary": "Let a rule or a playbook act, in one version; or no more",
    "x-scope": "admin",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {
         "what": {"enum": ["rule", "playbook"]},
         "id": {"type": "string"},
         "version": {"type": "string"},
         "armed": {"type": "boolean"}},
        "required": ["id"]}}}},
    "responses": {
     "204": {"description": "Done"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/breaker": {
   "get": {
    "operationId": "getBreaker",
    "tags": ["decisions"],
    "summary": "Whether the machine may decide",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Breaker"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "setBreaker",
    "tags": ["decisions"],
    "summary": "Open or close it by hand",
    "x-scope": "admin",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "properties": {"open": {"type": "boolean"}, "why": {"type": "string"}},
        "required": ["open"]}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Breaker"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/decisions/{id}": {
   "get": {
    "operationId": "getDecision",
    "tags": ["decisions"],
    "summary": "One decision",
    "x-scope": "read",
    "parameters": [
     {
      "name": "id",
      "in": "path",
      "required": true,
      "schema": {"type": "integer", "minimum": 1}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Decision"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "removeDecision",
    "tags": ["decisions"],
    "summary": "End it now",
    "x-scope": "respond",
    "parameters": [
     {
      "name": "id",
      "in": "path",
      "required": true,
      "schema": {"type": "integer", "minimum": 1}},
     {
      "name": "why",
      "in": "query",
      "description": "For the audit",
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object",
         "properties": {
          "lifted": {"type": "integer"},
          "decisions": {"type": "array", "items": {"$ref": "#/components/schemas/Decision"}}},
         "required": ["lifted", "decisions"]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}})json";

constexpr std::string_view kSchemas = R"json(
   "Decision": {
    "type": "object",
    "properties": {
     "id": {"type": "integer"},
     "uuid": {"type": "string"},
     "kind": {"enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
     "custom": {"type": "string"},
     "scope": {
      "enum": [
       "address", "network", "network_owner", "country", "user", "session", "api_key"]},
     "value": {"type": "string"},
     "created": {"type": "string"},
     "until": {"type": "string"},
     "remaining_s": {"type": "integer"},
     "reason": {"type": "string"},
     "rule_id": {"type": "string"},
     "rule_version": {"type": "string"},
     "rule_title": {"type": "string"},
     "alert_id": {"type": "string"},
     "playbook": {"type": "string"},
     "decided_by": {"type": "string"},
     "origin": {"type": "string"},
     "strike": {"type": "integer"},
     "dry_run": {"type": "boolean"},
     "rate": {"type": "string"},
     "redirect_to": {"type": "string"},
     "lifted": {
      "anyOf": [
       {"type": "null"},
       {
        "type": "object",
        "properties": {
         "at": {"type": "string"},
         "cause": {"enum": ["expired", "removed", "guard", "replaced"]},
         "by": {"type": "string"},
         "why": {"type": "string"}},
        "required": ["at", "cause", "by", "why"]}]}},
    "required": [
     "id", "uuid", "kind", "custom", "scope", "value", "created", "until", "remaining_s",
     "reason", "rule_id", "rule_version", "rule_title", "alert_id", "playbook", "decided_by",
     "origin", "strike", "dry_run", "rate", "redirect_to", "lifted"]},
   "DecisionOutcome": {
    "type": "object",
    "properties": {
     "outcome": {"enum": ["taken", "standing", "dry_run", "refused", "waiting"]},
     "guard": {"type": "string"},
     "sentence": {"type": "string"},
     "approval_id": {"type": "string"},
     "decision": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Decision"}]}},
    "required": ["outcome", "guard", "sentence", "approval_id", "decision"]},
   "DecisionApproval": {
    "type": "object",
    "properties": {
     "id": {"type": "string"},
     "kind": {"enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
     "scope": {
      "enum": [
       "address", "network", "network_owner", "country", "user", "session", "api_key"]},
     "value": {"type": "string"},
     "reason": {"type": "string"},
     "decided_by": {"type": "string"},
     "alert_id": {"type": "string"},
     "why": {"type": "string"},
     "asked": {"type": "string"},
     "until": {"type": "string"}},
    "required": ["id", "kind", "scope", "value", "why", "asked", "until"]},
   "Armed": {
    "type": "object",
    "properties": {
     "what": {"enum": ["rule", "playbook"]},
     "id": {"type": "string"},
     "version": {"type": "string"},
     "title": {"type": "string"},
     "in_force": {"type": "boolean"},
     "by": {"type": "string"},
     "at": {"type": "string"}},
    "required": ["what", "id", "version", "in_force", "by", "at"]},
   "Breaker": {
    "type": "object",
    "properties": {
     "open": {"type": "boolean"},
     "since": {"anyOf": [{"type": "null"}, {"type": "string"}]},
     "reason": {"type": "string"},
     "held_back": {"type": "integer"}},
    "required": ["open", "since", "reason", "held_back"]},
   "DecisionPreview": {
    "type": "object",
    "properties": {
     "findings": {"type": "integer"},
     "events_stopped": {"type": "integer"},
     "innocent_users": {"type": "array", "items": {"type": "string"}},
     "cut": {"type": "boolean"},
     "subjects": {
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "scope": {
         "enum": [
          "address", "network", "network_owner", "country", "user", "session", "api_key"]},
        "value": {"type": "string"},
        "outcome": {"enum": ["taken", "standing", "dry_run", "refused", "waiting"]},
        "kind": {"enum": ["block", "throttle", "challenge", "redirect", "disable", "custom"]},
        "from": {"type": "string"},
        "until": {"type": "string"},
        "findings": {"type": "integer"},
        "events_stopped": {"type": "integer"},
        "known_users": {"type": "array", "items": {"type": "string"}},
        "innocent_users": {"type": "array", "items": {"type": "string"}},
        "guard": {"type": "string"},
        "sentence": {"type": "string"}},
       "required": [
        "scope", "value", "outcome", "kind", "from", "until", "findings", "events_stopped",
        "known_users", "innocent_users", "guard", "sentence"]}}},
    "required": ["findings", "events_stopped", "innocent_users", "cut", "subjects"]})json";

}  // namespace

std::string_view openapi_decisions_paths() {
  return kPaths;
}

std::string_view openapi_decisions_schemas() {
  return kSchemas;
}

}  // namespace tocsin
