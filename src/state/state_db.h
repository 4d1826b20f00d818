// StateDb: the SQL database of what people and keys decide: API keys, alerts, their history.
//
// One file <data>/state.db (SQLite, write-ahead log, FULL sync, foreign keys) behind SOCI; the SQL
// of its users stays portable, so that PostgreSQL can take its place. Not for events: those live in
// the index, and everything here that derives from the journal can be folded again.
//
// Thread-safe. write() runs one function at a time inside a transaction; read() runs several at a
// time on sessions of their own, each seeing a consistent state. Another process may use the same
// file. Exceptions of SOCI never leave: a fault is a Status (kExhausted when the database stays
// locked, kDiskFull, kCorrupt, kConflict for a broken constraint, kIo).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <soci/soci.h>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

struct StateDbOptions {
  std::string path;             // of the database file; its directory must exist
  int lock_wait_ms = 5'000;     // for another process or thread that holds the lock
  std::size_t readers_max = 4;  // read() calls at the same time
};

// One step of a module's tables. Versions of a module start at 1 and rise by 1; a published step is
// never changed, only followed by another.
struct Migration {
  int version;
  std::string_view what;
  std::vector<std::string_view> statements;
};

using StateWork = std::function<Status(soci::session&)>;

class StateDb {
 public:
  // Creates the file when absent. A damaged file is put aside under a name that says so, and an
  // empty database takes its place: open_notes() then tells which file and why.
  static Result<std::unique_ptr<StateDb>> open(StateDbOptions options, FileSystem& files,
                                               Clock& clock);
  ~StateDb();
  StateDb(const StateDb&) = delete;
  StateDb& operator=(const StateDb&) = delete;

  // Brings the tables of `module` to the newest version, once, whoever else tries at the same time.
  // kConflict when the database was written by a newer program.
  Status migrate(std::string_view module, std::span<const Migration> steps);

  // `doing` names the work in errors ("listing alerts"). The transaction is rolled back when `work`
  // fails; nothing of it is visible before it is durable.
  Status read(std::string_view doing, const StateWork& work);
  Status write(std::string_view doing, const StateWork& work) EXCLUDES(write_mutex_);

  // What open() found wrong and did about it, for the log and for people; usually empty.
  const std::vector<std::string>& open_notes() const { return open_notes_; }
  const std::string& path() const { return options_.path; }

 private:
  class Readers;

  StateDb(StateDbOptions options, FileSystem& files, Clock& clock);
  Status connect();
  Status put_aside(const std::string& reason);

  const StateDbOptions options_;
  FileSystem& files_;
  Clock& clock_;
  std::vector<std::string> open_notes_;
  Mutex write_mutex_;
  std::unique_ptr<soci::session> writer_ GUARDED_BY(write_mutex_);
  std::unique_ptr<Readers> readers_;
};

}  // namespace tocsin
