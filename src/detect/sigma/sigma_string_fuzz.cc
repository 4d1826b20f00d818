// Sigma's text machines: escapes, wildcards, placeholders, dashes, encodings, and regular
// expressions. The first byte parts the pattern from the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "detect/case_fold.h"
#include "detect/regex.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/sigma_string.h"
#include "detect/sigma/text_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::sigma;
  if (size == 0) {
    return 0;
  }
  const std::string_view all(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t cut = all.empty() ? 0 : data[0] % all.size();
  const std::string_view pattern = all.substr(0, cut);
  const std::string_view text = all.substr(cut);
  const SigmaString parsed = SigmaString::parse(pattern);
  if (!(SigmaString::parse(to_written(parsed)) == parsed)) {
    std::abort();
  }
  static_cast<void>(parsed.matches(text));
  if (!parsed.has_wildcard() && parsed.matches(text) != (parsed.plain_text() == text)) {
    std::abort();
  }
  if (fold_case(text).size() != text.size()) {
    std::abort();
  }
  static_cast<void>(windash_variants(parsed));
  static_cast<void>(to_utf16(parsed, Utf16::kLittle));
  static_cast<void>(base64_offsets(text));
  static_cast<void>(split_placeholders(text));
  std::vector<Selection> selections{{"a", {NodeKind::kAtom, 0, {}, {}}, false}};
  static_cast<void>(parse_condition(text, selections));
  if (const auto regex = Regex::compile(pattern, {})) {
    RegexSearcher searcher;
    static_cast<void>(searcher.found(**regex, text));
  }
  return 0;
}
