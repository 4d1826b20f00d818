#include "decode/phrase.h"

#include <algorithm>
#include <array>

#include "base/ip.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kSentenceBytesMax = 400;
constexpr std::size_t kWordBytesMax = 16;

enum Sign : std::uint32_t {
  kLogIn = 1U << 0U,  // login, signin, logon, authentication
  kLog = 1U << 1U,    // log, sign: with "in" or "out" behind
  kFailed = 1U << 2U,
  kSucceeded = 1U << 3U,
  kAttempt = 1U << 4U,
  kOut = 1U << 5U,  // logout, "logged out"
  kIn = 1U << 6U,
  kPassword = 1U << 7U,  // password, credentials
  kReset = 1U << 8U,
  kChanged = 1U << 9U,
  kMfa = 1U << 10U,
  kChallenge = 1U << 11U,
  kLocked = 1U << 12U,
  kAccount = 1U << 13U,
  kUnknown = 1U << 14U,  // unknown, nonexistent
  kNot = 1U << 15U,
};

struct SignWord {
  std::string_view word;
  std::uint32_t signs;
};

constexpr auto kSignWords = std::to_array<SignWord>({
    {"2fa", kMfa},
    {"accepted", kSucceeded},
    {"account", kAccount},
    {"attempt", kAttempt},
    {"attempted", kAttempt},
    {"attempts", kAttempt},
    {"auth", kLogIn},
    {"authenticate", kLogIn},
    {"authenticated", kLogIn | kSucceeded},
    {"authentication", kLogIn},
    {"bad", kFailed},
    {"challenge", kChallenge},
    {"challenged", kChallenge},
    {"changed", kChanged},
    {"code", kChallenge},
    {"credential", kPassword},
    {"credentials", kPassword},
    {"denied", kFailed},
    {"error", kFailed},
    {"fail", kFailed},
    {"failed", kFailed},
    {"fails", kFailed},
    {"failure", kFailed},
    {"forgot", kReset},
    {"in", kIn},
    {"incorrect", kFailed},
    {"invalid", kFailed},
    {"locked", kLocked},
    {"lockout", kLocked | kAccount},
    {"log", kLog},
    {"logged", kLog | kSucceeded},
    {"login", kLogIn},
    {"logins", kLogIn},
    {"logoff", kOut | kLog},
    {"logon", kLogIn},
    {"logout", kOut | kLog},
    {"mfa", kMfa},
    {"nonexistent", kFailed},
    {"not", kNot},
    {"ok", kSucceeded},
    {"otp", kMfa},
    {"out", kOut},
    {"passed", kSucceeded},
    {"password", kPassword},
    {"passwords", kPassword},
    {"refused", kFailed},
    {"rejected", kFailed},
    {"reset", kReset},
    {"sign", kLog},
    {"signed", kLog | kSucceeded},
    {"signin", kLogIn},
    {"signout", kOut | kLog},
    {"succeeded", kSucceeded},
    {"success", kSucceeded},
    {"successful", kSucceeded},
    {"successfully", kSucceeded},
    {"totp", kMfa},
    {"unauthorized", kFailed},
    {"unknown", kUnknown},
    {"unsuccessful", kFailed},
    {"unsuccessfully", kFailed},
    {"updated", kChanged},
    {"verified", kSucceeded},
    {"wrong", kFailed},
});
static_assert(std::ranges::is_sorted(kSignWords, {}, &SignWord::word));

constexpr bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::uint32_t signs_of(std::string_view word) {
  if (word.size() < 2 || word.size() > kWordBytesMax) {
    return 0;
  }
  std::array<char, kWordBytesMax> lower{};
  std::ranges::transform(word, lower.begin(), ascii_lower);
  const std::string_view key(lower.data(), word.size());
  const auto found = std::ranges::lower_bound(kSignWords, key, {}, &SignWord::word);
  return found != kSignWords.end() && found->word == key ? found->signs : 0;
}

// The user's name must not speak: what stands behind "user" is skipped.
std::uint32_t signs_in(std::string_view sentence, std::string_view user) {
  std::uint32_t signs = 0;
  std::size_t at = 0;
  while (at < sentence.size()) {
    if (!user.empty() && sentence.data() + at == user.data()) {
      at += user.size();
      continue;
    }
    if (!is_word_char(sentence[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < sentence.size() && is_word_char(sentence[at])) {
      ++at;
    }
    signs |= signs_of(sentence.substr(start, at - start));
  }
  return signs;
}

bool has(std::uint32_t signs, std::uint32_t wanted) {
  return (signs & wanted) == wanted;
}

std::optional<Deed> deed_of(std::uint32_t signs) {
  const bool failed = has(signs, kFailed) || has(signs, kNot);
  const bool log_in = has(signs, kLogIn) || has(signs, kLog | kIn);
  if (has(signs, kMfa)) {
    if (failed) {
      return Deed::kMfaFailed;
    }
    if (has(signs, kSucceeded)) {
      return Deed::kMfaSucceeded;
    }
    return has(signs, kChallenge) ? std::optional(Deed::kMfaAsked) : std::nullopt;
  }
  if (has(signs, kLog | kOut)) {
    return Deed::kLoggedOut;
  }
  if (has(signs, kAccount | kLocked)) {
    return Deed::kAccountLocked;
  }
  if (has(signs, kPassword | kReset)) {
    return Deed::kPasswordResetAsked;
  }
  if (has(signs, kPassword | kChanged)) {
    return failed ? Deed::kPasswordChangeFailed : Deed::kPasswordChanged;
  }
  if (failed && (log_in || has(signs, kPassword))) {
    return Deed::kLogInFailed;
  }
  if (has(signs, kSucceeded) && log_in) {
    return Deed::kLogInSucceeded;
  }
  if (log_in && has(signs, kAttempt)) {
    return Deed::kLogInAttempted;
  }
  return std::nullopt;
}

std::string_view name_at(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == ':' || text.front() == '=')) {
    text.remove_prefix(1);
  }
  if (text.empty()) {
    return {};
  }
  if (text.front() == '\'' || text.front() == '"') {
    const char quote = text.front();
    text.remove_prefix(1);
    const std::size_t close = text.find(quote);
    return close == std::string_view::npos ? std::string_view{} : text.substr(0, close);
  }
  std::string_view name = text.substr(0, text.find_first_of(" ,;()"));
  while (name.ends_with('.') || name.ends_with(':')) {
    name.remove_suffix(1);
  }
  return name;
}

bool is_filler(std::string_view word) {
  static constexpr auto kFillers = std::to_array<std::string_view>({"from",
                                                                    "logged",
                                                                    "login",
                                                                    "log",
                                                                    "failed",
                                                                    "has",
                                                                    "is",
                                                                    "was",
                                                                    "not",
                                                                    "in",
                                                                    "with",
                                                                    "and",
                                                                    "account",
                                                                    "password",
                                                                    "agent",
                                                                    "successfully",
                                                                    "signed",
                                                                    "authentication",
                                                                    "id",
                                                                    "name",
                                                                    "entered",
                                                                    "does",
                                                                    "authenticated",
                                                                    "changed",
                                                                    "requested",
                                                                    "to",
                                                                    "for",
                                                                    "by"});
  return std::ranges::any_of(kFillers,
                             [word](std::string_view f) { return equals_ignore_case(word, f); });
}

}  // namespace

std::string_view user_in(std::string_view sentence) {
  sentence = utf8_prefix(sentence, kSentenceBytesMax);
  static constexpr auto kMarks = std::to_array<std::string_view>({"user", "account", "for"});
  for (const std::string_view mark : kMarks) {
    for (std::size_t at = 0; at + mark.size() < sentence.size(); ++at) {
      const bool begins = at == 0 || !is_word_char(sentence[at - 1]);
      if (!begins || !equals_ignore_case(sentence.substr(at, mark.size()), mark)) {
        continue;
      }
      std::string_view rest = sentence.substr(at + mark.size());
      if (mark == "user" && (rest.starts_with("name") || rest.starts_with("Name"))) {
        rest.remove_prefix(4);
      }
      if (rest.empty() || std::string_view(" :='\"").find(rest.front()) == std::string_view::npos) {
        continue;
      }
      const std::string_view name = name_at(rest);
      const bool quoted = !name.empty() && name.data() != rest.data() &&
                          (*(name.data() - 1) == '\'' || *(name.data() - 1) == '"');
      const bool told = quoted || rest.front() == ':' || rest.front() == '=';
      if (!name.empty() && (told || !is_filler(name)) && !parse_ip(name) &&
          !(mark == "for" && equals_ignore_case(name, "user"))) {
        return name;
      }
    }
  }
  return {};
}

std::string_view address_in(std::string_view sentence) {
  sentence = utf8_prefix(sentence, kSentenceBytesMax);
  std::size_t at = 0;
  while (at < sentence.size()) {
    const std::size_t start = sentence.find_first_not_of(" ,;()=\"'<>", at);
    if (start == std::string_view::npos) {
      return {};
    }
    const std::size_t end = std::min(sentence.find_first_of(" ,;()=\"'<>", start), sentence.size());
    std::string_view word = sentence.substr(start, end - start);
    while (word.ends_with('.') || (word.ends_with(':') && !word.ends_with("::"))) {
      word.remove_suffix(1);
    }
    if (word.size() >= 3 && (is_digit(word.front()) || word.find(':') != std::string_view::npos) &&
        word.find_first_of(".:") != std::string_view::npos && parse_ip_lenient(word)) {
      return word;
    }
    at = end;
  }
  return {};
}

std::optional<Deed> read_deed(std::string_view words) {
  return deed_of(signs_in(words.substr(0, kSentenceBytesMax), {}));
}

std::optional<Phrase> read_phrase(std::string_view sentence) {
  sentence = utf8_prefix(sentence, kSentenceBytesMax);
  const std::string_view user = user_in(sentence);
  const auto deed = deed_of(signs_in(sentence, user));
  if (!deed) {
    return std::nullopt;
  }
  return Phrase{*deed, user, address_in(sentence)};
}

}  // namespace tocsin
