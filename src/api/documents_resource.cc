#include "api/documents_resource.h"

#include "api/document_check.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kVersionMax = INT64_MAX;

Result<DocumentKind> kind_of(const Call& call) {
  const std::optional<DocumentKind> kind = parse_document_kind(call.path_values[0]);
  if (!kind) {
    return fail(ErrorCode::kNotFound, "there are saved-searches and dashboards, no {}",
                call.path_values[0].substr(0, kDocumentIdBytesMax));
  }
  return *kind;
}

void write_document(JsonWriter& json, const Document& one) {
  json.begin_object().member("id", one.id).member("title", one.title);
  json.member("shipped", one.shipped).member("version", one.version);
  json.member("owner", one.owner).member("changed_by", one.changed_by);
  json.key("updated");
  if (one.shipped) {
    json.null();
  } else {
    json.value(iso_time(one.updated));
  }
  json.key("document").raw(one.body);
  json.end_object();
}

HttpResponse answer_one(int status, const Document& one) {
  JsonWriter json;
  write_document(json, one);
  return HttpResponse::json(status, json.take());
}

HttpResponse stale(const Document& instead, std::string_view request_id) {
  return problem(
      409, "stale_version",
      fmt::format("{} saved version {} of \"{}\" at {}: read it, then save over that",
                  instead.changed_by, instead.version, instead.id, iso_time(instead.updated)),
      request_id);
}

}  // namespace

Result<HttpResponse> DocumentsResource::list(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const DocumentKind kind, kind_of(call));
  TRY_ASSIGN(const std::vector<Document> all, documents_.list(kind));
  JsonWriter json;
  json.begin_object().key("documents").begin_array();
  for (const Document& one : all) {
    write_document(json, one);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> DocumentsResource::get(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const DocumentKind kind, kind_of(call));
  TRY_ASSIGN(const Document one, documents_.get(kind, call.path_values[1]));
  return answer_one(200, one);
}

Result<HttpResponse> DocumentsResource::save(const Call& call) {
  TRY_ASSIGN(const DocumentKind kind, kind_of(call));
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"title", "version"}, {"document"}));
  TRY_ASSIGN(const std::optional<std::string> title, given.text("title"));
  TRY_ASSIGN(const std::optional<std::string> body, given.object("document"));
  TRY_ASSIGN(const auto version, given.number("version", 1, kVersionMax));
  std::vector<FieldProblem> wrong =
      body ? check_document(kind, *body) : std::vector{FieldProblem{"document", "is missing"}};
  if (!title) {
    wrong.insert(wrong.begin(), {"title", "is missing"});
  }
  if (!wrong.empty()) {
    return problem_of_fields(wrong, call.request_id);
  }
  DocumentDraft draft{
      .kind = kind, .id = call.path_values[1], .title = *title, .body = *body, .version = {}};
  if (version) {
    draft.version = static_cast<std::int64_t>(*version);
  }
  TRY_ASSIGN(const DocumentSaved saved, documents_.save(draft, call.who.actor()));
  if (saved.instead) {
    return stale(*saved.instead, call.request_id);
  }
  return answer_one(saved.kept->version == 1 ? 201 : 200, *saved.kept);
}

Result<HttpResponse> DocumentsResource::drop(const Call& call) {
  TRY_ASSIGN(const DocumentKind kind, kind_of(call));
  TRY_ASSIGN(const Document there, documents_.get(kind, call.path_values[1]));
  if (!there.shipped && there.owner != call.who.actor() && !call.who.scopes.has(Scope::kAdmin)) {
    return problem(403, "denied",
                   fmt::format("\"{}\" is {}'s: they or an administrator may delete it", there.id,
                               there.owner),
                   call.request_id);
  }
  TRY(documents_.remove(kind, call.path_values[1]));
  return HttpResponse::empty(204);
}

}  // namespace tocsin
