#include "respond/guard/arm_book.h"

#include <array>

#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::string_view kGuard = "arming";
constexpr std::size_t kTextBytesMax = 256;

const std::array kMigrations = {
    Migration{1,
              "armed rules and playbooks",
              {"CREATE TABLE armed (what TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, "
               "armed_by TEXT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (what, id))"}},
};

Judgement unarmed(std::string_view what, const std::string& name) {
  return {Word::kDryRun, kGuard, fmt::format("the {} {} is not armed in this version", what, name)};
}

}  // namespace

Result<std::unique_ptr<ArmBook>> ArmBook::open(StateDb& db, Clock& clock) {
  TRY(db.migrate("respond_armed", kMigrations));
  std::unique_ptr<ArmBook> book(new ArmBook(db, clock));
  std::map<std::pair<std::string, std::string>, Armed> armed;
  TRY(db.read("reading what is armed", [&](soci::session& sql) -> Status {
    Armed row;
    long long at = 0;
    soci::statement statement =
        (sql.prepare << "SELECT what, id, version, armed_by, at_us FROM armed",
         soci::into(row.what), soci::into(row.id), soci::into(row.version), soci::into(row.by),
         soci::into(at));
    statement.execute();
    while (statement.fetch()) {
      row.at = Micros(at);
      armed[{row.what, row.id}] = row;
    }
    return {};
  }));
  const MutexLock lock(book->mutex_);
  book->armed_ = std::move(armed);
  return book;
}

Status ArmBook::arm(const std::string& what, const std::string& id, const std::string& version,
                    const std::string& by) {
  if (what != "rule" && what != "playbook") {
    return fail(ErrorCode::kInvalid, "\"{}\" cannot be armed; a rule or a playbook can", what);
  }
  if (id.empty() || id.size() > kTextBytesMax || version.empty() ||
      version.size() > kTextBytesMax) {
    return fail(ErrorCode::kInvalid, "arming a {} needs its id and its version", what);
  }
  const MutexLock arming(arming_);
  {
    const MutexLock lock(mutex_);
    if (armed_.size() >= kArmedMax && !armed_.contains({what, id})) {
      return fail(ErrorCode::kExhausted, "{} rules and playbooks are armed already", kArmedMax);
    }
  }
  const Armed row{what, id, version, by, clock_.now()};
  const long long at = row.at.value;
  TRY(db_.write("arming", [&](soci::session& sql) -> Status {
    sql << "INSERT INTO armed (what, id, version, armed_by, at_us) VALUES (:w, :i, :v, :b, :t) "
           "ON CONFLICT (what, id) DO UPDATE SET version = excluded.version, "
           "armed_by = excluded.armed_by, at_us = excluded.at_us",
        soci::use(what), soci::use(id), soci::use(version), soci::use(by), soci::use(at);
    return {};
  }));
  const MutexLock lock(mutex_);
  armed_[{what, id}] = row;
  return {};
}

Status ArmBook::disarm(const std::string& what, const std::string& id) {
  const MutexLock arming(arming_);
  {
    const MutexLock lock(mutex_);
    if (!armed_.contains({what, id})) {
      return fail(ErrorCode::kNotFound, "no version of the {} {} is armed", what,
                  id.substr(0, kTextBytesMax));
    }
  }
  TRY(db_.write("disarming", [&](soci::session& sql) -> Status {
    sql << "DELETE FROM armed WHERE what = :w AND id = :i", soci::use(what), soci::use(id);
    return {};
  }));
  const MutexLock lock(mutex_);
  armed_.erase({what, id});
  return {};
}

bool ArmBook::is_armed(const std::string& what, const std::string& id,
                       const std::string& version) const {
  const MutexLock lock(mutex_);
  const auto at = armed_.find({what, id});
  return at != armed_.end() && at->second.version == version;
}

std::vector<Armed> ArmBook::list() const {
  const MutexLock lock(mutex_);
  std::vector<Armed> rows;
  for (const auto& [key, armed] : armed_) {
    rows.push_back(armed);
  }
  return rows;
}

Judgement ArmBook::judge(const Proposal& proposal) const {
  const NewDecision& wanted = proposal.wanted;
  if (wanted.proposer != Proposer::kRule) {
    return {};
  }
  if (!is_armed("rule", wanted.rule_id, wanted.rule_version)) {
    return unarmed("rule", wanted.rule_title.empty() ? wanted.rule_id : wanted.rule_title);
  }
  if (!wanted.playbook.empty() && !is_armed("playbook", wanted.playbook, wanted.playbook_version)) {
    return unarmed("playbook", wanted.playbook);
  }
  return {};
}

}  // namespace tocsin
