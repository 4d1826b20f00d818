// Channels, messages to people and exceptions: paths and schemas of the OpenAPI document.
#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kPaths = R"json(
  "/api/v1/channels": {
   "get": {
    "operationId": "listChannels", "tags": ["people"],
    "summary": "The ways to people, their health, and the routes; secrets masked",
    "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Channels"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/channels/{name}": {
   "put": {
    "operationId": "putChannel", "tags": ["people"],
    "summary": "Make or replace a channel; absent secrets stay as they are", "x-scope": "admin",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/ChannelSettings"}}}},
    "responses": {
     "200": {
      "description": "In force",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Channel"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "removeChannel", "tags": ["people"],
    "summary": "Remove a channel that no route names", "x-scope": "admin",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Removed"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/channels/{name}/test": {
   "post": {
    "operationId": "testChannel", "tags": ["people"],
    "summary": "Send a test message now", "x-scope": "admin",
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
         "type": "object", "required": ["sent", "detail"],
         "properties": {
          "sent": {"type": "boolean"}, "detail": {"type": "string"}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/notifications": {
   "get": {
    "operationId": "listNotifications", "tags": ["people"],
    "summary": "Messages to people, newest first: waiting, sent, dead letters", "x-scope": "read",
    "parameters": [
     {
      "name": "state", "in": "query",
      "schema": {"$ref": "#/components/schemas/MessageState"}},
     {
      "name": "channel", "in": "query",
      "schema": {"type": "string"}},
     {
      "name": "alert", "in": "query", "description": "Id of the alert",
      "schema": {"type": "string"}},
     {
      "name": "before", "in": "query", "description": "next of the page before",
      "schema": {"type": "integer", "minimum": 1}},
     {
      "name": "limit", "in": "query", "description": "At most so many",
      "schema": {"type": "integer", "minimum": 1}}],
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["messages", "next"],
         "properties": {
          "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
          "next": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/notifications/retry": {
   "post": {
    "operationId": "retryNotifications", "tags": ["people"],
    "summary": "Send dead letters again", "x-scope": "admin",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/MessageChoice"}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/MessagesChanged"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/notifications/drop": {
   "post": {
    "operationId": "dropNotifications", "tags": ["people"],
    "summary": "Give dead letters up", "x-scope": "admin",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/MessageChoice"}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/MessagesChanged"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/exceptions": {
   "get": {
    "operationId": "listExceptions", "tags": ["people"],
    "summary": "What people said is expected, newest first", "x-scope": "read",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["exceptions"],
         "properties": {
          "exceptions": {"type": "array", "items": {"$ref": "#/components/schemas/Exception"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "addException", "tags": ["people"],
    "summary": "Silence what is expected, for a while", "x-scope": "triage",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/NewException"}}}},
    "responses": {
     "201": {
      "description": "In force",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Exception"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/exceptions/preview": {
   "post": {
    "operationId": "previewException", "tags": ["people"],
    "summary": "Which past alerts it would have silenced", "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/NewException"}}}},
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/ExceptionPreview"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/exceptions/{id}": {
   "get": {
    "operationId": "getException", "tags": ["people"],
    "summary": "One exception with what it silenced", "x-scope": "read",
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
          {"$ref": "#/components/schemas/Exception"},
          {
           "type": "object", "required": ["silenced"],
           "properties": {
            "silenced": {
             "type": "array", "items": {"$ref": "#/components/schemas/SilencedKey"}}}}]}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "endException", "tags": ["people"],
    "summary": "End an exception now", "x-scope": "triage",
    "parameters": [
     {
      "name": "id", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Ended"},
     "default": {"$ref": "#/components/responses/Problem"}}}})json";

constexpr std::string_view kSchemas = R"json(
   "AlertChoice": {
    "type": "object",
    "properties": {
     "state": {"type": "array", "items": {"$ref": "#/components/schemas/AlertState"}},
     "level": {"$ref": "#/components/schemas/Level"}, "rule": {"type": "string"},
     "key": {"type": "string"}, "assignee": {"type": "string"},
     "from": {"type": "string"}, "to": {"type": "string"}}},
   "ChannelSettings": {
    "type": "object", "required": ["type"],
    "properties": {
     "name": {"type": "string"},
     "type": {
      "enum": [
       "alertmanager", "discord", "ntfy", "opsgenie", "pagerduty", "slack", "smtp", "syslog",
       "teams", "webhook"]},
     "messages_per_minute_max": {"type": "integer"}, "attempts_max": {"type": "integer"},
     "timeout": {"type": "string"}, "quiet": {"type": "string"},
     "quiet_below": {"$ref": "#/components/schemas/Level"}}},
   "Channel": {
    "type": "object",
    "required": [
     "name", "type", "from", "armed", "fault", "waiting", "dead", "last_sent", "settings"],
    "properties": {
     "name": {"type": "string"}, "type": {"type": "string"}, "from": {"enum": ["file", "api"]},
     "armed": {"type": "boolean"}, "fault": {"type": "string"},
     "waiting": {"type": "integer"}, "dead": {"type": "integer"},
     "last_sent": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
     "settings": {"$ref": "#/components/schemas/ChannelSettings"}}},
   "Channels": {
    "type": "object", "required": ["channels", "routes"],
    "properties": {
     "channels": {"type": "array", "items": {"$ref": "#/components/schemas/Channel"}},
     "routes": {
      "type": "array",
      "items": {
       "type": "object", "required": ["name", "level", "to"],
       "properties": {
        "name": {"type": "string"}, "level": {"$ref": "#/components/schemas/Level"},
        "to": {"type": "array", "items": {"type": "string"}}}}}}},
   "MessageState": {"enum": ["waiting", "sent", "dead", "told", "suppressed", "dropped"]},
   "Message": {
    "type": "object",
    "required": [
     "id", "channel", "route", "alert_id", "kind", "level", "state", "created", "due", "done",
     "attempts", "detail", "told_in"],
    "properties": {
     "id": {"type": "integer"}, "channel": {"type": "string"}, "route": {"type": "string"},
     "alert_id": {"type": "string"},
     "kind": {
      "enum": ["opened", "acknowledged", "closed", "reopened", "escalated", "digest", "test"]},
     "level": {"$ref": "#/components/schemas/Level"},
     "state": {"$ref": "#/components/schemas/MessageState"},
     "created": {"type": "string", "format": "date-time"},
     "due": {"type": "string", "format": "date-time"},
     "done": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
     "attempts": {"type": "integer"}, "detail": {"type": "string"},
     "told_in": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}},
   "MessageChoice": {
    "type": "object",
    "properties": {
     "id": {"type": "integer"}, "channel": {"type": "string"}, "alert": {"type": "string"},
     "all": {"type": "boolean"}}},
   "MessagesChanged": {
    "type": "object", "required": ["messages"],
    "properties": {"messages": {"type": "integer"}}},
   "NewException": {
    "type": "object",
    "properties": {
     "rule": {"type": "string"}, "where": {"type": "array", "items": {"type": "string"}},
     "schedule": {"type": "string"}, "expires": {"type": "string"},
     "owner": {"type": "string"}, "reason": {"type": "string"},
     "alert_id": {"type": "string"}, "from": {"type": "string"}}},
   "Exception": {
    "type": "object",
    "required": [
     "id", "state", "rule", "where", "schedule", "owner", "reason", "alert_id", "created",
     "created_by", "expires", "ended", "findings", "last"],
    "properties": {
     "id": {"type": "string"}, "state": {"enum": ["active", "ended", "expired"]},
     "rule": {"type": "string"}, "where": {"type": "array", "items": {"type": "string"}},
     "schedule": {"type": "string"}, "owner": {"type": "string"},
     "reason": {"type": "string"}, "alert_id": {"type": "string"},
     "created": {"type": "string", "format": "date-time"}, "created_by": {"type": "string"},
     "expires": {"type": "string", "format": "date-time"},
     "ended": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
     "findings": {"type": "integer"},
     "last": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}}},
   "SilencedKey": {
    "type": "object", "required": ["rule_id", "title", "key", "findings", "first", "last"],
    "properties": {
     "rule_id": {"type": "string"}, "title": {"type": "string"}, "key": {"type": "string"},
     "findings": {"type": "integer"},
     "first": {"type": "string", "format": "date-time"},
     "last": {"type": "string", "format": "date-time"}}},
   "ExceptionPreview": {
    "type": "object",
    "required": [
     "looked_at", "all_looked_at", "silenced_alerts", "silenced_findings", "alerts"],
    "properties": {
     "looked_at": {"type": "integer"}, "all_looked_at": {"type": "boolean"},
     "silenced_alerts": {"type": "integer"}, "silenced_findings": {"type": "integer"},
     "alerts": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}}}})json";

}  // namespace

std::string_view openapi_people_paths() {
  return kPaths;
}

std::string_view openapi_people_schemas() {
  return kSchemas;
}

}  // namespace tocsin
