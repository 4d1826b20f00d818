#include "index/duckdb/duckdb_store.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "index/sql_text.h"
#include "index/tokens.h"
#include "testing/event_builder.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin::duck {
namespace {

class Rows final : public RowSink {
 public:
  Status begin(std::span<const ResultColumn> columns) override {
    columns_.assign(columns.begin(), columns.end());
    return {};
  }
  Status row(std::span<Cell> cells) override {
    rows_.emplace_back(cells.begin(), cells.end());
    return {};
  }
  const std::vector<ResultColumn>& columns() const { return columns_; }
  const std::vector<std::vector<Cell>>& rows() const { return rows_; }

 private:
  std::vector<ResultColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// A FileSystem whose Nth call fails, and every call after it (a machine that dies).
class DyingFiles final : public FileSystem {
 public:
  explicit DyingFiles(std::int64_t calls_left) : calls_left_(calls_left) {}
  bool died() const { return calls_left_ <= 0; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    TRY(alive());
    TRY_ASSIGN(auto file, disk_.open(path, mode));
    return std::unique_ptr<File>(std::make_unique<DyingFile>(*this, std::move(file)));
  }
  Result<FileInfo> info(const std::string& path) override { return disk_.info(path); }
  Status rename(const std::string& from, const std::string& to) override {
    TRY(alive());
    return disk_.rename(from, to);
  }
  Status remove(const std::string& path) override {
    TRY(alive());
    return disk_.remove(path);
  }
  Status create_directories(const std::string& path) override {
    TRY(alive());
    return disk_.create_directories(path);
  }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return disk_.list(path);
  }
  Status sync_directory(const std::string& path) override {
    TRY(alive());
    return disk_.sync_directory(path);
  }
  Result<std::uint64_t> free_bytes(const std::string& path) override {
    return disk_.free_bytes(path);
  }

 private:
  class DyingFile final : public File {
   public:
    DyingFile(DyingFiles& files, std::unique_ptr<File> file)
        : files_(files), file_(std::move(file)) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
      return file_->read_at(offset, out);
    }
    Status append(std::string_view bytes) override {
      TRY(files_.alive());
      return file_->append(bytes);
    }
    Status write_at(std::uint64_t offset, std::string_view bytes) override {
      TRY(files_.alive());
      return file_->write_at(offset, bytes);
    }
    Status sync_data() override {
      TRY(files_.alive());
      return file_->sync_data();
    }
    Status truncate(std::uint64_t size) override {
      TRY(files_.alive());
      return file_->truncate(size);
    }
    Result<std::uint64_t> size() override { return file_->size(); }

   private:
    DyingFiles& files_;
    std::unique_ptr<File> file_;
  };

  Status alive() {
    return calls_left_-- > 0 ? Status() : Error(ErrorCode::kDiskFull, "no space left");
  }

  PosixFileSystem disk_;
  std::atomic<std::int64_t> calls_left_;
};

class DuckDbStoreTest : public ::testing::Test {
 protected:
  StoreOptions options() const {
    StoreOptions options;
    options.directory = directory_ / "segments";
    return options;
  }

  std::unique_ptr<DuckDbStore> open(const StoreOptions& options, FileSystem& files) {
    auto store = DuckDbStore::open(options, {files, clock_, log_, metrics_, fields_, datasets_});
    EXPECT_TRUE(store.has_value()) << store.error().full_text();
    return std::move(*store);
  }
  std::unique_ptr<DuckDbStore> open(const StoreOptions& options) { return open(options, files_); }

  Micros at(std::int64_t second) const { return Micros(start_.value) + span_s(second); }

  std::shared_ptr<const EventBatch> batch(Seq first, const std::vector<TestEvent>& events) {
    return make_batch(fields_, datasets_, first, events);
  }
  // Seqs [first, first + count), one event a second, two datasets by turns.
  std::shared_ptr<const EventBatch> plain_batch(std::uint64_t first, std::uint64_t count) {
    std::vector<TestEvent> events;
    for (std::uint64_t seq = first; seq < first + count; ++seq) {
      const auto number = static_cast<std::int64_t>(seq);
      events.push_back({seq % 2 == 0 ? "even.log" : "odd.log",
                        at(number),
                        {{"event.action", Value::text(seq % 3 == 0 ? "third" : "other")},
                         {"source.port", Value::integer(number)}}});
    }
    return batch(Seq(first), events);
  }

  Rows run(DuckDbStore& store, const std::string& select, const std::string& dataset,
           const std::vector<SqlValue>& values = {}) {
    Rows rows;
    const auto view = store.view();
    TableParts parts;
    for (const auto& part : view->parts) {
      if (part->dataset == dataset) {
        parts.push_back(part);
      }
    }
    const Cancel cancel;
    const auto done =
        store.run({select + " FROM " + store.relation(parts), values, parts, {}}, rows, cancel);
    EXPECT_TRUE(done.has_value()) << done.error().full_text();
    return rows;
  }

  // Every Seq that the store serves, over all datasets, sorted.
  std::vector<std::int64_t> seqs(DuckDbStore& store) {
    std::vector<std::int64_t> out;
    const auto view = store.view();
    for (const auto& part : view->parts) {
      Rows rows;
      const TableParts parts = {part};
      const Cancel cancel;
      const auto done =
          store.run({"SELECT _seq FROM " + store.relation(parts), {}, parts, {}}, rows, cancel);
      if (!done) {
        EXPECT_EQ(done.error().code(), ErrorCode::kConflict) << done.error().full_text();
        return seqs(store);
      }
      for (const auto& row : rows.rows()) {
        out.push_back(std::get<std::int64_t>(row[0]));
      }
    }
    std::ranges::sort(out);
    return out;
  }
  static std::vector<std::int64_t> upto(std::int64_t end) {
    std::vector<std::int64_t> out;
    for (std::int64_t seq = 1; seq < end; ++seq) {
      out.push_back(seq);
    }
    return out;
  }

  std::vector<std::string> files_of(std::string_view suffix) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (entry.is_regular_file() && entry.path().string().ends_with(suffix)) {
        found.push_back(entry.path().string());
      }
    }
    std::ranges::sort(found);
    return found;
  }
  static void flip_byte(const std::string& path, std::uint64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ 0x10));
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Log log_;
  Metrics metrics_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  const Micros start_{1'790'000'000'000'000};
};

TEST_F(DuckDbStoreTest, AnEventIsVisibleAfterTheNextTick) {
  const auto store = open(options());
  ASSERT_TRUE(store->append(*plain_batch(1, 10)).has_value());
  clock_.advance(span_ms(200));
  store->maintain(clock_.now());
  EXPECT_EQ(seqs(*store), upto(11));
  EXPECT_EQ(store->appended_end(), Seq(11));
  EXPECT_EQ(store->sealed_end(), Seq(1));
}

TEST_F(DuckDbStoreTest, SealedEventsSurviveAndUnsealedAreAskedForAgain) {
  {
    const auto store = open(options());
    ASSERT_TRUE(store->append(*plain_batch(1, 5'000)).has_value());
    ASSERT_TRUE(store->seal().has_value());
    EXPECT_EQ(store->sealed_end(), Seq(5'001));
    ASSERT_TRUE(store->append(*plain_batch(5'001, 100)).has_value());
  }
  const auto store = open(options());
  EXPECT_EQ(store->sealed_end(), Seq(5'001));
  EXPECT_EQ(store->appended_end(), Seq(5'001));
  // A replay that begins too early takes nothing twice.
  ASSERT_TRUE(store->append(*plain_batch(4'001, 2'000)).has_value());
  ASSERT_TRUE(store->seal().has_value());
  EXPECT_EQ(seqs(*store), upto(6'001));
}

TEST_F(DuckDbStoreTest, EveryTypeComesBackAsItWentIn) {
  const auto store = open(options());
  const std::string long_text(700, 'm');
  ASSERT_TRUE(store
                  ->append(*batch(Seq(1), {{"test.log",
                                            at(0),
                                            {{"user.name", Value::text("alice in wonderland")},
                                             {"source.port", Value::text("443")},
                                             {"app.flag", Value::boolean(true)},
                                             {"app.ratio", Value::real(0.5)},
                                             {"message", Value::text(long_text)},
                                             {"bad", Value::text("a\xFFz")},
                                             {"tags", Value::text("one")},
                                             {"tags", Value::text("two")}}}}))
                  .has_value());
  for (const bool sealed : {false, true}) {
    SCOPED_TRACE(sealed);
    ASSERT_TRUE(store->seal().has_value());
    const Rows rows = run(*store,
                          R"(SELECT "user.name", "source.port", "app.flag", "app.ratio",
                             length(message), bad, tags, "@timestamp")",
                          "test.log");
    ASSERT_EQ(rows.rows().size(), 1U);
    const std::vector<Cell> expected = {std::string("alice in wonderland"),
                                        std::int64_t{443},
                                        std::string("true"),
                                        std::string("0.5"),
                                        std::int64_t{512},
                                        std::string("a\xEF\xBF\xBDz"),
                                        std::string("one\x1ftwo"),
                                        at(0)};
    EXPECT_EQ(rows.rows()[0], expected);
  }
  EXPECT_EQ(metrics_.total("tocsin_index_texts_cut_total"), 1U);
  EXPECT_EQ(metrics_.total("tocsin_index_texts_repaired_total"), 1U);
}

TEST_F(DuckDbStoreTest, WhatFitsNoColumnStaysInOverflow) {
  StoreOptions narrow = options();
  narrow.columns_max = 2;
  const auto store = open(narrow);
  ASSERT_TRUE(store
                  ->append(*batch(Seq(1), {{"test.log",
                                            at(0),
                                            {{"source.port", Value::text("no number")},
                                             {"a", Value::text("x")},
                                             {"A", Value::text("other case")},
                                             {"b \"quoted\"", Value::integer(7)},
                                             {"b \"quoted\"", Value::integer(8)}}}}))
                  .has_value());
  ASSERT_TRUE(store->seal().has_value());
  const Rows rows = run(*store, R"(SELECT "source.port", a, _overflow)", "test.log");
  ASSERT_EQ(rows.rows().size(), 1U);
  EXPECT_EQ(rows.rows()[0][0], Cell());
  EXPECT_EQ(rows.rows()[0][1], Cell(std::string("x")));
  EXPECT_EQ(rows.rows()[0][2],
            Cell(std::string(
                R"({"source.port":["no number"],"A":["other case"],"b \"quoted\"":["7","8"]})")));
  const auto part = store->view()->parts.at(0);
  ASSERT_NE(part->column("A"), nullptr);
  EXPECT_FALSE(part->column("A")->stored);
  EXPECT_TRUE(part->column("source.port")->overflow);
  EXPECT_EQ(part->column("nothing"), nullptr);
}

TEST_F(DuckDbStoreTest, AKillAtAnyStepOfSealingLosesAndDoublesNothing) {
  int deaths = 0;
  for (std::int64_t calls = 0; calls < 200; ++calls) {
    std::filesystem::remove_all(directory_ / "segments");
    {
      const auto store = open(options());
      ASSERT_TRUE(store->append(*plain_batch(1, 50)).has_value());
      ASSERT_TRUE(store->seal().has_value());
    }
    DyingFiles dying(calls);
    bool opened = false;
    {
      auto store =
          DuckDbStore::open(options(), {dying, clock_, log_, metrics_, fields_, datasets_});
      if (store) {
        opened = true;
        ASSERT_TRUE((*store)->append(*plain_batch(51, 50)).has_value());
        static_cast<void>((*store)->seal().has_value());
      }
    }
    const bool died = dying.died();
    deaths += opened && died ? 1 : 0;
    const auto store = open(options());
    const Seq sealed = store->sealed_end();
    ASSERT_TRUE(sealed == Seq(51) || sealed == Seq(101)) << sealed.value << " after " << calls;
    EXPECT_EQ(seqs(*store), upto(static_cast<std::int64_t>(sealed.value)));
    ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
    ASSERT_TRUE(store->seal().has_value());
    EXPECT_EQ(seqs(*store), upto(101)) << "after " << calls;
    EXPECT_EQ(files_of(".parquet").size(), 4U);
    EXPECT_TRUE(files_of(".tmp").empty());
    if (!died) {
      break;
    }
  }
  EXPECT_GT(deaths, 10);
}

TEST_F(DuckDbStoreTest, AFullDiskKeepsEventsInMemoryAndPushesBack) {
  StoreOptions small = options();
  small.seal_rows_max = 100;
  DyingFiles full(3);
  const auto store = open(small, full);
  ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
  Status last;
  std::uint64_t next = 101;
  for (int i = 0; i < 10 && last; ++i) {
    last = store->append(*plain_batch(next, 100));
    next += last ? 100U : 0U;
  }
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().code(), ErrorCode::kDiskFull);
  EXPECT_EQ(store->appended_end(), Seq(next));
  EXPECT_EQ(seqs(*store), upto(static_cast<std::int64_t>(next)));
  EXPECT_EQ(store->sealed_end(), Seq(1));
  EXPECT_GT(metrics_.total("tocsin_index_seal_failures_total"), 0U);
}

TEST_F(DuckDbStoreTest, AFlippedByteAnywhereIsFoundAndTheRestServed) {
  {
    const auto store = open(options());
    ASSERT_TRUE(store->append(*plain_batch(1, 400)).has_value());
    ASSERT_TRUE(store->seal().has_value());
  }
  const std::string victim = files_of(".parquet").at(0);  // even.log
  const std::uint64_t size = std::filesystem::file_size(victim);
  for (std::uint64_t offset = 0; offset < size; offset += size / 8) {
    SCOPED_TRACE(offset);
    flip_byte(victim, offset);
    StoreOptions reading = options();
    reading.read_only = true;
    {
      const auto store = open(reading);
      TableParts parts = store->view()->parts;
      const auto bad = std::ranges::find(parts, std::string("even.log"), &TablePart::dataset);
      ASSERT_FALSE(static_cast<const Segment&>(**bad).verify().has_value());
    }
    flip_byte(victim, offset);
  }
  flip_byte(victim, size / 2);
  const auto store = open(options());
  store->settle();
  std::vector<std::int64_t> odd;
  for (std::int64_t seq = 1; seq <= 400; seq += 2) {
    odd.push_back(seq);
  }
  EXPECT_EQ(seqs(*store), odd);
  const auto damaged = store->damaged();
  ASSERT_EQ(damaged.size(), 1U);
  EXPECT_EQ(damaged[0].dataset, "even.log");
  EXPECT_EQ(damaged[0].rows, 200U);
  EXPECT_EQ(damaged[0].ranges, (std::vector<SeqRange>{{Seq(1), Seq(401)}}));
  EXPECT_EQ(files_of(".damaged").size(), 1U);
  EXPECT_EQ(metrics_.total("tocsin_index_damaged_segments_total"), 1U);

  bool given = false;
  const auto restored =
      store->restore(damaged[0], [&]() -> Result<std::shared_ptr<const EventBatch>> {
        if (given) {
          return std::shared_ptr<const EventBatch>();
        }
        given = true;
        return plain_batch(1, 400);
      });
  ASSERT_TRUE(restored.has_value()) << restored.error().full_text();
  EXPECT_EQ(seqs(*store), upto(401));
  EXPECT_TRUE(store->damaged().empty());
  EXPECT_TRUE(files_of(".damaged").empty());
}

TEST_F(DuckDbStoreTest, FiguresAreReadWhileEventsArrive) {
  const auto store = open(options());
  std::atomic<bool> ended = false;
  std::uint64_t most = 0;
  std::jthread reader([&] {
    while (!ended.load()) {
      const std::uint64_t rows = store->stats().rows;
      EXPECT_GE(rows, most);
      most = rows;
      std::uint64_t in_datasets = 0;
      for (const DatasetSummary& dataset : store->schema()) {
        in_datasets += dataset.rows;
      }
      EXPECT_GE(in_datasets, rows);
    }
  });
  for (std::uint64_t next = 1; next <= 20'000; next += 100) {
    ASSERT_TRUE(store->append(*plain_batch(next, 100)).has_value());
  }
  ended = true;
  reader.join();
  clock_.advance(span_ms(200));
  store->maintain(clock_.now());
  EXPECT_EQ(store->stats().rows, 20'000U);
}

TEST_F(DuckDbStoreTest, ADamagedFilterIsDoneWithout) {
  {
    const auto store = open(options());
    ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
    ASSERT_TRUE(store->seal().has_value());
  }
  flip_byte(files_of(".filter").at(0), 20);
  const auto store = open(options());
  const std::shared_ptr<const StoreView> view = store->view();
  for (const auto& part : view->parts) {
    const std::vector<std::uint64_t> absent = {12'345};
    EXPECT_EQ(part->may_hold("event.action", absent), part->dataset == "even.log");
  }
  EXPECT_EQ(seqs(*store), upto(101));
}

TEST_F(DuckDbStoreTest, ADamagedCatalogueIsReadFromItsCopyAndTwoAreRefusedByName) {
  {
    const auto store = open(options());
    ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
    ASSERT_TRUE(store->seal().has_value());
  }
  flip_byte(directory_ / "segments/catalogue", 60);
  {
    const auto store = open(options());
    EXPECT_EQ(seqs(*store), upto(101));
    EXPECT_EQ(metrics_.total("tocsin_index_damaged_segments_total"), 1U);
  }
  flip_byte(directory_ / "segments/catalogue.copy", 70);
  const auto store =
      DuckDbStore::open(options(), {files_, clock_, log_, metrics_, fields_, datasets_});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::kCorrupt);
  EXPECT_NE(store.error().full_text().find("segments/catalogue"), std::string::npos);
}

TEST_F(DuckDbStoreTest, SmallSegmentsOfADayBecomeOne) {
  StoreOptions merging = options();
  merging.compact_segments_min = 4;
  std::uint64_t next = 1;
  const auto store = open(merging);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(store->append(*plain_batch(next, 100)).has_value());
    next += 100;
    ASSERT_TRUE(store->seal().has_value());
  }
  EXPECT_EQ(store->stats().segments, 10U);
  const auto before = store->view();
  clock_.advance(span_s(61));
  store->maintain(clock_.now());
  store->settle();
  EXPECT_EQ(store->stats().segments, 2U);
  EXPECT_EQ(seqs(*store), upto(501));
  EXPECT_EQ(store->view()->parts.at(0)->ranges, (std::vector<SeqRange>{{Seq(1), Seq(501)}}));
  EXPECT_EQ(store->view()->parts.at(0)->may_hold("event.action", tokens_of_value("third")), true);
  EXPECT_EQ(store->view()->parts.at(0)->may_hold("event.action", tokens_of_value("absent")), false);
  EXPECT_EQ(files_of(".parquet").size(), 12U) << "an old view still holds the old files";
}

TEST_F(DuckDbStoreTest, FilesOfMergedSegmentsGoWithTheirLastView) {
  StoreOptions merging = options();
  merging.compact_segments_min = 2;
  const auto store = open(merging);
  for (std::uint64_t first = 1; first < 201; first += 100) {
    ASSERT_TRUE(store->append(*plain_batch(first, 100)).has_value());
    ASSERT_TRUE(store->seal().has_value());
  }
  clock_.advance(span_s(61));
  store->maintain(clock_.now());
  store->settle();
  EXPECT_EQ(files_of(".parquet").size(), 2U);
  EXPECT_EQ(files_of(".filter").size(), 2U);
}

TEST_F(DuckDbStoreTest, RetentionCountsFromTheTimeReceived) {
  const auto store = open(options());
  ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
  ASSERT_TRUE(store->seal().has_value());
  clock_.advance(Span(start_.value + options().retention.value - clock_.now().value));
  store->maintain(clock_.now());
  store->settle();
  EXPECT_EQ(store->stats().rows, 100U);
  clock_.advance(span_s(200));
  store->maintain(clock_.now());
  store->settle();
  EXPECT_EQ(store->stats().rows, 0U);
  EXPECT_EQ(store->sealed_end(), Seq(101));
}

TEST_F(DuckDbStoreTest, EventsOutOfTimeOrderAreSortedInTheirSegment) {
  const auto store = open(options());
  std::vector<TestEvent> events;
  for (int i = 0; i < 100; ++i) {
    events.push_back({"test.log", at((i * 37) % 100), {}});
  }
  ASSERT_TRUE(store->append(*batch(Seq(1), events)).has_value());
  ASSERT_TRUE(store->seal().has_value());
  const Rows rows = run(*store, R"(SELECT "@timestamp")", "test.log");
  ASSERT_EQ(rows.rows().size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(rows.rows(), {},
                                     [](const auto& row) { return std::get<Micros>(row[0]); }));
}

TEST_F(DuckDbStoreTest, ALongQueryStopsWhenAskedOrInTime) {
  const auto store = open(options());
  StoreQuery query;
  query.sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7";
  Rows rows;
  Cancel cancel;
  cancel.stop();
  auto done = store->run(query, rows, cancel);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code(), ErrorCode::kCancelled);
  const Cancel none;
  query.limits.time = Span(-1);
  done = store->run(query, rows, none);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code(), ErrorCode::kTimeout);
}

TEST_F(DuckDbStoreTest, TheSandboxReadsDatasetsAndNothingElse) {
  const auto store = open(options());
  ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
  ASSERT_TRUE(store->seal().has_value());
  ASSERT_TRUE(store->append(*plain_batch(101, 100)).has_value());
  clock_.advance(span_s(1));
  store->maintain(clock_.now());
  const Cancel cancel;
  Rows rows;
  const auto good = store->run_sandboxed(
      R"(SELECT sum("source.port") AS s, [1], DATE '2026-01-02', "event.action" IS NULL AS n
         FROM "even.log" GROUP BY n; -- done)",
      {}, rows, cancel);
  ASSERT_TRUE(good.has_value()) << good.error().full_text();
  ASSERT_EQ(rows.rows().size(), 1U);
  EXPECT_EQ(rows.rows()[0][0], Cell(10'100.0));
  EXPECT_EQ(rows.rows()[0][2], Cell(std::string("2026-01-02")));

  const std::string file = files_of(".parquet").at(0);
  const std::string catalogue = directory_ / "segments/catalogue";
  for (const std::string& bad : {
           std::string("SELECT * FROM read_text('/etc/hostname')"),
           std::string("SELECT * FROM '/etc/passwd'"),
           "SELECT * FROM read_text(" + sql_literal(catalogue) + ")",
           std::string("SELECT * FROM glob('/*')"),
           "COPY (SELECT 1) TO " + sql_literal(file),
           std::string("COPY (SELECT 1) TO '/tmp/tocsin-sandbox'"),
           std::string("ATTACH '/tmp/tocsin-sandbox.db' AS x"),
           std::string("INSTALL httpfs"),
           std::string("LOAD httpfs"),
           std::string("SET enable_external_access = true"),
           std::string("PRAGMA database_list"),
           std::string("CREATE TABLE t(a INT)"),
           std::string("DROP VIEW \"even.log\""),
           std::string("SELECT 1; SELECT 2"),
           std::string("SELECT ?"),
           std::string("SELECT 1) AS x; DROP VIEW \"even.log\"; SELECT (1"),
           std::string(""),
           std::string("nonsense"),
       }) {
    SCOPED_TRACE(bad);
    Rows none;
    const auto done = store->run_sandboxed(bad, {}, none, cancel);
    EXPECT_FALSE(done.has_value());
  }
}

TEST_F(DuckDbStoreTest, ReadOnlyTouchesNothing) {
  {
    const auto store = open(options());
    ASSERT_TRUE(store->append(*plain_batch(1, 100)).has_value());
    ASSERT_TRUE(store->seal().has_value());
  }
  const std::string stray = parent_directory(files_of(".parquet").at(0)) + "/stray.parquet";
  std::ofstream(stray) << "x";
  StoreOptions reading = options();
  reading.read_only = true;
  const auto store = open(reading);
  EXPECT_EQ(seqs(*store), upto(101));
  EXPECT_FALSE(store->append(*plain_batch(101, 1)).has_value());
  EXPECT_TRUE(std::filesystem::exists(stray));
}

}  // namespace
}  // namespace tocsin::duck
