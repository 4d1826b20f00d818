#include "alert/notify/secret_box.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "testing/temp_directory.h"

namespace tocsin {
namespace {

TEST(SecretBox, OpensWhatItSealedAlsoAfterARestart) {
  TempDirectory directory;
  PosixFileSystem files;
  const std::string path = directory / "channels.key";
  const auto box = SecretBox::open(files, path);
  ASSERT_TRUE(box) << box.error().full_text();
  const std::string sealed = box->seal("topsecret");
  EXPECT_EQ(sealed.find("topsecret"), std::string::npos);
  EXPECT_NE(box->seal("topsecret"), sealed) << "a nonce each time";
  const auto again = SecretBox::open(files, path);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again->unseal(sealed), "topsecret");
  EXPECT_EQ(*again->unseal(box->seal("")), "");
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(SecretBox, RefusesWhatWasChangedOrSealedUnderAnotherKey) {
  TempDirectory directory;
  PosixFileSystem files;
  const auto one = SecretBox::open(files, directory / "one.key");
  const auto other = SecretBox::open(files, directory / "other.key");
  ASSERT_TRUE(one && other);
  const std::string sealed = one->seal("topsecret");
  EXPECT_EQ(other->unseal(sealed).error().code(), ErrorCode::kCorrupt);
  for (std::size_t i = 0; i < sealed.size(); i += 3) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(one->unseal(changed)) << i;
  }
  for (const char* const bad : {"", "A", "####"}) {
    EXPECT_FALSE(one->unseal(bad));
  }
}

TEST(SecretBox, ADamagedKeyFileIsKeptAsideAndAnotherMade) {
  PosixFileSystem files;
  TempDirectory directory;
  const std::string path = directory / "channels.key";
  ASSERT_TRUE(SecretBox::open(files, path));
  const std::string intact = *read_file(files, path, 1'000);
  for (std::size_t at = 0; at < intact.size(); ++at) {
    std::string flipped = intact;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    ASSERT_TRUE(write_file_atomically(files, path, flipped));
    const auto box = SecretBox::open(files, path);
    ASSERT_TRUE(box) << at;
    EXPECT_TRUE(box->was_damaged()) << at;
    EXPECT_EQ(*read_file(files, path + ".damaged", 1'000), flipped);
    EXPECT_EQ(*box->unseal(box->seal("token")), "token");
    EXPECT_FALSE(SecretBox::open(files, path)->was_damaged());
  }
}

}  // namespace
}  // namespace tocsin
