// TextTemplate: the body of a webhook as its owner wants it: text with {{variables}}.
//
// There is nothing but variables: no conditions, no loops, no code. Each value is escaped for the
// content type, so a log line cannot leave the place that the template gives it. What is wrong is
// found when the template is armed: an unknown variable, an open brace, or JSON that would not be
// JSON. Immutable after parse; thread-safe.
//
// Grammar: "{{" name "}}" with optional spaces; names are those of the list in text_template.cc,
// and "alert.key.FIELD" for the value of one field of the alert's key ("" when it has none).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/notify/notice.h"
#include "base/result.h"

namespace tocsin {

enum class TemplateEscape : std::uint8_t { kJson, kForm, kMarkup, kText };
// By the media type; kText for those that are none of the others.
TemplateEscape template_escape_of(std::string_view content_type);

class TextTemplate {
 public:
  static constexpr std::size_t kBytesMax = 32 * 1024;
  static constexpr std::size_t kVariablesMax = 200;

  // kInvalid: "template:LINE:COLUMN: …".
  static Result<TextTemplate> parse(std::string_view text, TemplateEscape escape);

  std::string render(const Notice& notice) const;

 private:
  struct Piece {
    std::string text;      // as it is, or
    std::string variable;  // the name
  };

  std::string render_with(const std::function<std::string(const std::string&)>& value) const;

  TemplateEscape escape_ = TemplateEscape::kText;
  std::vector<Piece> pieces_;
};

}  // namespace tocsin
