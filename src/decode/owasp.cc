// The OWASP logging vocabulary: "authn_login_fail:joebob1", "user_created:admin,new,attrs".
// https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html
#include <algorithm>
#include <array>

#include "base/ip.h"
#include "base/text.h"
#include "decode/app_text.h"
#include "decode/formats.h"
#include "decode/scan.h"

namespace tocsin {
namespace {

// What the comma-separated words behind the colon are, in order.
enum class Part : std::uint8_t {
  kNone,
  kUser,    // user.name
  kTarget,  // user.target.name
  kWho,     // a user or an address
  kAgent,   // user_agent.original
  kReferrer,
  kFile,    // file.path
  kReason,  // event.reason
  kRole,    // user.roles
  kSkipped,
};

struct Word {
  std::string_view name;  // lower case
  Deed deed;
  std::array<Part, 3> parts;
  std::string_view outcome;  // "" = the deed's own
};

using enum Part;

constexpr auto kWords = std::to_array<Word>({
    {"authn_impossible_travel", Deed::kImpossibleTravel, {kUser, kReason, kNone}, ""},
    {"authn_login_fail", Deed::kLogInFailed, {kUser, kNone, kNone}, ""},
    {"authn_login_fail_max", Deed::kLogInLimitReached, {kUser, kSkipped, kNone}, ""},
    {"authn_login_lock", Deed::kAccountLocked, {kUser, kReason, kNone}, ""},
    {"authn_login_success", Deed::kLogInSucceeded, {kUser, kNone, kNone}, ""},
    {"authn_login_successafterfail", Deed::kLogInSucceeded, {kUser, kSkipped, kNone}, ""},
    {"authn_password_change", Deed::kPasswordChanged, {kUser, kNone, kNone}, ""},
    {"authn_password_change_fail", Deed::kPasswordChangeFailed, {kUser, kNone, kNone}, ""},
    {"authn_token_created", Deed::kTokenCreated, {kUser, kSkipped, kNone}, ""},
    {"authn_token_delete", Deed::kTokenRevoked, {kSkipped, kNone, kNone}, ""},
    {"authn_token_reuse", Deed::kTokenReused, {kUser, kSkipped, kNone}, ""},
    {"authn_token_revoked", Deed::kTokenRevoked, {kUser, kSkipped, kNone}, ""},
    {"authz_admin", Deed::kAdminActed, {kUser, kReason, kNone}, ""},
    {"authz_change", Deed::kRoleChanged, {kUser, kSkipped, kRole}, ""},
    {"authz_fail", Deed::kAccessDenied, {kUser, kReason, kNone}, ""},
    {"crypt_decrypt_fail", Deed::kCryptoFailed, {kUser, kNone, kNone}, ""},
    {"crypt_encrypt_fail", Deed::kCryptoFailed, {kUser, kNone, kNone}, ""},
    {"excess_rate_limit_exceeded", Deed::kRateExceeded, {kWho, kSkipped, kNone}, ""},
    {"input_validation_discrete_fail", Deed::kInputRejected, {kReason, kUser, kNone}, ""},
    {"input_validation_fail", Deed::kInputRejected, {kReason, kUser, kNone}, ""},
    {"malicious_attack_tool", Deed::kAttackNoticed, {kWho, kReason, kAgent}, ""},
    {"malicious_cors", Deed::kAttackNoticed, {kWho, kAgent, kReferrer}, ""},
    {"malicious_direct_reference", Deed::kAttackNoticed, {kWho, kAgent, kNone}, ""},
    {"malicious_excess_404", Deed::kAttackNoticed, {kWho, kAgent, kNone}, ""},
    {"malicious_extraneous", Deed::kAttackNoticed, {kWho, kReason, kAgent}, ""},
    {"privilege_permissions_changed", Deed::kRoleChanged, {kUser, kFile, kSkipped}, ""},
    {"sensitive_create", Deed::kFileWritten, {kUser, kFile, kNone}, ""},
    {"sensitive_delete", Deed::kFileDeleted, {kUser, kFile, kNone}, ""},
    {"sensitive_read", Deed::kFileRead, {kUser, kFile, kNone}, ""},
    {"sensitive_update", Deed::kFileWritten, {kUser, kFile, kNone}, ""},
    {"sequence_fail", Deed::kInputRejected, {kUser, kNone, kNone}, ""},
    {"session_created", Deed::kSessionOpened, {kUser, kNone, kNone}, ""},
    {"session_expired", Deed::kSessionExpired, {kUser, kReason, kNone}, ""},
    {"session_renewed", Deed::kSessionOpened, {kUser, kNone, kNone}, ""},
    {"session_use_after_expire", Deed::kSessionMisused, {kUser, kNone, kNone}, ""},
    {"sys_crash", Deed::kServiceFailed, {kReason, kNone, kNone}, ""},
    {"sys_monitor_disabled", Deed::kMonitoringDisabled, {kUser, kReason, kNone}, ""},
    {"sys_monitor_enabled", Deed::kMonitoringEnabled, {kUser, kReason, kNone}, ""},
    {"sys_restart", Deed::kServiceStarted, {kUser, kNone, kNone}, ""},
    {"sys_shutdown", Deed::kServiceStopped, {kUser, kNone, kNone}, ""},
    {"sys_startup", Deed::kServiceStarted, {kUser, kNone, kNone}, ""},
    {"upload_complete", Deed::kFileWritten, {kUser, kFile, kSkipped}, ""},
    {"upload_delete", Deed::kFileDeleted, {kUser, kFile, kNone}, ""},
    {"upload_stored", Deed::kFileWritten, {kFile, kSkipped, kSkipped}, ""},
    {"upload_validation", Deed::kFileWritten, {kFile, kReason, kNone}, "unknown"},
    {"user_archived", Deed::kUserChanged, {kUser, kTarget, kNone}, ""},
    {"user_created", Deed::kUserAdded, {kUser, kTarget, kSkipped}, ""},
    {"user_deleted", Deed::kUserDeleted, {kUser, kTarget, kNone}, ""},
    {"user_updated", Deed::kUserChanged, {kUser, kTarget, kSkipped}, ""},
});
static_assert(std::ranges::is_sorted(kWords, {}, &Word::name));

constexpr std::size_t kNameBytesMax = 40;

const Word* find_word(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || name.find('_') == std::string_view::npos) {
    return nullptr;
  }
  std::array<char, kNameBytesMax> lower{};
  std::ranges::transform(name, lower.begin(), ascii_lower);
  const std::string_view key(lower.data(), name.size());
  const auto found = std::ranges::lower_bound(kWords, key, {}, &Word::name);
  return found != kWords.end() && found->name == key ? &*found : nullptr;
}

void write_part(Part part, std::string_view value, EventWriter& event) {
  switch (part) {
    case kNone:
    case kSkipped:
      return;
    case kUser:
      if (!event.has(fields::user_name)) {
        event.text_if_any(fields::user_name, value);
      }
      return;
    case kTarget:
      event.text_if_any(fields::user_target_name, value);
      return;
    case kWho:
      if (parse_ip_lenient(value)) {
        if (!event.has(fields::source_ip)) {
          event.source(value);
        }
      } else {
        write_part(kUser, value, event);
      }
      return;
    case kAgent:
      event.text_if_any(fields::user_agent, value);
      return;
    case kReferrer:
      event.text_if_any(fields::http_referrer, value);
      return;
    case kFile:
      event.text_if_any(fields::file_path, value);
      return;
    case kReason:
      event.text_if_any(fields::event_reason, value);
      return;
    case kRole:
      event.text_if_any(fields::user_roles, value);
      return;
  }
}

}  // namespace

bool write_owasp(std::string_view text, EventWriter& event) {
  const std::size_t name_end = std::min(text.find_first_of(":[ ,"), text.size());
  const Word* word = find_word(text.substr(0, name_end));
  if (word == nullptr) {
    return false;
  }
  if (word->outcome.empty()) {
    event.deed(word->deed);
  } else {
    event.deed_outcome(word->deed, word->outcome);
  }
  event.text(fields::event_code, word->name);
  std::string_view rest = text.substr(name_end);
  if (rest.starts_with(':') || rest.starts_with('[')) {
    rest.remove_prefix(1);
  }
  if (rest.ends_with(']') && rest.find('[') == std::string_view::npos) {
    rest.remove_suffix(1);
  }
  for (std::size_t i = 0; i < word->parts.size() && !rest.empty(); ++i) {
    // The last part takes what is left: user agents and reasons hold commas.
    const bool last = i + 1 == word->parts.size() || word->parts[i + 1] == kNone;
    const std::size_t comma = last ? std::string_view::npos : rest.find(',');
    write_part(word->parts[i], trim(rest.substr(0, comma)), event);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return true;
}

bool decode_owasp(std::string_view text, EventWriter& event) {
  if (!write_owasp(text, event)) {
    return false;
  }
  write_app_dataset(event);
  event.logsource({"", "application", ""});
  event.text(fields::message, text);
  return true;
}

}  // namespace tocsin
