#include "model/finding.h"

#include "base/text.h"

namespace tocsin {

std::string_view level_name(Level level) {
  switch (level) {
    case Level::kInformational:
      return "informational";
    case Level::kLow:
      return "low";
    case Level::kMedium:
      return "medium";
    case Level::kHigh:
      return "high";
    case Level::kCritical:
      return "critical";
  }
  return "medium";
}

Level parse_level(std::string_view word) {
  for (const Level level : {Level::kInformational, Level::kLow, Level::kHigh, Level::kCritical}) {
    if (equals_ignore_case(word, level_name(level))) {
      return level;
    }
  }
  return Level::kMedium;
}

std::string key_text(const std::vector<KeyPart>& key) {
  std::string text;
  for (const KeyPart& part : key) {
    text += text.empty() ? "" : " ";
    text += part.field;
    text += '=';
    text += part.value;
  }
  return text;
}

}  // namespace tocsin
