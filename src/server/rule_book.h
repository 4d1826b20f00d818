// RuleBook: the rules in force. Loads the shipped ones, those of the configuration and those that
// people wrote in the console (which stand for others of the same id), publishes
// the compiled set, and keeps the report of what was refused and why.
//
// reload() may be called from any thread, one at a time; readers take snapshots. A reload that
// cannot read one of its paths leaves the old rules in force.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/services.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/published.h"
#include "config/settings.h"
#include "detect/compiled_rules.h"
#include "model/catalog.h"
#include "obs/log.h"
#include "server/own_rules.h"
#include "sys/file_system.h"

namespace tocsin {

class RuleBook final : public RuleDesk {
 public:
  // `pattern_folder`: where compiled pattern databases are kept for the next start; "": nowhere.
  // `own_folder`: where rules of one's own are kept; "": there are none.
  static Result<std::unique_ptr<RuleBook>> open(DetectSettings settings, FieldCatalog& fields,
                                                FileSystem& files, Clock& clock, Log& log,
                                                const std::string& pattern_folder = {},
                                                const std::string& own_folder = {});

  RulesInForce current() override { return in_force_.get()->rules; }
  std::shared_ptr<const CompiledRules> compiled() override { return in_force_.get()->compiled; }
  Result<TrialRules> try_out(std::string_view text) override;
  Status reload() override EXCLUDES(reload_mutex_);
  Result<RuleText> text_of(const std::string& id) override;
  Result<LoadReport> save_own(const std::string& id, std::string_view text) override
      EXCLUDES(own_mutex_);
  Status remove_own(const std::string& id) override EXCLUDES(own_mutex_);

 private:
  struct InForce {
    RulesInForce rules;
    std::shared_ptr<const CompiledRules> compiled;
  };

  RuleBook(DetectSettings settings, FieldCatalog& fields, FileSystem& files, Clock& clock, Log& log,
           const std::string& pattern_folder, const std::string& own_folder);
  // Empty when no rule in force has that id.
  std::string file_of(std::string_view id) const;
  void say_loaded(const LoadReport& report, const match::DatabaseCacheCounts& before) const;
  Result<std::vector<RuleSource>> read_sources() const;

  const DetectSettings settings_;
  FieldCatalog& fields_;
  FileSystem& files_;
  Clock& clock_;
  Log& log_;
  const OwnRules own_;
  Mutex own_mutex_;                 // one change of them at a time
  match::DatabaseCache databases_;  // those in force are reused by a reload
  Mutex reload_mutex_;
  Published<InForce> in_force_;
};

}  // namespace tocsin
