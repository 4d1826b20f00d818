// Escalation: who is told when nobody acknowledges an alert in time: the table of what is due.
// What is told then is alert/notify/'s work.
//
// Works within one transaction of the caller, like OutboxRows.
#pragma once

#include <string>
#include <vector>

#include <soci/soci.h>

#include "base/time.h"

namespace tocsin {

struct DueEscalation {
  std::string alert_id;
  std::string route;
  std::size_t step = 0;  // of the route's list
  Micros due;
};

class EscalationRows {
 public:
  explicit EscalationRows(soci::session& sql) : sql_(sql) {}

  void plan(const DueEscalation& one);
  // Somebody looks at it, or it is closed.
  void cancel(const std::string& alert_id);
  // Oldest first; take() removes one.
  std::vector<DueEscalation> due(Micros now, std::size_t limit);
  void take(const DueEscalation& one);

 private:
  soci::session& sql_;
};

}  // namespace tocsin
