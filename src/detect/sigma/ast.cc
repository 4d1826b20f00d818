#include "detect/sigma/ast.h"

namespace tocsin::sigma {

bool covers(const Logsource& broad, const Logsource& narrow) {
  const auto word = [](const std::string& b, const std::string& n) { return b.empty() || b == n; };
  return word(broad.category, narrow.category) && word(broad.product, narrow.product) &&
         word(broad.service, narrow.service);
}

std::string logsource_text(const Logsource& logsource) {
  std::string text;
  const auto add = [&text](const char* name, const std::string& word) {
    if (!word.empty()) {
      text += text.empty() ? "" : ", ";
      text += name;
      text += word;
    }
  };
  add("category: ", logsource.category);
  add("product: ", logsource.product);
  add("service: ", logsource.service);
  return text;
}

}  // namespace tocsin::sigma
