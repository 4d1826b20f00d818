#include "index/tokens.h"

namespace tocsin {

bool is_address_word(std::string_view word) {
  std::size_t dots = 0;
  std::size_t digits = 0;
  for (const char c : word) {
    if (c == '.') {
      if (digits == 0) {
        return false;
      }
      ++dots;
      digits = 0;
    } else if (c >= '0' && c <= '9') {
      if (++digits > 3) {
        return false;
      }
    } else {
      return false;
    }
  }
  return dots == 3 && digits > 0;
}

std::vector<std::uint64_t> tokens_of_words(std::string_view text) {
  if (is_address_word(text)) {
    return {address_token(text)};
  }
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
