#include "decode/phrase.h"

#include <array>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

std::string deed_action(std::string_view sentence) {
  const auto phrase = read_phrase(sentence);
  if (!phrase) {
    return "none";
  }
  const DeedWords& words = deed_words(phrase->deed);
  return std::string(words.action) + "/" + std::string(words.outcome);
}

struct Case {
  std::string_view sentence;
  std::string_view deed;
  std::string_view user;
  std::string_view address;
};

TEST(ReadPhrase, TellsWhatHappenedToWhomFromWhere) {
  static constexpr auto kCases = std::to_array<Case>({
      {"Login attempt by user: alice", "login/unknown", "alice", ""},
      {"Failed login attempt by user: alice from 203.0.113.7", "login/failure", "alice",
       "203.0.113.7"},
      {"Login failed for 'bob@example.org' (ip=203.0.113.7)", "login/failure", "bob@example.org",
       "203.0.113.7"},
      {"User carol logged in", "login/success", "carol", ""},
      {"user=dave authenticated successfully ip=2001:db8::1", "login/success", "dave",
       "2001:db8::1"},
      {"Successful sign in for account erin", "login/success", "erin", ""},
      {"Invalid password", "login/failure", "", ""},
      {"Authentication failure: bad credentials for user frank.", "login/failure", "frank", ""},
      {"User grace logged out", "logout/success", "grace", ""},
      {"Password reset requested for user: heidi", "password_reset/unknown", "heidi", ""},
      {"Password changed for user ivan", "password_changed/success", "ivan", ""},
      {"MFA challenge sent to user judy", "mfa_challenge/unknown", "judy", ""},
      {"OTP code incorrect for user judy", "mfa/failure", "judy", ""},
      {"Account locked: user mallory", "account_locked/failure", "mallory", ""},
      {"user not authenticated", "login/failure", "", ""},
  });
  for (const Case& one : kCases) {
    EXPECT_EQ(deed_action(one.sentence), one.deed) << one.sentence;
    const auto phrase = read_phrase(one.sentence);
    ASSERT_TRUE(phrase.has_value()) << one.sentence;
    EXPECT_EQ(phrase->user, one.user) << one.sentence;
    EXPECT_EQ(phrase->address, one.address) << one.sentence;
  }
}

TEST(ReadPhrase, OtherSentencesAreNotAboutLogIns) {
  for (const std::string_view sentence :
       {"", "hello", "user opened the login page", "order failed", "connection refused",
        "log rotation successful", "the author failed", "failed to send mail to user bob"}) {
    EXPECT_EQ(deed_action(sentence), "none") << sentence;
  }
}

TEST(ReadPhrase, UserNameCannotSpeak) {
  EXPECT_EQ(deed_action("user: \"login failed\" opened a page"), "none");
  EXPECT_EQ(deed_action("Login attempt by user: failed"), "login/unknown");
}

}  // namespace
}  // namespace tocsin
