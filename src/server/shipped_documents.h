// The dashboards of dashboards/, as the document store wants them. Internal to server/.
#pragma once

#include <vector>

#include "documents/document_store.h"

namespace tocsin {

// Their files are checked by a test: what is wrong with one here would be a fault of the build.
std::vector<Document> shipped_documents();

}  // namespace tocsin
