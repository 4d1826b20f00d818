#include "obs/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/null_sink.h>

#include "base/json_writer.h"

namespace tocsin {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string one_line(std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  // Quotes and backslashes are harmless in a text log; only control characters must not pass.
  return quoted.substr(1, quoted.size() - 2);
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) {
      return true;
    }
  }
  return false;
}

}  // namespace

Log::Log(LogLevel lowest, Format format)
    : logger_(std::make_shared<spdlog::logger>(
          "tocsin", std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>())),
      format_(format) {
  logger_->set_level(spdlog_level(lowest));
  logger_->set_pattern(format == Format::kText
                           ? "%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %v"
                           : R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%v})");
}

Log::Log()
    : logger_(std::make_shared<spdlog::logger>("tocsin",
                                               std::make_shared<spdlog::sinks::null_sink_mt>())) {}

void Log::write(LogLevel level, std::string_view text) {
  if (format_ == Format::kJson) {
    std::string quoted;
    append_json_string(quoted, text);
    logger_->log(spdlog_level(level), "{}", quoted);
  } else if (has_control(text)) {
    logger_->log(spdlog_level(level), "{}", one_line(text));
  } else {
    logger_->log(spdlog_level(level), "{}", text);
  }
}

}  // namespace tocsin
