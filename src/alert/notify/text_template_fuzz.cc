// The first byte chooses the escape, the rest is the template. A template that is taken renders,
// and a JSON one renders JSON whatever the alert says.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "alert/notify/text_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto escape = static_cast<tocsin::TemplateEscape>(data[0] % 4);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto parsed = tocsin::TextTemplate::parse(text, escape);
  if (!parsed) {
    return 0;
  }
  tocsin::Notice notice;
  notice.kind = tocsin::NoticeKind::kOpened;
  notice.alert.title = std::string(text.substr(0, 64));
  notice.alert.sentence = "\\\"\xff\n{{alert.title}}";
  notice.alert.key = {{"source.ip", notice.alert.title}};
  const std::string body = parsed->render(notice);
  if (escape == tocsin::TemplateEscape::kJson) {
    simdjson::dom::parser parser;
    if (parser.parse(body).error() != simdjson::SUCCESS) {
      std::abort();
    }
  }
  return 0;
}
