#include "server/shipped_documents.h"

#include <simdjson.h>

#include "shipped/shipped_files.h"

namespace tocsin {
namespace {

// "dashboards/web-attacks.json" -> "web-attacks"
std::string id_of(std::string_view path) {
  const std::size_t name = path.rfind('/') + 1;
  return std::string(path.substr(name, path.rfind('.') - name));
}

}  // namespace

std::vector<Document> shipped_documents() {
  std::vector<Document> all;
  simdjson::dom::parser parser;
  for (const ShippedFile& file : shipped_dashboards()) {
    simdjson::dom::element root;
    std::string_view title;
    simdjson::dom::object body;
    if (parser.parse(file.text.data(), file.text.size()).get(root) != simdjson::SUCCESS ||
        root["title"].get(title) != simdjson::SUCCESS ||
        root["document"].get(body) != simdjson::SUCCESS) {
      continue;
    }
    Document document;
    document.kind = DocumentKind::kDashboard;
    document.id = id_of(file.path);
    document.title = std::string(title);
    document.body = simdjson::minify(body);
    all.push_back(std::move(document));
  }
  return all;
}

}  // namespace tocsin
