#include "state/state_db.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/fail.h"
#include "state/sql_filter.h"
#include "state/state_file.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

const std::array kSteps = {
    Migration{1, "notes", {"CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL)"}},
    Migration{2, "authors", {"ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT ''"}},
};

class StateDbTest : public ::testing::Test {
 protected:
  std::unique_ptr<StateDb> open(int lock_wait_ms = 5'000) {
    auto db = StateDb::open({.path = path_, .lock_wait_ms = lock_wait_ms, .readers_max = 2}, files_,
                            clock_);
    EXPECT_TRUE(db) << db.error().full_text();
    return db ? std::move(*db) : nullptr;
  }

  std::unique_ptr<StateDb> open_with_notes(int lock_wait_ms = 5'000) {
    auto db = open(lock_wait_ms);
    EXPECT_TRUE(db->migrate("notes", kSteps));
    return db;
  }

  static Status add_note(StateDb& db, long long id, const std::string& text) {
    return db.write("adding a note", [&](soci::session& sql) -> Status {
      sql << "INSERT INTO notes (id, text) VALUES (:id, :text)", soci::use(id), soci::use(text);
      return {};
    });
  }

  static long long count_notes(StateDb& db) {
    long long count = -1;
    EXPECT_TRUE(db.read("counting notes", [&](soci::session& sql) -> Status {
      sql << "SELECT COUNT(*) FROM notes", soci::into(count);
      return {};
    }));
    return count;
  }

  std::string contents() { return *read_file(files_, path_, 1U << 30U); }
  void overwrite(const std::string& bytes) {
    ASSERT_TRUE(files_.remove(path_));
    auto file = files_.open(path_, OpenMode::kCreateNew);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(bytes));
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  const std::string path_ = directory_ / "state.db";
};

TEST_F(StateDbTest, KeepsWhatWasWrittenAcrossOpens) {
  {
    auto db = open_with_notes();
    ASSERT_TRUE(add_note(*db, 1, "one"));
    EXPECT_TRUE(db->open_notes().empty());
  }
  auto db = open_with_notes();
  EXPECT_EQ(count_notes(*db), 1);
  EXPECT_TRUE(db->open_notes().empty());
}

TEST_F(StateDbTest, APathMayHoldSpacesAndEqualSigns) {
  const std::string folder = directory_ / "a b=c d";
  ASSERT_TRUE(files_.create_directories(folder));
  auto db = StateDb::open({.path = folder + "/state.db"}, files_, clock_);
  ASSERT_TRUE(db) << db.error().full_text();
  EXPECT_TRUE((*db)->migrate("notes", kSteps));
  EXPECT_TRUE(files_.info(folder + "/state.db"));
}

TEST_F(StateDbTest, IsNotReadableByOthers) {
  auto db = open_with_notes();
  const auto mode = std::filesystem::status(path_).permissions();
  EXPECT_EQ(mode & std::filesystem::perms::others_all, std::filesystem::perms::none);
}

TEST_F(StateDbTest, RollsBackWhenTheWorkFails) {
  auto db = open_with_notes();
  const Status failed = db->write("trying", [&](soci::session& sql) -> Status {
    sql << "INSERT INTO notes (id, text) VALUES (1, 'x')";
    return fail(ErrorCode::kInvalid, "thought better of it");
  });
  EXPECT_EQ(failed.error().text(), "thought better of it");
  const Status threw = db->write("trying", [&](soci::session& sql) -> Status {
    sql << "INSERT INTO notes (id, text) VALUES (2, 'x')";
    sql << "INSERT INTO nowhere (id) VALUES (2)";
    return {};
  });
  EXPECT_FALSE(threw);
  EXPECT_NE(threw.error().text().find("trying"), std::string::npos);
  EXPECT_EQ(count_notes(*db), 0);
  EXPECT_TRUE(add_note(*db, 3, "works again"));
}

TEST_F(StateDbTest, ABrokenConstraintIsAConflict) {
  auto db = open_with_notes();
  ASSERT_TRUE(add_note(*db, 1, "x"));
  EXPECT_EQ(add_note(*db, 1, "y").error().code(), ErrorCode::kConflict);
}

TEST_F(StateDbTest, ReadersMayNotWrite) {
  auto db = open_with_notes();
  const Status done = db->read("cheating", [&](soci::session& sql) -> Status {
    sql << "INSERT INTO notes (id, text) VALUES (1, 'x')";
    return {};
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(count_notes(*db), 0);
}

TEST_F(StateDbTest, ALockedDatabaseIsExhaustedNotBroken) {
  auto db = open_with_notes(1);
  soci::session other("sqlite3", path_);
  other << "BEGIN IMMEDIATE";
  EXPECT_EQ(add_note(*db, 1, "x").error().code(), ErrorCode::kExhausted);
  EXPECT_EQ(count_notes(*db), 0);  // readers are not held up
  other << "ROLLBACK";
  EXPECT_TRUE(add_note(*db, 1, "x"));
}

TEST_F(StateDbTest, AFullDiskLosesOnlyTheWriteThatFailed) {
  auto db = open_with_notes();
  ASSERT_TRUE(add_note(*db, 1, "small"));
  const Status full = db->write("filling", [&](soci::session& sql) -> Status {
    sql << "PRAGMA max_page_count = 10";
    const std::string text(200'000, 'x');
    sql << "INSERT INTO notes (id, text) VALUES (2, :text)", soci::use(text);
    return {};
  });
  EXPECT_EQ(full.error().code(), ErrorCode::kDiskFull) << full.error().full_text();
  EXPECT_EQ(count_notes(*db), 1);
}

TEST_F(StateDbTest, MigrationsRunOnceAndInOrder) {
  {
    auto db = open();
    ASSERT_TRUE(db->migrate("notes", std::span(kSteps).first(1)));
    ASSERT_TRUE(add_note(*db, 1, "old"));
  }
  auto db = open();
  ASSERT_TRUE(db->migrate("notes", kSteps));
  ASSERT_TRUE(db->migrate("notes", kSteps));
  std::string author = "?";
  EXPECT_TRUE(db->read("reading", [&](soci::session& sql) -> Status {
    sql << "SELECT author FROM notes WHERE id = 1", soci::into(author);
    return {};
  }));
  EXPECT_EQ(author, "");
}

TEST_F(StateDbTest, RefusesTablesOfANewerProgram) {
  auto db = open_with_notes();
  const Status older = db->migrate("notes", std::span(kSteps).first(1));
  EXPECT_EQ(older.error().code(), ErrorCode::kConflict);
  EXPECT_NE(older.error().text().find("newer"), std::string::npos);
}

TEST_F(StateDbTest, ADamagedFileIsPutAsideAndNamed) {
  {
    auto db = open_with_notes();
    ASSERT_TRUE(add_note(*db, 1, "x"));
  }
  std::string bytes = contents();
  bytes.replace(0, 16, "not a database!!");
  overwrite(bytes);
  auto db = open_with_notes();
  ASSERT_FALSE(db->open_notes().empty());
  EXPECT_NE(db->open_notes().back().find("state.db.damaged-"), std::string::npos);
  EXPECT_EQ(count_notes(*db), 0);
  bool kept = false;
  const auto names = files_.list(directory_.path());
  ASSERT_TRUE(names);
  for (const std::string& name : *names) {
    if (name.starts_with("state.db.damaged-")) {
      kept = *read_file(files_, directory_ / name, 1U << 30U) == bytes;
    }
  }
  EXPECT_TRUE(kept);
}

TEST_F(StateDbTest, EveryFlippedByteOfTheFileAtRestIsFound) {
  {
    auto db = open_with_notes();
    for (long long id = 0; id < 50; ++id) {
      ASSERT_TRUE(add_note(*db, id, std::string(100, 'n')));
    }
  }
  const std::string bytes = contents();
  EXPECT_EQ(*check_state_file(files_, path_), std::vector<std::string>());
  for (std::size_t at = 0; at < bytes.size(); at += at < 128 ? 1 : 211) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    overwrite(flipped);
    const auto faults = check_state_file(files_, path_);
    ASSERT_TRUE(faults) << faults.error().full_text();
    ASSERT_FALSE(faults->empty()) << "byte " << at;
    EXPECT_NE(faults->front().find(path_), std::string::npos);
  }
}

TEST_F(StateDbTest, AChangeFromOutsideIsToldAtOpenAndTheRestServed) {
  {
    auto db = open_with_notes();
    ASSERT_TRUE(add_note(*db, 1, "benign text"));
  }
  std::string bytes = contents();
  const std::size_t at = bytes.find("benign text");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'B';
  overwrite(bytes);
  auto db = open_with_notes();
  ASSERT_EQ(db->open_notes().size(), 1U);
  EXPECT_NE(db->open_notes()[0].find("differs from the checksum"), std::string::npos);
  EXPECT_EQ(count_notes(*db), 1);
}

TEST_F(StateDbTest, TwoProgramsMayUseTheFileAtOnce) {
  auto server = open_with_notes();
  {
    auto command = open_with_notes();
    ASSERT_TRUE(add_note(*command, 1, "from the command line"));
    EXPECT_EQ(count_notes(*server), 1);
  }
  ASSERT_TRUE(add_note(*server, 2, "from the server"));
  server.reset();
  EXPECT_EQ(*check_state_file(files_, path_), std::vector<std::string>());
  auto again = open_with_notes();
  EXPECT_TRUE(again->open_notes().empty());
  EXPECT_EQ(count_notes(*again), 2);
}

TEST_F(StateDbTest, ServesManyThreads) {
  auto db = open_with_notes();
  constexpr int kThreads = 4;
  constexpr int kEach = 20;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          EXPECT_TRUE(add_note(*db, t * kEach + i, "x"));
          EXPECT_GE(count_notes(*db), i + 1);
        }
      });
    }
  }
  EXPECT_EQ(count_notes(*db), kThreads * kEach);
}

TEST_F(StateDbTest, AFilterBindsEveryValue) {
  auto db = open_with_notes();
  ASSERT_TRUE(add_note(*db, 1, "a'; DROP TABLE notes; --"));
  ASSERT_TRUE(add_note(*db, 2, "b"));
  ASSERT_TRUE(add_note(*db, 3, "b"));
  const auto ids = [&](SqlFilter& filter) {
    std::vector<long long> found;
    const Status done = db->read("filtering", [&](soci::session& sql) -> Status {
      long long id = 0;
      soci::statement statement(sql);
      statement.exchange(soci::into(id));
      filter.bind(statement);
      statement.alloc();
      statement.prepare("SELECT id FROM notes" + filter.where() + " ORDER BY id");
      statement.define_and_bind();
      statement.execute();
      while (statement.fetch()) {
        found.push_back(id);
      }
      return {};
    });
    EXPECT_TRUE(done) << done.error().full_text();
    return found;
  };
  SqlFilter all;
  EXPECT_EQ(ids(all), (std::vector<long long>{1, 2, 3}));
  SqlFilter quoted;
  quoted.add("text = :?", std::string("a'; DROP TABLE notes; --"));
  EXPECT_EQ(ids(quoted), (std::vector<long long>{1}));
  SqlFilter several;
  several.add_in("id", {1, 3});
  several.add("text = :?", std::string("b"));
  EXPECT_EQ(ids(several), (std::vector<long long>{3}));
  SqlFilter none;
  none.add_in("id", {});
  EXPECT_TRUE(ids(none).empty());
}

}  // namespace
}  // namespace tocsin
