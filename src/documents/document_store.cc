#include "documents/document_store.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

const std::array kMigrations = {
    Migration{1,
              "documents of people",
              {"CREATE TABLE documents ("
               "kind TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, "
               "owner TEXT NOT NULL, changed_by TEXT NOT NULL, updated_us BIGINT NOT NULL, "
               "version BIGINT NOT NULL, PRIMARY KEY (kind, id))"}},
};

Status check(const DocumentDraft& draft) {
  if (!is_document_id(draft.id)) {
    return fail(ErrorCode::kInvalid, "id: 1 to {} of a-z, 0-9 and - (not \"{}\")",
                kDocumentIdBytesMax, draft.id.substr(0, kDocumentIdBytesMax));
  }
  if (trim(draft.title).empty() || draft.title.size() > kDocumentTitleBytesMax ||
      !is_valid_utf8(draft.title)) {
    return fail(ErrorCode::kInvalid, "title: 1 to {} bytes of text", kDocumentTitleBytesMax);
  }
  if (draft.body.size() > kDocumentBytesMax) {
    return fail(ErrorCode::kTooLarge, "a document has at most {} bytes; this has {}",
                kDocumentBytesMax, draft.body.size());
  }
  return {};
}

// Reads one row after the other into `one`.
soci::statement select(soci::session& sql, const std::string& condition, const std::string& kind,
                       const std::string& id, Document& one, long long& updated,
                       long long& version) {
  return (sql.prepare << "SELECT id, title, body, owner, changed_by, updated_us, version "
                         "FROM documents WHERE kind = :kind AND " +
                             condition,
          soci::use(kind), soci::use(id), soci::into(one.id), soci::into(one.title),
          soci::into(one.body), soci::into(one.owner), soci::into(one.changed_by),
          soci::into(updated), soci::into(version));
}

std::vector<Document> read_all(soci::session& sql, DocumentKind kind, const std::string& condition,
                               const std::string& id) {
  const std::string kind_name(document_kind_name(kind));
  Document one;
  long long updated = 0;
  long long version = 0;
  std::vector<Document> all;
  soci::statement rows = select(sql, condition, kind_name, id, one, updated, version);
  rows.execute();
  while (rows.fetch()) {
    one.kind = kind;
    one.updated = Micros(updated);
    one.version = version;
    all.push_back(one);
  }
  return all;
}

std::optional<Document> read_one(soci::session& sql, DocumentKind kind, const std::string& id) {
  std::vector<Document> found = read_all(sql, kind, "id = :id", id);
  return found.empty() ? std::optional<Document>() : std::optional(std::move(found.front()));
}

Status insert(soci::session& sql, const Document& made) {
  const std::string kind(document_kind_name(made.kind));
  long long kept = 0;
  sql << "SELECT COUNT(*) FROM documents WHERE kind = :kind", soci::use(kind), soci::into(kept);
  if (kept >= kDocumentsOfKindMax) {
    return fail(ErrorCode::kExhausted, "{} {} are kept, which is the most: delete some first", kept,
                kind);
  }
  const long long updated = made.updated.value;
  const long long version = made.version;
  sql << "INSERT INTO documents (kind, id, title, body, owner, changed_by, updated_us, version) "
         "VALUES (:kind, :id, :title, :body, :owner, :changed_by, :updated, :version)",
      soci::use(kind), soci::use(made.id), soci::use(made.title), soci::use(made.body),
      soci::use(made.owner), soci::use(made.changed_by), soci::use(updated), soci::use(version);
  return {};
}

void update(soci::session& sql, const Document& changed) {
  const std::string kind(document_kind_name(changed.kind));
  const long long updated = changed.updated.value;
  const long long version = changed.version;
  sql << "UPDATE documents SET title = :title, body = :body, changed_by = :changed_by, "
         "updated_us = :updated, version = :version WHERE kind = :kind AND id = :id",
      soci::use(changed.title), soci::use(changed.body), soci::use(changed.changed_by),
      soci::use(updated), soci::use(version), soci::use(kind), soci::use(changed.id);
}

}  // namespace

std::string_view document_kind_name(DocumentKind kind) {
  return kind == DocumentKind::kDashboard ? "dashboards" : "saved-searches";
}

std::optional<DocumentKind> parse_document_kind(std::string_view name) {
  for (const DocumentKind kind : {DocumentKind::kSavedSearch, DocumentKind::kDashboard}) {
    if (name == document_kind_name(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

bool is_document_id(std::string_view id) {
  return !id.empty() && id.size() <= kDocumentIdBytesMax && std::ranges::all_of(id, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
  });
}

Result<std::unique_ptr<DocumentStore>> DocumentStore::open(StateDb& db, Clock& clock,
                                                           std::vector<Document> shipped) {
  TRY(db.migrate("documents", kMigrations));
  for (Document& document : shipped) {
    document.shipped = true;
  }
  std::ranges::sort(shipped, {}, &Document::title);
  return std::unique_ptr<DocumentStore>(new DocumentStore(db, clock, std::move(shipped)));
}

const Document* DocumentStore::shipped(DocumentKind kind, std::string_view id) const {
  const auto found = std::ranges::find_if(
      shipped_, [&](const Document& one) { return one.kind == kind && one.id == id; });
  return found == shipped_.end() ? nullptr : &*found;
}

Result<std::vector<Document>> DocumentStore::list(DocumentKind kind) {
  std::vector<Document> all;
  std::ranges::copy_if(shipped_, std::back_inserter(all),
                       [&](const Document& one) { return one.kind == kind; });
  TRY(db_.read("listing documents", [&](soci::session& sql) -> Status {
    std::vector<Document> kept = read_all(sql, kind, "id <> :id ORDER BY title, id", "");
    std::ranges::move(kept, std::back_inserter(all));
    return {};
  }));
  return all;
}

Result<Document> DocumentStore::get(DocumentKind kind, const std::string& id) {
  if (const Document* const found = shipped(kind, id)) {
    return *found;
  }
  std::optional<Document> kept;
  TRY(db_.read("reading a document", [&](soci::session& sql) -> Status {
    kept = read_one(sql, kind, id);
    return {};
  }));
  if (!kept) {
    return fail(ErrorCode::kNotFound, "there is no \"{}\" among the {}",
                id.substr(0, kDocumentIdBytesMax), document_kind_name(kind));
  }
  return std::move(*kept);
}

Result<DocumentSaved> DocumentStore::save(const DocumentDraft& draft, const std::string& who) {
  TRY(check(draft));
  if (shipped(draft.kind, draft.id) != nullptr) {
    return fail(ErrorCode::kConflict, "\"{}\" is shipped with the program: save a copy of it",
                draft.id);
  }
  DocumentSaved saved;
  TRY(db_.write("saving a document", [&](soci::session& sql) -> Status {
    std::optional<Document> there = read_one(sql, draft.kind, draft.id);
    if (!there && draft.version) {
      return fail(ErrorCode::kNotFound, "\"{}\" was deleted meanwhile: save it as a new one",
                  draft.id);
    }
    if (there && draft.version != there->version) {
      saved.instead = std::move(there);
      return {};
    }
    Document next{.kind = draft.kind,
                  .id = draft.id,
                  .title = draft.title,
                  .body = draft.body,
                  .owner = there ? there->owner : who,
                  .changed_by = who,
                  .updated = clock_.now(),
                  .version = there ? there->version + 1 : 1};
    if (there) {
      update(sql, next);
    } else if (const Status made = insert(sql, next); !made) {
      return made;
    }
    saved.kept = std::move(next);
    return {};
  }));
  return saved;
}

Status DocumentStore::remove(DocumentKind kind, const std::string& id) {
  if (shipped(kind, id) != nullptr) {
    return fail(ErrorCode::kConflict, "\"{}\" is shipped with the program: it stays", id);
  }
  const std::string kind_name(document_kind_name(kind));
  return db_.write("deleting a document", [&](soci::session& sql) -> Status {
    if (!read_one(sql, kind, id)) {
      return fail(ErrorCode::kNotFound, "there is no \"{}\" among the {}",
                  id.substr(0, kDocumentIdBytesMax), kind_name);
    }
    sql << "DELETE FROM documents WHERE kind = :kind AND id = :id", soci::use(kind_name),
        soci::use(id);
    return {};
  });
}

}  // namespace tocsin
