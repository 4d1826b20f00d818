// Bodies and query strings of requests, through every reader of Parameters.
#include <string_view>

#include "api/parameters.h"

namespace {

void read_all(const tocsin::Parameters& given) {
  using tocsin::Micros;
  static_cast<void>(given.text("a"));
  static_cast<void>(given.number("b", 1, 1000));
  static_cast<void>(given.flag("c"));
  static_cast<void>(given.texts("d"));
  static_cast<void>(given.time("e", Micros(1'795'444'400'000'000)));
  static_cast<void>(given.object("f"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (auto given = tocsin::Parameters::of_json(input, {"a", "b", "c", "d", "e"}, {"f"})) {
    read_all(*given);
  }
  tocsin::HttpRequest request;
  for (const char name : {'a', 'b', 'c', 'd', 'e'}) {
    request.query.push_back({std::string(1, name), std::string(input)});
  }
  if (auto given = tocsin::Parameters::of_query(request, {"a", "b", "c", "d", "e"})) {
    read_all(*given);
  }
  return 0;
}
