// What a sentence that an application logged says about log-ins: "Failed login attempt for user
// bob from 203.0.113.7". Reads at most the first 400 bytes. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "decode/deeds.h"

namespace tocsin {

struct Phrase {
  Deed deed;
  std::string_view user;     // "" = not told
  std::string_view address;  // "" = not told
};

// Nothing when the sentence is not about authentication, or does not say what happened.
std::optional<Phrase> read_phrase(std::string_view sentence);

// The same for a name of an event ("user.login.failed", "login_failed attempt"): what happened
// only.
std::optional<Deed> read_deed(std::string_view words);

// "user: alice", "user=alice", "for user 'alice'"; "" when there is none.
std::string_view user_in(std::string_view sentence);
// The first word that is an address.
std::string_view address_in(std::string_view sentence);

}  // namespace tocsin
