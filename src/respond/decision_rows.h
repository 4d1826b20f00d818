// DecisionRows: decisions, strikes, approvals and marks to and from their tables. SQL lives here,
// meaning lives in decision_book.cc. Lives within one StateDb::read or write; may throw SOCI's
// exceptions, which StateDb turns into a Status.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "respond/approval.h"
#include "respond/decision_filter.h"
#include "state/sql_filter.h"
#include "state/state_db.h"

namespace tocsin {

std::span<const Migration> decision_migrations();

struct Strikes {
  std::uint32_t count = 0;
  Micros last_end;  // of the latest decision
};

class DecisionRows {
 public:
  using Take = std::function<void(const DecisionRow&)>;

  // `uuid_seed` as in mark("uuid_seed"); 0 where uuids do not matter.
  DecisionRows(soci::session& sql, std::uint64_t uuid_seed);
  ~DecisionRows();
  DecisionRows(const DecisionRows&) = delete;
  DecisionRows& operator=(const DecisionRows&) = delete;

  void insert(const Decision& decision);
  // Nothing happens to one that was lifted before.
  void lift(const LiftedDecision& lifted);
  // Those that stand, dry runs too, in the order of ids.
  void each_standing(const Take& take);
  std::vector<DecisionRow> select(SqlFilter& filter, std::string_view order, std::size_t limit);
  void forget_before(Micros time);

  Strikes strikes(const DecisionTarget& target);
  void set_strikes(const DecisionTarget& target, const Strikes& strikes);

  std::vector<Approval> approvals(Micros now);
  std::optional<Approval> approval(const std::string& id);
  // The id of the one that asks for the same.
  std::optional<std::string> approval_of(const NewDecision& wanted);
  std::size_t approvals_waiting();
  void add_approval(const Approval& approval);
  void remove_approval(const std::string& id);
  // Removes those whose time is over; gives them.
  std::vector<Approval> expire_approvals(Micros now);

  // Small facts by name: "next_id", "time_us", …
  std::optional<std::string> mark(const std::string& name);
  void set_mark(const std::string& name, const std::string& value);

 private:
  struct Row;
  struct Prepared;

  soci::session& sql_;
  const std::uint64_t uuid_seed_;
  std::unique_ptr<Prepared> prepared_;
};

}  // namespace tocsin
