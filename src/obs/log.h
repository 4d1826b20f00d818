// Tocsin's own log: structured lines on standard error (text for people, or JSON). Not for events.
//
// A Log is passed to whoever gives up on an error (log once, at that layer). Thread-safe.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace spdlog {
class logger;
}

namespace tocsin {

enum class LogLevel : unsigned char { kDebug, kInfo, kWarning, kError };

class Log {
 public:
  enum class Format : unsigned char { kText, kJson };

  // To standard error.
  explicit Log(LogLevel lowest, Format format = Format::kText);
  // To nowhere; for tests.
  Log();

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  // Control characters in `text` are written as escapes: a log line of ours is one line.
  void write(LogLevel level, std::string_view text);

  std::shared_ptr<spdlog::logger> logger_;
  Format format_ = Format::kText;
};

}  // namespace tocsin
