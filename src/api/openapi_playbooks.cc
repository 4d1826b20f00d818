// Playbooks and their runs: paths and schemas of the OpenAPI document.
#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kPaths = R"json(
  "/api/v1/playbooks": {
   "get": {
    "operationId": "listPlaybooks", "tags": ["playbooks"],
    "summary": "Playbooks in force, and why others are not", "x-scope": "read",
    "responses": {
     "200": {
      "description": "By priority",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["playbooks", "issues"],
         "properties": {
          "playbooks": {"type": "array", "items": {"$ref": "#/components/schemas/Playbook"}},
          "issues": {"type": "array", "items": {"type": "string"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbooks/{name}": {
   "get": {
    "operationId": "getPlaybook", "tags": ["playbooks"],
    "summary": "A playbook, as YAML and as CACAO 2.0", "x-scope": "read",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "allOf": [
          {"$ref": "#/components/schemas/Playbook"},
          {
           "type": "object", "required": ["text", "cacao"],
           "properties": {"text": {"type": "string"}, "cacao": {"type": "object"}}}]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbooks/{name}/arm": {
   "post": {
    "operationId": "armPlaybook", "tags": ["playbooks"],
    "summary": "Let the version in force act; or no more", "x-scope": "admin",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["armed"],
        "properties": {
         "armed": {"type": "boolean"},
         "version": {
          "type": "string", "description": "Refuse when another is in force"}}}}}},
    "responses": {
     "204": {"description": "Done"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbooks/{name}/run": {
   "post": {
    "operationId": "runPlaybook", "tags": ["playbooks"],
    "summary": "Run it for an alert, whatever its trigger; or see what it would do",
    "x-scope": "respond",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["alert"],
        "properties": {
         "alert": {"type": "string"},
         "rehearse": {
          "type": "boolean",
          "description": "True if not said: nothing is changed, nobody told"}}}}}},
    "responses": {
     "200": {
      "description": "What each step would come to",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["steps"],
         "properties": {
          "steps": {"type": "array", "items": {"$ref": "#/components/schemas/RehearsedStep"}}}}}}},
     "201": {
      "description": "It has begun",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["run"],
         "properties": {"run": {"type": "string"}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbook-runs": {
   "get": {
    "operationId": "listPlaybookRuns", "tags": ["playbooks"],
    "summary": "Runs, newest first", "x-scope": "read",
    "parameters": [
     {
      "name": "alert", "in": "query", "description": "Id of an alert",
      "schema": {"type": "string"}},
     {
      "name": "playbook", "in": "query", "description": "Name of a playbook",
      "schema": {"type": "string"}},
     {
      "name": "state", "in": "query",
      "schema": {"enum": ["running", "succeeded", "failed", "cancelled"]}},
     {
      "name": "limit", "in": "query",
      "schema": {"type": "integer", "minimum": 1, "maximum": 1000}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["runs"],
         "properties": {
          "runs": {"type": "array", "items": {"$ref": "#/components/schemas/PlaybookRun"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbook-runs/{id}": {
   "get": {
    "operationId": "getPlaybookRun", "tags": ["playbooks"],
    "summary": "A run with its steps", "x-scope": "read",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "allOf": [
          {"$ref": "#/components/schemas/PlaybookRun"},
          {
           "type": "object", "required": ["steps"],
           "properties": {
            "steps": {"type": "array",
             "items": {"$ref": "#/components/schemas/PlaybookRunStep"}}}}]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbook-runs/{id}/cancel": {
   "post": {
    "operationId": "cancelPlaybookRun", "tags": ["playbooks"],
    "summary": "End a run", "x-scope": "respond",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Cancelled"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/playbook-runs/{id}/answer": {
   "post": {
    "operationId": "answerPlaybookRun", "tags": ["playbooks"],
    "summary": "The yes or no that a step waits for", "x-scope": "respond",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["yes"],
        "properties": {"yes": {"type": "boolean"}}}}}},
    "responses": {
     "204": {"description": "Taken"},
     "default": {"$ref": "#/components/responses/Problem"}}}})json";

constexpr std::string_view kSchemas = R"json(
   "Playbook": {
    "type": "object",
    "required": [
     "name", "version", "description", "types", "labels", "priority", "severity", "file",
     "armed", "linked", "steps"],
    "properties": {
     "name": {"type": "string"},
     "version": {"type": "string"},
     "description": {"type": "string"},
     "types": {"type": "array", "items": {"type": "string"}},
     "labels": {"type": "array", "items": {"type": "string"}},
     "priority": {"type": "integer"},
     "severity": {"type": "integer"},
     "file": {"type": "string"},
     "armed": {"type": "boolean"},
     "linked": {"type": "boolean"},
     "steps": {"type": "integer"}}},
   "RehearsedStep": {
    "type": "object",
    "required": [
     "step", "kind", "sentence"],
    "properties": {
     "step": {"type": "string"},
     "kind": {"type": "string"},
     "sentence": {"type": "string"}}},
   "PlaybookRun": {
    "type": "object",
    "required": [
     "id", "playbook", "version", "alert_id", "by", "state", "step", "waiting", "detail",
     "started", "deadline", "ended", "decisions", "approvals", "steps_done"],
    "properties": {
     "id": {"type": "string"},
     "playbook": {"type": "string"},
     "version": {"type": "string"},
     "alert_id": {"type": "string"},
     "by": {"type": "string"},
     "state": {"enum": ["running", "succeeded", "failed", "cancelled"]},
     "step": {"type": "string"},
     "waiting": {"type": "boolean"},
     "detail": {"type": "string"},
     "started": {"type": "string"},
     "deadline": {"type": "string"},
     "ended": {"anyOf": [{"type": "null"}, {"type": "string"}]},
     "decisions": {"type": "array", "items": {"type": "integer"}},
     "approvals": {"type": "array", "items": {"type": "string"}},
     "steps_done": {"type": "integer"}}},
   "PlaybookRunStep": {
    "type": "object",
    "required": [
     "number", "step", "kind", "at", "outcome", "sentence"],
    "properties": {
     "number": {"type": "integer"},
     "step": {"type": "string"},
     "kind": {"type": "string"},
     "at": {"type": "string"},
     "outcome": {"type": "string"},
     "sentence": {"type": "string"}}})json";

}  // namespace

std::string_view openapi_playbooks_paths() {
  return kPaths;
}

std::string_view openapi_playbooks_schemas() {
  return kSchemas;
}

}  // namespace tocsin
