#include "api/account_audit.h"

#include <fmt/format.h>

#include "access/user_store.h"

namespace tocsin {

void AccountAudit::login(std::string_view user, std::string_view peer, bool success,
                         std::string_view reason) {
  // Somebody may type a password where the name belongs: what can be no name is not kept.
  const std::string name(check_user_name(user) ? user : std::string_view("(not a user name)"));
  AuditEntry entry;
  entry.at = clock_.now();
  entry.who = success ? name : "";
  entry.action = "login";
  entry.sentence = success ? fmt::format("{} logged in from {}", name, peer)
                           : fmt::format("{} could not log in from {}: {}", name, peer, reason);
  entry.login = {
      .user = name, .peer = std::string(peer), .success = success, .reason = std::string(reason)};
  sink_.record(entry);
}

void AccountAudit::deed(std::string_view who, std::string_view action, std::string sentence) {
  AuditEntry entry;
  entry.at = clock_.now();
  entry.who = std::string(who);
  entry.action = std::string(action);
  entry.sentence = std::move(sentence);
  sink_.record(entry);
}

}  // namespace tocsin
