#include "index/sql_text.h"

namespace tocsin {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back(quote);
  for (const char c : text) {
    if (c == quote) {
      out.push_back(quote);
    }
    out.push_back(c);
  }
  out.push_back(quote);
  return out;
}

}  // namespace

std::string sql_name(std::string_view name) {
  return quoted(name, '"');
}

std::string sql_literal(std::string_view text) {
  return quoted(text, '\'');
}

}  // namespace tocsin
