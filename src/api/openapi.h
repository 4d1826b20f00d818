// The OpenAPI 3.1 document of this API, written by hand in openapi_document.cc. A test holds it
// against the routes.
#pragma once

#include <string_view>

namespace tocsin {

std::string_view openapi_document();

}  // namespace tocsin
