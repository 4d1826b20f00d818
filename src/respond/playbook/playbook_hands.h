// PlaybookHands: what the engine needs of the rest of the program and no module below respond/
// gives: alerts, channels, evidence. The server implements it. Called on the engine's thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/alert.h"

namespace tocsin {

class PlaybookHands {
 public:
  virtual ~PlaybookHands() = default;

  virtual Result<Alert> alert(const std::string& id) = 0;
  // Alerts that are not closed and that changed at or after that time.
  virtual Result<std::vector<Alert>> open_alerts(Micros changed) = 0;
  // The playbook that the rule names; empty: none. Any thread.
  virtual std::string playbook_of_rule(const std::string& rule_id) = 0;
  // Values of a field in the events behind the alert, each once.
  virtual std::vector<std::string> event_values(const Alert& alert, std::string_view field) = 0;
  // `once`: the same words for the same message; it is told once, however often this is called.
  virtual Status tell(const std::string& once, const std::vector<std::string>& channels,
                      const Alert& alert, const std::string& text, const std::string& who) = 0;
  // Empty texts leave what is there.
  virtual Status assign(const std::string& alert_id, const std::string& assignee,
                        const std::string& note, const std::string& state,
                        const std::string& who) = 0;
  // Keeps the records behind the alert, signed; gives where. The same name: the same place.
  virtual Result<std::string> keep_evidence(const Alert& alert, const std::string& name) = 0;
};

}  // namespace tocsin
