// PlaybookDesk: the playbooks in force (shipped and the operator's own) and the engine that runs
// them, tied to alerts, channels and the journal. Thread-safe after open().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "alert/alert_store.h"
#include "alert/exceptions.h"
#include "alert/notify/notifier.h"
#include "api/services.h"
#include "journal/journal.h"
#include "respond/playbook/playbook_engine.h"
#include "respond/response.h"
#include "sys/file_system.h"

namespace tocsin {

struct PlaybookDeskParts {
  const RespondSettings& settings;
  std::string evidence_folder;
  Response& response;
  AlertStore& alerts;
  Notifier& notifier;
  RuleDesk& rules;
  EventFields& fields;
  Journal& journal;
  StateDb& db;
  FileSystem& files;
  Clock& clock;
  Metrics& metrics;
  Log& log;
  std::uint64_t seed = 0;
};

class PlaybookDesk final : private PlaybookHands {
 public:
  // Before the first alert is folded and the first decision is taken.
  static Result<std::unique_ptr<PlaybookDesk>> open(const PlaybookDeskParts& parts);

  PlaybookEngine& engine() { return *engine_; }
  void start() { engine_->start(); }
  void stop() { engine_->stop(); }
  // Reads the playbooks again. One that is wrong is left out, and the engine's set says why.
  void reload();

 private:
  explicit PlaybookDesk(const PlaybookDeskParts& parts) : parts_(parts) {}

  Result<Alert> alert(const std::string& id) override { return parts_.alerts.get(id); }
  Result<std::vector<Alert>> open_alerts(Micros changed) override;
  std::string playbook_of_rule(const std::string& rule_id) override;
  std::vector<std::string> event_values(const Alert& alert, std::string_view field) override;
  Result<std::vector<std::string>> tell(const std::string& once,
                                        const std::vector<std::string>& channels,
                                        const Alert& alert, const std::string& text,
                                        const std::string& who) override;
  Status assign(const std::string& alert_id, const std::string& assignee, const std::string& note,
                const std::string& state, const std::string& who) override;
  Result<std::string> keep_evidence(const Alert& alert, const std::string& name) override;

  const PlaybookDeskParts parts_;
  std::unique_ptr<PlaybookEngine> engine_;
};

}  // namespace tocsin
