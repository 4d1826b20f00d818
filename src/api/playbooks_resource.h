// /api/v1/playbooks…, /api/v1/playbook-runs…: what answers which alert, and what came of it. Each
// deed is in the audit (respond/audit.h) under the key's name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/router.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "respond/audit.h"
#include "respond/guard/arm_book.h"
#include "respond/playbook/playbook_engine.h"

namespace tocsin {

// Borrowed; outlives the resource.
struct PlaybookServices {
  PlaybookEngine& engine;
  ArmBook& armed;
  AuditSink& audit;
};

// The playbook of that name; kNotFound.
Result<std::shared_ptr<const Playbook>> playbook_in_force(const PlaybookEngine& engine,
                                                          const std::string& name);
// The version to arm: the one in force; kConflict when `wanted` is given and another.
Result<std::string> playbook_version(const PlaybookEngine& engine, const std::string& name,
                                     const std::optional<std::string>& wanted);

class PlaybooksResource {
 public:
  PlaybooksResource(const PlaybookServices& of, Clock& clock) : of_(of), clock_(clock) {}

  std::vector<Route> routes();

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> get(const Call& call);
  Result<HttpResponse> arm(const Call& call);
  Result<HttpResponse> run(const Call& call);

  Result<HttpResponse> runs(const Call& call);
  Result<HttpResponse> get_run(const Call& call);
  Result<HttpResponse> cancel(const Call& call);
  Result<HttpResponse> answer_run(const Call& call);

 private:
  void write_summary(JsonWriter& json, const Playbook& playbook) const;

  const PlaybookServices of_;
  Clock& clock_;
};

}  // namespace tocsin
