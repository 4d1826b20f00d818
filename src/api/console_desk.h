// ConsoleDesk: what the API answers for the pages alone, built together: documents, settings, the
// audit, the editor of rules.
#pragma once

#include <string>
#include <vector>

#include "api/audit_resource.h"
#include "api/documents_resource.h"
#include "api/router.h"
#include "api/rule_editor.h"
#include "api/settings_resource.h"

namespace tocsin {

// Borrowed; outlives the ConsoleDesk.
struct ConsoleServices {
  DocumentStore& documents;
  const Settings& settings;
  const NeverBlock& never_block;
};

// What the parts below borrow besides.
struct ConsoleParts {
  EventStore& events;
  RuleDesk& rules;
  AlertStore& alerts;
  Clock& clock;
};

class ConsoleDesk {
 public:
  ConsoleDesk(const ConsoleServices& of, const ConsoleParts& parts, std::string version)
      : documents_(of.documents),
        settings_(of.settings, of.never_block, std::move(version)),
        audit_(parts.events, parts.clock),
        editor_(parts.rules, parts.alerts, parts.clock) {}

  std::vector<Route> routes();

 private:
  DocumentsResource documents_;
  SettingsResource settings_;
  AuditResource audit_;
  RuleEditor editor_;
};

}  // namespace tocsin
