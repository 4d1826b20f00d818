// Plan: from changes of alerts to messages in the outbox, within the transaction that makes the
// change: one message per channel, alert and change, whatever happens in between.
//
// A channel that has kWaitingMax messages waiting takes no more: they are counted and told of in
// its next digest. One use per transaction.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "alert/alert_store.h"
#include "alert/escalation.h"
#include "alert/notify/arming.h"
#include "alert/notify/outbox.h"

namespace tocsin {

struct PlanCounts {
  std::map<std::string, std::uint64_t> made;        // by channel
  std::map<std::string, std::uint64_t> suppressed;  // "
  std::map<std::string, std::uint64_t> overflowed;  // "
};

class Plan {
 public:
  static constexpr std::uint64_t kWaitingMax = 10'000;

  Plan(soci::session& sql, const ArmedSet& armed, Micros now)
      : outbox_(sql), escalations_(sql), armed_(armed), now_(now) {}

  void take(const AlertEvent& event);
  // What a playbook says about an alert; the same `once` is told once a channel.
  void say(const AlertEvent& event, const std::vector<std::string>& channels,
           const std::string& once);
  // An escalation is due and the alert is still new.
  void escalate(const Alert& alert, const DueEscalation& due);

  const PlanCounts& counts() const { return counts_; }

 private:
  void opened(const AlertEvent& event);
  void changed(const AlertEvent& event, NoticeKind kind);
  void plan_escalations(const Alert& alert, const std::vector<const AlertRoute*>& routes);
  void add(const AlertEvent& event, NoticeKind kind, const std::string& channel,
           const AlertRoute* route, const std::string& change);
  MessageState state_of(const AlertEvent& event, NoticeKind kind, const std::string& channel,
                        const AlertRoute* route);
  bool has_room(const std::string& channel, Level level);

  OutboxRows outbox_;
  EscalationRows escalations_;
  const ArmedSet& armed_;
  const Micros now_;
  PlanCounts counts_;
  std::map<std::string, std::uint64_t> waiting_;
};

// The same for every attempt of one message: 24 hexadecimal digits.
std::string message_id(std::string_view change_key);
// "https://console/alerts/ID"; empty without a console.
std::string alert_link(std::string_view console, const std::string& alert_id);

}  // namespace tocsin
