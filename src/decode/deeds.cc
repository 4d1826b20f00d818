#include "decode/deeds.h"

#include <cstddef>

namespace tocsin {
namespace {

constexpr auto kWords = std::to_array<DeedWords>({
    {Deed::kLogInFailed, "authentication", "start", "failure", "login"},
    {Deed::kLogInSucceeded, "authentication", "start", "success", "login"},
    {Deed::kLogInAttempted, "authentication", "start", "unknown", "login"},
    {Deed::kLogInUnknownUser, "authentication", "info", "failure", "login_unknown_user"},
    {Deed::kLogInLimitReached, "authentication", "info", "failure", "login_limit_reached"},
    {Deed::kPamFailure, "authentication", "info", "unknown", "pam_failure"},
    {Deed::kLoggedOut, "authentication", "end", "success", "logout"},
    {Deed::kSessionOpened, "session", "start", "success", "session_opened"},
    {Deed::kSessionClosed, "session", "end", "success", "session_closed"},
    {Deed::kSessionExpired, "session", "end", "success", "session_expired"},
    {Deed::kSessionMisused, "session", "denied", "failure", "session_use_after_expire"},
    {Deed::kPasswordChanged, "iam", "change", "success", "password_changed"},
    {Deed::kPasswordChangeFailed, "iam", "change", "failure", "password_change_failed"},
    {Deed::kPasswordResetAsked, "authentication", "info", "unknown", "password_reset"},
    {Deed::kMfaAsked, "authentication", "info", "unknown", "mfa_challenge"},
    {Deed::kMfaFailed, "authentication", "info", "failure", "mfa"},
    {Deed::kMfaSucceeded, "authentication", "info", "success", "mfa"},
    {Deed::kAccountLocked, "authentication", "info", "failure", "account_locked"},
    {Deed::kImpossibleTravel, "authentication", "info", "unknown", "impossible_travel"},
    {Deed::kTokenCreated, "authentication", "info", "success", "token_created"},
    {Deed::kTokenRevoked, "authentication", "info", "success", "token_revoked"},
    {Deed::kTokenReused, "authentication", "info", "failure", "token_reused"},
    {Deed::kAccessDenied, "iam", "denied", "failure", "access_denied"},
    {Deed::kUserAdded, "iam", "creation", "success", "user_added"},
    {Deed::kUserAddFailed, "iam", "creation", "failure", "user_added"},
    {Deed::kUserChanged, "iam", "change", "success", "user_changed"},
    {Deed::kUserDeleted, "iam", "deletion", "success", "user_deleted"},
    {Deed::kGroupAdded, "iam", "creation", "success", "group_added"},
    {Deed::kGroupChanged, "iam", "change", "success", "group_changed"},
    {Deed::kGroupDeleted, "iam", "deletion", "success", "group_deleted"},
    {Deed::kRoleChanged, "iam", "change", "success", "role_changed"},
    {Deed::kAdminActed, "iam", "admin", "success", "admin_action"},
    {Deed::kConfigChanged, "configuration", "change", "success", "configuration_changed"},
    {Deed::kMonitoringDisabled, "configuration", "change", "success", "monitoring_disabled"},
    {Deed::kMonitoringEnabled, "configuration", "change", "success", "monitoring_enabled"},
    {Deed::kApiCalled, "web", "access", "", "api_request"},
    {Deed::kWebRequested, "web", "access", "", ""},
    {Deed::kRateExceeded, "web", "denied", "failure", "rate_limit_exceeded"},
    {Deed::kAttackNoticed, "intrusion_detection", "info", "", "attack_noticed"},
    {Deed::kInputRejected, "web", "denied", "failure", "input_rejected"},
    {Deed::kCommandRun, "process", "start", "success", "command_run"},
    {Deed::kCommandDenied, "process", "denied", "failure", "command_run"},
    {Deed::kServiceStarted, "process", "start", "success", "service_started"},
    {Deed::kServiceStopped, "process", "end", "success", "service_stopped"},
    {Deed::kServiceFailed, "process", "end", "failure", "service_failed"},
    {Deed::kCryptoFailed, "process", "error", "failure", "crypto_failed"},
    {Deed::kConnectionOpened, "network", "start", "", "connection_opened"},
    {Deed::kConnectionClosed, "network", "end", "", "connection_closed"},
    {Deed::kConnectionRefused, "network", "denied", "failure", "connection_refused"},
    {Deed::kFlow, "network", "connection", "", "network_flow"},
    {Deed::kDnsAsked, "network", "protocol", "", "dns_query"},
    {Deed::kIntrusionAlerted, "intrusion_detection", "info", "", "ids_alert"},
    {Deed::kFileWritten, "file", "change", "success", "file_written"},
    {Deed::kFileRead, "file", "access", "success", "file_read"},
    {Deed::kFileDeleted, "file", "deletion", "success", "file_deleted"},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i].deed != static_cast<Deed>(i)) {
      return false;
    }
  }
  return true;
}
static_assert(in_order() && kWords.back().deed == Deed::kFileDeleted);

}  // namespace

const DeedWords& deed_words(Deed deed) {
  return kWords[static_cast<std::size_t>(deed)];
}

}  // namespace tocsin
