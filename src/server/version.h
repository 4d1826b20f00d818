// The version that `tocsin --version`, the API and the documents name.
#pragma once

#include <string_view>

namespace tocsin {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace tocsin
