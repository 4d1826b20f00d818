// Lines that begin with a full date and time, as small programs and logging libraries write them.
//
//   2026-11-23T14:00:00.123Z - Login attempt by user: alice
//   2026-11-23 14:00:00,123 - Event: Authentication Attempt, Details: User: johndoe, Status: Failed
//   2026-11-23 14:00:00,123 - shop.auth - WARNING - text           (Python logging)
//   2026-11-23 14:00:00.123 [worker-1] ERROR c.e.Shop - text       (logback, log4j)
//   [2026-11-23T14:00:00Z] [error] text
#include <array>

#include "base/text.h"
#include "decode/app_text.h"
#include "decode/formats.h"
#include "decode/scan.h"

namespace tocsin {
namespace {

struct Level {
  std::string_view word;
  std::string_view name;
};

constexpr auto kLevels = std::to_array<Level>({{"trace", "trace"},
                                               {"debug", "debug"},
                                               {"info", "info"},
                                               {"notice", "notice"},
                                               {"warn", "warn"},
                                               {"warning", "warn"},
                                               {"error", "error"},
                                               {"severe", "error"},
                                               {"critical", "critical"},
                                               {"fatal", "critical"}});

// "" when the word is no level; brackets and a colon around it are allowed.
std::string_view level_name(std::string_view word) {
  if (word.starts_with('[') || word.starts_with('(')) {
    word.remove_prefix(1);
  }
  while (word.ends_with(']') || word.ends_with(':') || word.ends_with(')')) {
    word.remove_suffix(1);
  }
  for (const Level& level : kLevels) {
    if (equals_ignore_case(level.word, word)) {
      return level.name;
    }
  }
  return {};
}

bool is_logger_name(std::string_view word) {
  if (word.empty() || word.size() > 80) {
    return false;
  }
  for (const char c : word) {
    const char lower = ascii_lower(c);
    if (!((lower >= 'a' && lower <= 'z') || is_digit(c) || c == '.' || c == '_' || c == ':' ||
          c == '/' || c == '$' || c == '-')) {
      return false;
    }
  }
  return true;
}

// "shop.auth - WARNING - text"
bool take_python_prefix(std::string_view& text, EventWriter& event) {
  std::string_view rest = text;
  std::string_view logger;
  std::string_view level;
  if (!take_until(rest, " - ", logger) || !is_logger_name(logger)) {
    return false;
  }
  if (level_name(logger).empty()) {
    if (!take_until(rest, " - ", level) || level_name(level).empty()) {
      return false;
    }
    event.text(fields::log_logger, logger);
    event.text(fields::log_level, level_name(level));
  } else {
    event.text(fields::log_level, level_name(logger));
  }
  text = rest;
  return true;
}

// "[worker-1] ERROR c.e.Shop - text", "ERROR text"; a thread or a level within the first words.
void take_level_words(std::string_view& text, EventWriter& event) {
  std::string_view rest = text;
  for (int words = 0; words < 3; ++words) {
    std::string_view word;
    skip_spaces(rest);
    if (!take_word(rest, word)) {
      return;
    }
    if (const std::string_view level = level_name(word); !level.empty()) {
      event.text(fields::log_level, level);
      skip_spaces(rest);
      std::string_view after = rest;
      std::string_view logger;
      if (take_until(after, " - ", logger) && is_logger_name(trim(logger))) {
        event.text(fields::log_logger, trim(logger));
        rest = after;
      }
      text = rest;
      return;
    }
    if (!word.starts_with('[')) {
      return;
    }
  }
}

}  // namespace

bool decode_app_line(std::string_view text, EventWriter& event) {
  if (has_syslog_header(text, event.time_rules()) ||
      has_nginx_error_header(text, event.time_rules())) {
    return false;
  }
  Micros time;
  const bool bracketed = skip(text, "[");
  const std::size_t taken = take_iso_time(text, event.time_rules(), time);
  if (taken == 0) {
    return false;
  }
  text.remove_prefix(taken);
  if (bracketed && !skip(text, "]")) {
    return false;
  }
  if (!text.starts_with(' ') && !text.starts_with('\t')) {
    return false;
  }
  skip_spaces(text);
  if (skip(text, "- ")) {
    take_python_prefix(text, event);
  } else {
    skip(text, "| ");
    take_level_words(text, event);
  }
  if (text.empty()) {
    return false;
  }
  event.time(time);
  event.text(fields::message, text);
  if (!write_event_details(text, event) && !write_owasp(text, event)) {
    write_sentence(text, event);
  }
  write_app_dataset(event);
  event.logsource({"", "application", ""});
  return true;
}

}  // namespace tocsin
