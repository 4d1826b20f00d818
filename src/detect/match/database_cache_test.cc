#include "detect/match/database_cache.h"

#include <gtest/gtest.h>

#include "testing/temp_directory.h"

namespace tocsin::match {
namespace {

PatternSet literals(const std::string& prefix, int count = 40) {
  PatternSet set;
  for (int i = 0; i < count; ++i) {
    set.patterns.push_back({prefix + std::to_string(i) + "x", i % 2 == 0, false, false, false});
  }
  return set;
}

PatternSet regexes() {
  return {PatternKind::kRegexes,
          {{"ab+c", true, false, false, true},
           {std::string("a\0b", 3), false, false, false, true},
           {"(a)\\1", false, false, false, true}}};
}

std::vector<std::uint32_t> found_in(const PatternDatabase& database, std::string_view text) {
  ScanScratch scratch;
  database.prepare(scratch);
  std::vector<std::uint32_t> found;
  database.scan(
      text, scratch,
      [](void* context, std::uint32_t pattern, std::size_t) {
        static_cast<std::vector<std::uint32_t>*>(context)->push_back(pattern);
      },
      &found);
  return found;
}

class DatabaseCacheTest : public testing::Test {
 protected:
  std::string only_file() {
    const auto names = files_.list(folder_);
    EXPECT_TRUE(names && names->size() == 1U);
    return names && !names->empty() ? folder_ + "/" + names->front() : std::string();
  }
  void rewrite(const std::string& path, const std::string& bytes) {
    EXPECT_TRUE(files_.remove(path));
    EXPECT_TRUE(write_file_atomically(files_, path, bytes));
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  const std::string folder_ = directory_ / "cache/patterns";
};

TEST_F(DatabaseCacheTest, SecondStartReadsWhatTheFirstCompiled) {
  for (const PatternSet& set : {literals("word"), regexes()}) {
    DatabaseCache first(files_, folder_);
    const auto made = first.obtain(set);
    ASSERT_TRUE(made) << made.error().full_text();
    DatabaseCache second(files_, folder_);
    const auto read = second.obtain(set);
    ASSERT_TRUE(read) << read.error().full_text();
    EXPECT_EQ(first.counts().compiled, 1U);
    EXPECT_EQ(second.counts().compiled, 0U);
    EXPECT_EQ(second.counts().read, 1U);
    EXPECT_EQ((*read)->refused(), (*made)->refused());
    EXPECT_EQ(found_in(**read, "a WORD6x ABBC"), found_in(**made, "a WORD6x ABBC"));
    EXPECT_EQ(found_in(**read, "a WORD6x ABBC").size(), 1U);
  }
}

TEST_F(DatabaseCacheTest, RefusedRegexesAreNamed) {
  EXPECT_EQ((*PatternDatabase::compile(regexes()))->refused(), (std::vector<std::uint32_t>{1}))
      << "a pattern with a NUL byte; back references are searched for with a prefilter";
}

TEST_F(DatabaseCacheTest, EqualSetsAreOneWhileSomebodyUsesThem) {
  DatabaseCache cache;
  const auto one = cache.obtain(literals("a"));
  const auto same = cache.obtain(literals("a"));
  const auto other = cache.obtain(literals("b"));
  EXPECT_EQ(*one, *same);
  EXPECT_NE(*one, *other);
  EXPECT_EQ(cache.counts().shared, 1U);
  EXPECT_EQ(cache.counts().compiled, 2U);
}

TEST_F(DatabaseCacheTest, DamagedForeignAndCutFilesAreIgnoredCountedAndWrittenAgain) {
  const PatternSet set = literals("word");
  {
    DatabaseCache cache(files_, folder_);
    ASSERT_TRUE(cache.obtain(set));
  }
  const std::string path = only_file();
  const std::string good = read_file(files_, path, 1U << 20U).value();
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(~flipped[good.size() / 2]);
  std::string foreign = good;
  foreign[10] = foreign[10] == 'f' ? 'e' : 'f';
  for (const std::string& bad :
       {flipped, foreign, good.substr(0, good.size() - 1), good.substr(0, 20), std::string()}) {
    rewrite(path, bad);
    DatabaseCache cache(files_, folder_);
    const auto database = cache.obtain(set);
    ASSERT_TRUE(database) << database.error().full_text();
    EXPECT_EQ(found_in(**database, "word6x").size(), 1U);
    EXPECT_EQ(cache.counts().unusable, 1U);
    EXPECT_EQ(cache.counts().compiled, 1U);
    EXPECT_EQ(read_file(files_, path, 1U << 20U).value(), good);
  }
}

TEST_F(DatabaseCacheTest, FolderThatCannotBeWrittenIsCountedAndDoesNoHarm) {
  ASSERT_TRUE(write_file_atomically(files_, directory_ / "file", "x"));
  DatabaseCache cache(files_, directory_ / "file/below");
  EXPECT_TRUE(cache.obtain(literals("a")));
  EXPECT_EQ(cache.counts().unwritten, 1U);
}

TEST_F(DatabaseCacheTest, OldestFilesGoWhenTheFolderIsTooLarge) {
  DatabaseCache cache(files_, folder_);
  for (const char* prefix : {"a", "b", "c"}) {
    ASSERT_TRUE(cache.obtain(literals(prefix)));
  }
  ASSERT_EQ(files_.list(folder_)->size(), 3U);
  std::uint64_t bytes = 0;
  const std::vector<std::string> names = files_.list(folder_).value();
  for (const std::string& name : names) {
    bytes += files_.info(folder_ + "/" + name)->size;
  }
  cache.trim(bytes - 1);
  EXPECT_EQ(files_.list(folder_)->size(), 2U);
  cache.trim(0);
  EXPECT_TRUE(files_.list(folder_)->empty());
}

TEST_F(DatabaseCacheTest, SmallSetsAreNotWorthAFile) {
  DatabaseCache cache(files_, folder_);
  ASSERT_TRUE(cache.obtain(literals("a", 3)));
  EXPECT_FALSE(files_.info(folder_).has_value());
}

}  // namespace
}  // namespace tocsin::match
