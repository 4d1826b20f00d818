#include "sys/file_system.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "sys/file_lock.h"

namespace tocsin {
namespace {

class FileSystemTest : public testing::Test {
 protected:
  FileSystemTest() {
    std::string pattern = testing::TempDir() + "/tocsin-sys-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~FileSystemTest() override { std::filesystem::remove_all(directory_); }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  std::string directory_;
  PosixFileSystem files_;
};

TEST_F(FileSystemTest, AppendsAndReadsBack) {
  auto file = files_.open(path("a"), OpenMode::kAppend);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->append("hello ").has_value());
  ASSERT_TRUE((*file)->append("world").has_value());
  ASSERT_TRUE((*file)->sync_data().has_value());
  std::string back(20, '\0');
  EXPECT_EQ((*file)->read_at(6, back).value(), 5U);
  EXPECT_EQ(read_file(files_, path("a"), 100).value(), "hello world");
  EXPECT_EQ(read_file(files_, path("a"), 3).error().code(), ErrorCode::kTooLarge);
}

TEST_F(FileSystemTest, NamesTheFaultAndTheFile) {
  const auto missing = files_.open(path("none"), OpenMode::kRead);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().text().find("none"), std::string::npos);
  ASSERT_TRUE(files_.open(path("b"), OpenMode::kCreateNew).has_value());
  EXPECT_EQ(files_.open(path("b"), OpenMode::kCreateNew).error().code(), ErrorCode::kConflict);
}

TEST_F(FileSystemTest, AtomicWriteReplacesAndLeavesNothingBehind) {
  ASSERT_TRUE(write_file_atomically(files_, path("c"), "one").has_value());
  ASSERT_TRUE(write_file_atomically(files_, path("c"), "two").has_value());
  EXPECT_EQ(read_file(files_, path("c"), 10).value(), "two");
  EXPECT_EQ(files_.list(directory_).value(), std::vector<std::string>{"c"});
}

TEST_F(FileSystemTest, AtomicWriteSurvivesALeftOverTemporary) {
  ASSERT_TRUE(files_.open(path("d.tmp"), OpenMode::kCreateNew).has_value());
  EXPECT_TRUE(write_file_atomically(files_, path("d"), "x").has_value());
}

TEST_F(FileSystemTest, OnlyOneHoldsALockAtATime) {
  {
    const auto first = FileLock::acquire(path("lock"));
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(FileLock::acquire(path("lock")).error().code(), ErrorCode::kConflict);
  }
  EXPECT_TRUE(FileLock::acquire(path("lock")).has_value());
}

TEST(ParentDirectory, IsTheOneAbove) {
  EXPECT_EQ(parent_directory("/a/b"), "/a");
  EXPECT_EQ(parent_directory("/a"), "/");
  EXPECT_EQ(parent_directory("a"), ".");
}

}  // namespace
}  // namespace tocsin
