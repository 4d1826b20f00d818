#include "state/state_db.h"

#include <condition_variable>
#include <mutex>

#include "base/check.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "state/sql_fault.h"
#include "state/state_file.h"

namespace tocsin {
namespace {

constexpr std::size_t kReadersMax = 64;

// A session of ours on the file: waits for locks, keeps every commit through a power cut.
Result<std::unique_ptr<soci::session>> open_session(const StateDbOptions& options) {
  TRY_ASSIGN(const std::string connection, sqlite_connection(options.path));
  try {
    auto session = std::make_unique<soci::session>("sqlite3", connection);
    *session << fmt::format("PRAGMA busy_timeout = {}", options.lock_wait_ms);
    *session << "PRAGMA journal_mode = WAL";
    *session << "PRAGMA synchronous = FULL";
    *session << "PRAGMA foreign_keys = ON";
    *session << "PRAGMA trusted_schema = OFF";
    return session;
  } catch (const std::exception& thrown) {
    return sql_fault("opening " + options.path, thrown);
  }
}

// Runs `work` between `begin` and COMMIT; ROLLBACK when it fails.
Status in_transaction(soci::session& session, const char* begin, std::string_view doing,
                      const StateWork& work) {
  bool begun = false;
  Status done;
  try {
    session << begin;
    begun = true;
    done = work(session);
    if (done) {
      session << "COMMIT";
      return done;
    }
  } catch (const std::exception& thrown) {
    done = sql_fault(doing, thrown);
  }
  if (begun) {
    try {
      session << "ROLLBACK";
    } catch (const std::exception&) {
      // SQLite rolls back by itself after some faults, and then says that nothing is open.
    }
  }
  return done;
}

}  // namespace

// The sessions of read(), handed out one each.
class StateDb::Readers {
 public:
  explicit Readers(std::vector<std::unique_ptr<soci::session>> sessions)
      : sessions_(std::move(sessions)) {}

  std::unique_ptr<soci::session> take() {
    std::unique_lock lock(mutex_);
    has_one_.wait(lock, [this] { return !sessions_.empty(); });
    auto session = std::move(sessions_.back());
    sessions_.pop_back();
    return session;
  }

  void give_back(std::unique_ptr<soci::session> session) {
    const std::scoped_lock lock(mutex_);
    sessions_.push_back(std::move(session));
    has_one_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_one_;
  std::vector<std::unique_ptr<soci::session>> sessions_;
};

StateDb::StateDb(StateDbOptions options, FileSystem& files, Clock& clock)
    : options_(std::move(options)), files_(files), clock_(clock) {}

Result<std::unique_ptr<StateDb>> StateDb::open(StateDbOptions options, FileSystem& files,
                                               Clock& clock) {
  CHECK(options.readers_max > 0 && options.readers_max <= kReadersMax);
  std::unique_ptr<StateDb> db(new StateDb(std::move(options), files, clock));
  const std::string& path = db->options_.path;
  TRY_ASSIGN(std::string changed, state_checksum_fault(files, path));
  if (!changed.empty()) {
    db->open_notes_.push_back(std::move(changed));
  }
  // Creating it here gives it our file mode, which SQLite's companions inherit.
  TRY(files.open(path, OpenMode::kAppend));
  TRY_ASSIGN(const std::string damage, state_structure_fault(path));
  if (!damage.empty()) {
    TRY(db->put_aside(damage));
  }
  TRY(remove_state_checksum(files, path));
  TRY(db->connect());
  TRY(db->migrate("state", {}));
  return db;
}

StateDb::~StateDb() {
  const bool was_open = readers_ != nullptr;
  readers_.reset();
  {
    const MutexLock lock(write_mutex_);
    writer_.reset();
  }
  // The last one to close removes the write-ahead log; only then is the file at rest.
  if (was_open && !files_.info(options_.path + "-wal")) {
    if (!write_state_checksum(files_, options_.path)) {
      // Without the checksum a later change from outside stays unnoticed: no loss of data.
      static_cast<void>(remove_state_checksum(files_, options_.path));
    }
  }
}

Status StateDb::connect() {
  TRY_ASSIGN(auto writer, open_session(options_));
  std::vector<std::unique_ptr<soci::session>> readers;
  for (std::size_t i = 0; i < options_.readers_max; ++i) {
    TRY_ASSIGN(auto reader, open_session(options_));
    try {
      *reader << "PRAGMA query_only = ON";
    } catch (const std::exception& thrown) {
      return sql_fault("opening " + options_.path, thrown);
    }
    readers.push_back(std::move(reader));
  }
  const MutexLock lock(write_mutex_);
  writer_ = std::move(writer);
  readers_ = std::make_unique<Readers>(std::move(readers));
  return {};
}

Status StateDb::put_aside(const std::string& reason) {
  const std::string aside = fmt::format("{}.damaged-{}", options_.path, clock_.now().value);
  for (const std::string_view companion : {"-wal", "-shm"}) {
    const std::string from = options_.path + std::string(companion);
    if (files_.info(from)) {
      TRY(files_.rename(from, aside + std::string(companion)));
    }
  }
  TRY(files_.rename(options_.path, aside));
  TRY(files_.sync_directory(parent_directory(options_.path)));
  open_notes_.push_back(fmt::format(
      "{}; it was put aside as {} and a new, empty state database begun", reason, aside));
  TRY(files_.open(options_.path, OpenMode::kAppend));
  return {};
}

Status StateDb::read(std::string_view doing, const StateWork& work) {
  auto session = readers_->take();
  Status done = in_transaction(*session, "BEGIN", doing, work);
  readers_->give_back(std::move(session));
  return done;
}

Status StateDb::write(std::string_view doing, const StateWork& work) {
  const MutexLock lock(write_mutex_);
  // IMMEDIATE takes the lock at once: a transaction that reads first could not wait for it later.
  return in_transaction(*writer_, "BEGIN IMMEDIATE", doing, work);
}

Status StateDb::migrate(std::string_view module, std::span<const Migration> steps) {
  return write(fmt::format("bringing the tables of {} up to date", module),
               [&](soci::session& sql) -> Status {
                 sql << "CREATE TABLE IF NOT EXISTS schema_migrations ("
                        "module TEXT NOT NULL, version BIGINT NOT NULL, what TEXT NOT NULL, "
                        "applied TEXT NOT NULL, PRIMARY KEY (module, version))";
                 const std::string name(module);
                 long long newest = 0;
                 sql << "SELECT COALESCE(MAX(version), 0) FROM schema_migrations "
                        "WHERE module = :module",
                     soci::use(name), soci::into(newest);
                 if (newest > static_cast<long long>(steps.size())) {
                   return fail(ErrorCode::kConflict,
                               "{} holds version {} of the {} tables and this program knows only "
                               "{}: it was written by a newer tocsin",
                               options_.path, newest, module, steps.size());
                 }
                 for (const Migration& step : steps.subspan(static_cast<std::size_t>(newest))) {
                   CHECK(step.version == ++newest);
                   for (const std::string_view statement : step.statements) {
                     sql << statement;
                   }
                   const std::string what(step.what);
                   const std::string applied = iso_time(clock_.now());
                   sql << "INSERT INTO schema_migrations (module, version, what, applied) "
                          "VALUES (:module, :version, :what, :applied)",
                       soci::use(name), soci::use(newest), soci::use(what), soci::use(applied);
                 }
                 return {};
               });
}

}  // namespace tocsin
