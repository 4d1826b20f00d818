#include "alert/notify/syslog_message.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "alert/notify/neutral_text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::size_t kValueBytesMax = 500;
constexpr std::size_t kMessageBytesMax = 1'500;
constexpr int kFacilityAuth = 4;

int severity_of(Level level) {
  switch (level) {
    case Level::kInformational:
      return 6;
    case Level::kLow:
      return 5;
    case Level::kMedium:
      return 4;
    case Level::kHigh:
      return 3;
    case Level::kCritical:
      return 2;
  }
  return 6;
}

std::string param(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, structured_data_escaped(neutral(value, kValueBytesMax)));
}

}  // namespace

int syslog_facility(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, int>, 11> kFacilities = {{{"user", 1},
                                                                             {"auth", 4},
                                                                             {"authpriv", 10},
                                                                             {"local0", 16},
                                                                             {"local1", 17},
                                                                             {"local2", 18},
                                                                             {"local3", 19},
                                                                             {"local4", 20},
                                                                             {"local5", 21},
                                                                             {"local6", 22},
                                                                             {"local7", 23}}};
  const auto found = std::ranges::find(kFacilities, word, &std::pair<std::string_view, int>::first);
  return found == kFacilities.end() ? kFacilityAuth : found->second;
}

std::string syslog_message(const Notice& notice, int facility) {
  const int severity = notice.kind == NoticeKind::kTest ? 6 : severity_of(notice.alert.level);
  std::string text = fmt::format("<{}>1 {} - tocsin - {} [tocsin", facility * 8 + severity,
                                 iso_time(notice.at), notice_kind_name(notice.kind));
  text += param("message", notice.id) + param("alert", notice.alert.id);
  text += param("rule", notice.alert.rule_id) + param("level", level_name(notice.alert.level));
  text += param("about", key_text(notice.alert.key)) + "] ";
  text += neutral(headline(notice), kMessageBytesMax);
  if (!notice.alert.sentence.empty()) {
    text += ": " + neutral(notice.alert.sentence, kMessageBytesMax);
  }
  return text;
}

}  // namespace tocsin
