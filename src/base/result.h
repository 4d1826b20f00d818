// Result<T>: what a function returns when the outside world can make it fail.
//
// Not for: faults of the programmer (CHECK in base/check.h) and not for control flow.
// An Error says what was being done, to what, and the offending value; `cause` keeps the layer
// below. Both types are values; they may be moved between threads.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin {

enum class ErrorCode : std::uint8_t {
  kInvalid,      // the input is wrong; the same call can never succeed
  kNotFound,     // the named thing does not exist
  kDenied,       // not authenticated or not allowed
  kConflict,     // it exists already, or somebody else holds it
  kTooLarge,     // over a limit
  kExhausted,    // a bounded resource is full for now: try again later
  kUnavailable,  // shutting down, or a needed part is not there
  kDiskFull,     // ENOSPC / EDQUOT
  kCorrupt,      // stored bytes fail their checks
  kIo,           // the operating system refused
  kTimeout,      // the time limit was reached
  kCancelled,    // somebody asked to stop
  kInternal,     // a bug of ours that was survivable
};

std::string_view error_code_name(ErrorCode code);

class Error {
 public:
  Error(ErrorCode code, std::string text) : code_(code), text_(std::move(text)) {}
  Error(ErrorCode code, std::string text, Error cause)
      : code_(code),
        text_(std::move(text)),
        cause_(std::make_shared<const Error>(std::move(cause))) {}

  ErrorCode code() const { return code_; }
  const std::string& text() const { return text_; }
  const Error* cause() const { return cause_.get(); }

  // "text: text of the cause: …"
  std::string full_text() const;

 private:
  ErrorCode code_;
  std::string text_;
  std::shared_ptr<const Error> cause_;
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(Error error) : std::expected<T, Error>(std::unexpected(std::move(error))) {}
};

using Status = Result<void>;

}  // namespace tocsin

#define TOCSIN_CONCAT_INNER(a, b) a##b
#define TOCSIN_CONCAT(a, b) TOCSIN_CONCAT_INNER(a, b)

// TRY(expression): returns the error of a Result<…> to the caller, else goes on.
#define TRY(...)                                        \
  do {                                                  \
    if (auto try_result = (__VA_ARGS__); !try_result) { \
      return std::move(try_result).error();             \
    }                                                   \
  } while (false)

// TRY_ASSIGN(auto x, expression): the same, and binds the value.
#define TRY_ASSIGN(declaration, ...) \
  TRY_ASSIGN_NAMED(TOCSIN_CONCAT(try_assign_, __COUNTER__), declaration, __VA_ARGS__)
#define TRY_ASSIGN_NAMED(name, declaration, ...) \
  auto name = (__VA_ARGS__);                     \
  if (!name) {                                   \
    return std::move(name).error();              \
  }                                              \
  declaration = std::move(name).value()
