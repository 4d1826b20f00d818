#include "access/password.h"

#include <algorithm>
#include <array>
#include <set>

#include <sodium.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

// Fewer different characters than this are a keyboard that was leaned on.
constexpr std::size_t kDifferentBytesMin = 5;
// Beginnings that lists of leaked passwords are full of, long enough to pass otherwise.
constexpr std::array<std::string_view, 14> kGuessedFirst = {
    "password", "passw0rd", "123456789", "1234567890", "qwerty", "qwertz",   "administrator",
    "letmein",  "welcome",  "iloveyou",  "abc123",     "admin",  "changeme", "tocsin"};
// What stands behind such a beginning must be worth this much by itself.
constexpr std::size_t kOwnPartBytesMin = 8;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

Status check_password(std::string_view password, std::string_view user_name) {
  if (password.size() < kPasswordBytesMin) {
    return fail(ErrorCode::kInvalid, "a password needs at least {} characters: a few words do well",
                kPasswordBytesMin);
  }
  if (password.size() > kPasswordBytesMax) {
    return fail(ErrorCode::kInvalid, "a password has at most {} bytes", kPasswordBytesMax);
  }
  if (!is_valid_utf8(password) || password.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "a password is text");
  }
  const std::string plain = lower(password);
  if (user_name.size() >= 3 && plain.find(lower(user_name)) != std::string::npos) {
    return fail(ErrorCode::kInvalid, "the password holds the user's name");
  }
  if (std::set<char>(plain.begin(), plain.end()).size() < kDifferentBytesMin) {
    return fail(ErrorCode::kInvalid, "the password repeats the same few characters");
  }
  for (const std::string_view first : kGuessedFirst) {
    if (plain.starts_with(first) && plain.size() < first.size() + kOwnPartBytesMin) {
      return fail(ErrorCode::kInvalid, "passwords that begin with \"{}\" are guessed first", first);
    }
  }
  return {};
}

// Holds one of the places for computing.
class PasswordHasher::Place {
 public:
  Place(std::atomic<int>& busy, int at_once) : busy_(busy), got_(++busy <= at_once) {}
  ~Place() { --busy_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  Status status() const {
    if (!got_) {
      return fail(ErrorCode::kExhausted,
                  "many people log in at this moment; try again in a second");
    }
    return {};
  }

 private:
  std::atomic<int>& busy_;
  const bool got_;
};

Result<std::string> PasswordHasher::hash(std::string_view password) {
  const Place place(busy_, cost_.at_once);
  TRY(place.status());
  ++computed_;
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.passes,
                            cost_.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(ErrorCode::kExhausted, "there is no memory for hashing a password");
  }
  return std::string(text.data());
}

Result<bool> PasswordHasher::fits(const std::string& hash, std::string_view password) {
  const Place place(busy_, cost_.at_once);
  TRY(place.status());
  ++computed_;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace tocsin
