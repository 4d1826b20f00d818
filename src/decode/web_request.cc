#include "decode/web_request.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tocsin {
namespace {

enum class PathKind : std::uint8_t { kOther, kLogIn, kLogInByPost, kLogOut, kPasswordReset, kMfa };

struct NamedPath {
  std::string_view name;  // last segment without its extension, lower case
  PathKind kind;
};

constexpr auto kNamedPaths = std::to_array<NamedPath>({
    {"login", PathKind::kLogIn},
    {"log-in", PathKind::kLogIn},
    {"log_in", PathKind::kLogIn},
    {"logon", PathKind::kLogIn},
    {"signin", PathKind::kLogIn},
    {"sign-in", PathKind::kLogIn},
    {"sign_in", PathKind::kLogIn},
    {"wp-login", PathKind::kLogIn},
    {"user-login", PathKind::kLogIn},
    {"authenticate", PathKind::kLogIn},
    {"authentication", PathKind::kLogIn},
    {"j_security_check", PathKind::kLogIn},
    {"j_spring_security_check", PathKind::kLogIn},
    {"auth", PathKind::kLogInByPost},
    {"token", PathKind::kLogInByPost},
    {"session", PathKind::kLogInByPost},
    {"sessions", PathKind::kLogInByPost},
    {"logout", PathKind::kLogOut},
    {"log-out", PathKind::kLogOut},
    {"logoff", PathKind::kLogOut},
    {"signout", PathKind::kLogOut},
    {"sign-out", PathKind::kLogOut},
    {"sign_out", PathKind::kLogOut},
    {"forgot-password", PathKind::kPasswordReset},
    {"forgot_password", PathKind::kPasswordReset},
    {"forgotpassword", PathKind::kPasswordReset},
    {"forgot", PathKind::kPasswordReset},
    {"reset-password", PathKind::kPasswordReset},
    {"reset_password", PathKind::kPasswordReset},
    {"resetpassword", PathKind::kPasswordReset},
    {"password-reset", PathKind::kPasswordReset},
    {"password_reset", PathKind::kPasswordReset},
    {"lostpassword", PathKind::kPasswordReset},
    {"mfa", PathKind::kMfa},
    {"2fa", PathKind::kMfa},
    {"otp", PathKind::kMfa},
    {"totp", PathKind::kMfa},
    {"verify-otp", PathKind::kMfa},
    {"two-factor", PathKind::kMfa},
});

constexpr std::size_t kNameBytesMax = 24;

PathKind kind_of_name(std::string_view segment) {
  if (segment.size() > kNameBytesMax || segment.size() < 3) {
    return PathKind::kOther;
  }
  std::array<char, kNameBytesMax> lower{};
  std::ranges::transform(segment, lower.begin(), ascii_lower);
  const std::string_view name(lower.data(), segment.size());
  for (const NamedPath& known : kNamedPaths) {
    if (known.name.size() == name.size() && known.name == name) {
      return known.kind;
    }
  }
  return PathKind::kOther;
}

PathKind kind_of_path(std::string_view path, const DecodeOptions& options) {
  for (const std::string& pattern : options.log_in_paths) {
    if (glob_match(pattern, path)) {
      return PathKind::kLogIn;
    }
  }
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const std::size_t slash = path.rfind('/');
  std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (last == "reset" && path.ends_with("/password/reset")) {
    return PathKind::kPasswordReset;
  }
  last = last.substr(0, last.find_first_of(".;"));
  return kind_of_name(last);
}

bool is_refusal(std::int64_t status) {
  return status == 401 || status == 403;
}

// Nothing is known of the answer's text: the status alone tells how it ended.
Deed special_deed(const WebRequest& request, PathKind kind, Deed plain) {
  const bool post = request.method == "POST" || request.method == "PUT";
  const bool good = request.status >= 200 && request.status < 400;
  switch (kind) {
    case PathKind::kOther:
      return plain;
    case PathKind::kLogInByPost:
      if (!post) {
        return plain;
      }
      [[fallthrough]];
    case PathKind::kLogIn:
      if (is_refusal(request.status) || (post && request.status == 423)) {
        return Deed::kLogInFailed;
      }
      return post && good ? Deed::kLogInSucceeded : plain;
    case PathKind::kLogOut:
      return good ? Deed::kLoggedOut : plain;
    case PathKind::kPasswordReset:
      return post ? Deed::kPasswordResetAsked : plain;
    case PathKind::kMfa:
      if (!post) {
        return plain;
      }
      if (is_refusal(request.status) || request.status == 400 || request.status == 422) {
        return Deed::kMfaFailed;
      }
      return good ? Deed::kMfaSucceeded : plain;
  }
  return plain;
}

}  // namespace

void write_web_deed(const WebRequest& request, Deed plain, EventWriter& event) {
  const Deed deed = special_deed(request, kind_of_path(request.path, event.options()), plain);
  const std::string_view outcome = request.status == 0    ? std::string_view{}
                                   : request.status < 400 ? std::string_view("success")
                                                          : std::string_view("failure");
  if (deed == plain) {
    event.deed_outcome(plain, outcome);
    if (request.status == 429) {
      event.text(fields::event_reason, "rate limit");
    }
    return;
  }
  if (deed == Deed::kPasswordResetAsked && !outcome.empty()) {
    event.deed_outcome(deed, outcome);
  } else {
    event.deed(deed);
  }
  event.category("web");
}

}  // namespace tocsin
