// Deeds: the vocabulary of what happened. One deed gives the same ECS words whatever wrote the log,
// so that one rule covers one kind of event. The table in deeds.cc is the source for the list in
// docs/fields.md; rules depend on it: add, but do not rename.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tocsin {

enum class Deed : std::uint8_t {
  kLogInFailed,
  kLogInSucceeded,
  kLogInAttempted,     // the log does not tell how it ended
  kLogInUnknownUser,   // "Invalid user …": the name is not known here
  kLogInLimitReached,  // too many tries in one connection, or over the account's limit
  kPamFailure,         // PAM's echo of a failure that the service itself reports as well
  kLoggedOut,
  kSessionOpened,
  kSessionClosed,
  kSessionExpired,
  kSessionMisused,  // used after it had expired
  kPasswordChanged,
  kPasswordChangeFailed,
  kPasswordResetAsked,
  kMfaAsked,
  kMfaFailed,
  kMfaSucceeded,
  kAccountLocked,
  kImpossibleTravel,
  kTokenCreated,
  kTokenRevoked,
  kTokenReused,
  kAccessDenied,
  kUserAdded,
  kUserAddFailed,
  kUserChanged,
  kUserDeleted,
  kGroupAdded,
  kGroupChanged,
  kGroupDeleted,
  kRoleChanged,  // rights of a user or object changed
  kAdminActed,   // something only administrators may do
  kConfigChanged,
  kMonitoringDisabled,
  kMonitoringEnabled,
  kApiCalled,
  kWebRequested,
  kRateExceeded,
  kAttackNoticed,  // the application itself names an attack
  kInputRejected,
  kCommandRun,
  kCommandDenied,
  kServiceStarted,
  kServiceStopped,
  kServiceFailed,
  kCryptoFailed,  // encryption or decryption refused the data
  kConnectionOpened,
  kConnectionClosed,
  kConnectionRefused,  // ended before anybody was authenticated, by a fault of the other side
  kFlow,
  kDnsAsked,
  kIntrusionAlerted,
  kFileWritten,
  kFileRead,
  kFileDeleted,
};

struct DeedWords {
  Deed deed;
  std::string_view category;
  std::string_view type;
  std::string_view outcome;  // "" = none
  std::string_view action;   // "" = none
};

const DeedWords& deed_words(Deed deed);

}  // namespace tocsin
