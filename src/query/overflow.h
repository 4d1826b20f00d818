// Reads the _overflow column: {"field":["text", …], …}, as index/ writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/store_query.h"

namespace tocsin {

// Nothing when the text is not of that form.
std::optional<std::vector<std::pair<std::string, TextList>>> read_overflow(std::string_view json);

}  // namespace tocsin
