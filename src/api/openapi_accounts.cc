// People who log in: paths and schemas of the OpenAPI document.
#include "api/openapi_parts.h"

namespace tocsin {
namespace {

constexpr std::string_view kPaths = R"json(
  "/api/v1/setup": {
   "post": {
    "operationId": "setUp", "tags": ["accounts"],
    "summary": "Make the first user with the token that the server printed; sets the cookie",
    "x-scope": "",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["token", "user", "password"],
        "properties": {
         "token": {"type": "string"}, "user": {"type": "string"},
         "password": {"type": "string"}}}}}},
    "responses": {
     "201": {
      "description": "Made, and logged in",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Session"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/session": {
   "get": {
    "operationId": "showSession", "tags": ["accounts"],
    "summary": "Who the cookie says that one is", "x-scope": "",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Session"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "logIn", "tags": ["accounts"],
    "summary": "Begin a session; sets the cookie", "x-scope": "",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["user", "password"],
        "properties": {"user": {"type": "string"}, "password": {"type": "string"}}}}}},
    "responses": {
     "200": {
      "description": "Logged in",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Session"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "logOut", "tags": ["accounts"],
    "summary": "End the session", "x-scope": "read",
    "responses": {
     "204": {"description": "Done"},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/session/password": {
   "post": {
    "operationId": "changePassword", "tags": ["accounts"],
    "summary": "Change one's own password; other sessions end", "x-scope": "read",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object", "required": ["old", "new"],
        "properties": {"old": {"type": "string"}, "new": {"type": "string"}}}}}},
    "responses": {
     "200": {
      "description": "Changed",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/Session"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/users": {
   "get": {
    "operationId": "listUsers", "tags": ["accounts"],
    "summary": "Who may log in", "x-scope": "admin",
    "responses": {
     "200": {
      "description": "Done",
      "content": {
       "application/json": {
        "schema": {
         "type": "object", "required": ["users"],
         "properties": {
          "users": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "post": {
    "operationId": "addUser", "tags": ["accounts"],
    "summary": "Add a user", "x-scope": "admin",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {"$ref": "#/components/schemas/NewUser"}}}},
    "responses": {
     "201": {
      "description": "Added",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/User"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}}},
  "/api/v1/users/{name}": {
   "patch": {
    "operationId": "changeUser", "tags": ["accounts"],
    "summary": "Change a user; their sessions end", "x-scope": "admin",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {"$ref": "#/components/schemas/UserChange"}}}},
    "responses": {
     "200": {
      "description": "Changed",
      "content": {
       "application/json": {
        "schema": {"$ref": "#/components/schemas/User"}}}},
     "default": {"$ref": "#/components/responses/Problem"}}},
   "delete": {
    "operationId": "removeUser", "tags": ["accounts"],
    "summary": "Remove a user and their sessions", "x-scope": "admin",
    "parameters": [
     {
      "name": "name", "in": "path", "required": true,
      "schema": {"type": "string"}}],
    "responses": {
     "204": {"description": "Done"},
     "default": {"$ref": "#/components/responses/Problem"}}}})json";

constexpr std::string_view kSchemas = R"json(
   "Role": {"enum": ["viewer", "analyst", "responder", "auditor", "admin"]},
   "Session": {
    "type": "object", "required": ["signed_in"],
    "properties": {
     "signed_in": {"type": "boolean"}, "setup_needed": {"type": "boolean"},
     "user": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
     "may": {"type": "array", "items": {"$ref": "#/components/schemas/Scope"}},
     "csrf": {"type": "string"},
     "idle_until": {"type": "string", "format": "date-time"},
     "until": {"type": "string", "format": "date-time"}}},
   "User": {
    "type": "object",
    "required": [
     "name", "role", "created", "created_by", "last_login", "disabled", "locked_until",
     "sessions"],
    "properties": {
     "name": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
     "created": {"type": "string", "format": "date-time"}, "created_by": {"type": "string"},
     "last_login": {"$ref": "#/components/schemas/TimeOrNull"},
     "disabled": {"type": "boolean"},
     "locked_until": {"$ref": "#/components/schemas/TimeOrNull"},
     "sessions": {"type": "integer"}}},
   "NewUser": {
    "type": "object", "required": ["name", "role", "password"],
    "properties": {
     "name": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
     "password": {"type": "string"}}},
   "UserChange": {
    "type": "object",
    "properties": {
     "role": {"$ref": "#/components/schemas/Role"}, "password": {"type": "string"},
     "disabled": {"type": "boolean"}, "unlock": {"type": "boolean"}}})json";

}  // namespace

std::string_view openapi_accounts_paths() {
  return kPaths;
}

std::string_view openapi_accounts_schemas() {
  return kSchemas;
}

}  // namespace tocsin
