// Passwords: what may be one, and its Argon2id hash (RFC 9106) in the text form of libsodium.
//
// A hash takes tens of milliseconds and megabytes on purpose. At most `at_once` are computed at the
// same time, so that a flood of log-ins takes a bounded part of the machine; more are refused with
// kExhausted at once. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin {

inline constexpr std::size_t kPasswordBytesMin = 12;
inline constexpr std::size_t kPasswordBytesMax = 256;

// kInvalid, with the reason, for one that is too short or long, is no text, holds the user's name,
// or is among the first that anybody would guess.
Status check_password(std::string_view password, std::string_view user_name);

// The second of the settings that OWASP's Password Storage Cheat Sheet recommends.
struct PasswordCost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = std::size_t{19} * 1024 * 1024;
  int at_once = 2;
};

class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordCost cost) : cost_(cost) {}

  Result<std::string> hash(std::string_view password);
  Result<bool> fits(const std::string& hash, std::string_view password);
  // How many hashes were computed: an unknown user costs what a known one does.
  std::uint64_t computed() const { return computed_; }

 private:
  class Place;

  const PasswordCost cost_;
  std::atomic<int> busy_{0};
  std::atomic<std::uint64_t> computed_{0};
};

}  // namespace tocsin
