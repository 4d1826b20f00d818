// DocumentStore: saved searches and dashboards, as people keep them for each other.
//
// A document is a JSON object that this module does not read; whoever saves one has checked it.
// Every change raises its version, and only who knows the newest version may replace it: an old
// page cannot undo what somebody else did meanwhile. Shipped documents are there always and change
// only with the program. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "state/state_db.h"

namespace tocsin {

inline constexpr std::size_t kDocumentBytesMax = std::size_t{256} << 10U;
inline constexpr std::size_t kDocumentTitleBytesMax = 120;
inline constexpr std::size_t kDocumentIdBytesMax = 64;
inline constexpr std::int64_t kDocumentsOfKindMax = 1'000;

enum class DocumentKind : std::uint8_t { kSavedSearch, kDashboard };
// "saved-searches", "dashboards": as addresses name them.
std::string_view document_kind_name(DocumentKind kind);
std::optional<DocumentKind> parse_document_kind(std::string_view name);
// 1..kDocumentIdBytesMax of [a-z0-9-].
bool is_document_id(std::string_view id);

struct Document {
  DocumentKind kind = DocumentKind::kDashboard;
  std::string id;
  std::string title;
  std::string body;        // a JSON object
  std::string owner;       // who made it; empty: shipped
  std::string changed_by;  // who saved it last
  Micros updated{0};
  std::int64_t version = 0;  // from 1; 0: shipped
  bool shipped = false;
};

struct DocumentDraft {
  DocumentKind kind = DocumentKind::kDashboard;
  std::string id;
  std::string title;
  std::string body;
  std::optional<std::int64_t> version;  // the one that was read; none: there is none yet
};

// Exactly one is set: what is kept now, or what stands there instead of the version that was read.
struct DocumentSaved {
  std::optional<Document> kept;
  std::optional<Document> instead;
};

class DocumentStore {
 public:
  static Result<std::unique_ptr<DocumentStore>> open(StateDb& db, Clock& clock,
                                                     std::vector<Document> shipped);

  // Shipped ones first, each group by title.
  Result<std::vector<Document>> list(DocumentKind kind);
  // kNotFound when there is none.
  Result<Document> get(DocumentKind kind, const std::string& id);
  // kInvalid: the id, the title or the size; kNotFound: a version of what is gone; kConflict: a
  // shipped one; kExhausted: kDocumentsOfKindMax are kept.
  Result<DocumentSaved> save(const DocumentDraft& draft, const std::string& who);
  // kNotFound, or kConflict for a shipped one.
  Status remove(DocumentKind kind, const std::string& id);

 private:
  DocumentStore(StateDb& db, Clock& clock, std::vector<Document> shipped)
      : db_(db), clock_(clock), shipped_(std::move(shipped)) {}

  const Document* shipped(DocumentKind kind, std::string_view id) const;

  StateDb& db_;
  Clock& clock_;
  const std::vector<Document> shipped_;  // sorted by title
};

}  // namespace tocsin
