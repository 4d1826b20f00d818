// The part "components" of the OpenAPI document, with the document's end.
#pragma once

#include <string_view>

namespace tocsin {

std::string_view openapi_components();

}  // namespace tocsin
