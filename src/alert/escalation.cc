#include "alert/escalation.h"

namespace tocsin {

void EscalationRows::plan(const DueEscalation& one) {
  const auto step = static_cast<long long>(one.step);
  const long long due_us = one.due.value;
  sql_ << "INSERT INTO notify_escalations (alert_id, route, step, due_us) VALUES (:alert, :route, "
          ":step, :due) ON CONFLICT (alert_id, route, step) DO UPDATE SET due_us = excluded.due_us",
      soci::use(one.alert_id, "alert"), soci::use(one.route, "route"), soci::use(step, "step"),
      soci::use(due_us, "due");
}

void EscalationRows::cancel(const std::string& alert_id) {
  sql_ << "DELETE FROM notify_escalations WHERE alert_id = :alert", soci::use(alert_id);
}

std::vector<DueEscalation> EscalationRows::due(Micros now, std::size_t limit) {
  std::vector<DueEscalation> all;
  const long long at = now.value;
  const auto rows = static_cast<long long>(limit);
  DueEscalation one;
  long long step = 0;
  long long due_us = 0;
  soci::statement statement =
      (sql_.prepare << "SELECT alert_id, route, step, due_us FROM notify_escalations "
                       "WHERE due_us <= :now ORDER BY due_us LIMIT :rows",
       soci::use(at, "now"), soci::use(rows, "rows"), soci::into(one.alert_id),
       soci::into(one.route), soci::into(step), soci::into(due_us));
  statement.execute();
  while (statement.fetch()) {
    one.step = static_cast<std::size_t>(step);
    one.due = Micros(due_us);
    all.push_back(one);
  }
  return all;
}

void EscalationRows::take(const DueEscalation& one) {
  const auto step = static_cast<long long>(one.step);
  sql_ << "DELETE FROM notify_escalations WHERE alert_id = :alert AND route = :route AND "
          "step = :step",
      soci::use(one.alert_id, "alert"), soci::use(one.route, "route"), soci::use(step, "step");
}

}  // namespace tocsin
