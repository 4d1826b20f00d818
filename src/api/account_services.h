// What the API asks about people who log in.
#pragma once

#include "access/session_store.h"
#include "access/setup_link.h"
#include "access/user_store.h"
#include "respond/audit.h"

namespace tocsin {

// Borrowed; outlives the Accounts.
struct AccountServices {
  UserStore& users;
  SessionStore& sessions;
  SetupLink& setup;
  AuditSink& audit;
};

}  // namespace tocsin
