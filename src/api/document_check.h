// What a document of people must look like: docs/dashboards.md. Each mistake names its place
// ("panels[2].query") and what would do.
#pragma once

#include <string_view>
#include <vector>

#include "api/problem.h"
#include "documents/document_store.h"

namespace tocsin {

inline constexpr std::size_t kPanelsMax = 60;

// Empty: nothing is wrong. At most 20.
std::vector<FieldProblem> check_document(DocumentKind kind, std::string_view json);

}  // namespace tocsin
