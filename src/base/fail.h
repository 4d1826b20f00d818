// fail(code, "format {}", value): an Error with a formatted text. Apart from result.h because
// fmt is heavy to include.
#pragma once

#include <utility>

#include <fmt/format.h>

#include "base/result.h"

namespace tocsin {

template <class... Args>
Error fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
Error fail_because(Error cause, fmt::format_string<Args...> format, Args&&... args) {
  const ErrorCode code = cause.code();
  return Error(code, fmt::format(format, std::forward<Args>(args)...), std::move(cause));
}

}  // namespace tocsin
