// The tables of people and their sessions in the state database. A second factor and accounts of an
// identity provider become columns of `users` by a further step here.
#pragma once

#include "state/state_db.h"

namespace tocsin {

Status migrate_accounts(StateDb& db);

}  // namespace tocsin
