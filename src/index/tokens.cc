#include "index/tokens.h"

namespace tocsin {

std::vector<std::uint64_t> tokens_of_words(std::string_view text) {
  std::vector<std::uint64_t> tokens;
  for_each_token(text, [&tokens](std::uint64_t hash) { tokens.push_back(hash); });
  return tokens;
}

std::vector<std::uint64_t> tokens_of_value(std::string_view value) {
  if (value.size() <= kWholeValueBytesMax) {
    return {whole_value_token(value)};
  }
  return tokens_of_words(value);
}

}  // namespace tocsin
