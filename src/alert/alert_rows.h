// AlertRows: alerts to and from the tables alerts, alert_keys, alert_changes and alert_progress.
// SQL lives here, meaning lives in alert_store.cc and fold.cc. Lives within one StateDb::read or
// write; may throw SOCI's exceptions, which StateDb turns into a Status.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "alert/alert_store.h"
#include "alert/fold.h"
#include "state/sql_filter.h"

namespace tocsin {

std::span<const Migration> alert_migrations();

class AlertRows {
 public:
  explicit AlertRows(soci::session& sql);
  ~AlertRows();
  AlertRows(const AlertRows&) = delete;
  AlertRows& operator=(const AlertRows&) = delete;

  // The newest alert of that rule and key, open or closed.
  std::optional<FoldedAlert> newest_of(const std::string& identity);
  std::optional<FoldedAlert> by_id(const std::string& id);
  // The ids that begin with `prefix`, at most two.
  std::vector<std::string> ids_with_prefix(const std::string& prefix);
  std::vector<Alert> select(SqlFilter& filter, std::size_t limit);

  void insert(const FoldedAlert& alert);
  void update(const FoldedAlert& alert);
  void add_change(const AlertChange& change);

  std::uint64_t open_of_rule(const std::string& rule_id);
  std::vector<AlertChange> changes(const std::string& id);
  std::vector<AlertCount> counts();
  Seq progress();
  void set_progress(Seq through);

 private:
  struct Row;
  struct Prepared;

  soci::session& sql_;
  std::unique_ptr<Prepared> prepared_;
};

}  // namespace tocsin
