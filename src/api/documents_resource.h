// /api/v1/documents/{kind}: saved searches and dashboards.
#pragma once

#include "api/call.h"
#include "documents/document_store.h"

namespace tocsin {

class DocumentsResource {
 public:
  explicit DocumentsResource(DocumentStore& documents) : documents_(documents) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> get(const Call& call);
  // Anybody with the scope changes any document: they are the team's. The version protects.
  Result<HttpResponse> save(const Call& call);
  // One's own; an administrator's of anybody.
  Result<HttpResponse> drop(const Call& call);

 private:
  DocumentStore& documents_;
};

}  // namespace tocsin
