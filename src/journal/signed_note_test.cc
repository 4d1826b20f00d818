#include "journal/signed_note.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "testing/faulty_file_system.h"

namespace tocsin::journal {
namespace {

SigningKey sample_key() {
  std::array<unsigned char, 32> seed{};
  seed[3] = 9;
  return SigningKey::from_seed("example.org/log", seed);
}

// The example of the Go implementation (golang.org/x/mod/sumdb/note).
constexpr std::string_view kGoKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kGoText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr std::string_view kGoSignature =
    "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

TEST(SignedNote, AgreesWithAnotherImplementation) {
  const auto key = VerifierKey::parse(kGoKey);
  ASSERT_TRUE(key) << key.error().full_text();
  EXPECT_EQ(key->text(), kGoKey);
  const auto text = open_note(std::string(kGoText) + std::string(kGoSignature), *key);
  ASSERT_TRUE(text) << text.error().full_text();
  EXPECT_EQ(*text, kGoText);
}

TEST(SignedNote, VerifierKeysWithAWrongByteAreRefused) {
  for (const std::string_view text :
       {"", "a", "a+b", "a+b+c", "PeterNeumann+c74f20a3+ARpc2Q",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    EXPECT_FALSE(VerifierKey::parse(text)) << text;
  }
}

TEST(Checkpoint, RoundTripsInTheStandardForm) {
  const SigningKey key = sample_key();
  const Checkpoint made = sign_checkpoint(key, 77, sha256("root"));
  EXPECT_TRUE(made.note.starts_with("example.org/log\n77\n" +
                                    base64_encode(digest_view(sha256("root"))) +
                                    "\n\n\u2014 example.org/log "));
  const auto opened = open_checkpoint(made.note, key.verifier());
  ASSERT_TRUE(opened) << opened.error().full_text();
  EXPECT_EQ(opened->tree_size, 77U);
  EXPECT_EQ(opened->root, sha256("root"));
  EXPECT_EQ(opened->note, made.note);
}

TEST(Checkpoint, EveryFlippedByteIsRefused) {
  const SigningKey key = sample_key();
  const std::string note = sign_checkpoint(key, 77, sha256("root")).note;
  for (std::size_t at = 0; at < note.size(); ++at) {
    for (const int bit : {1, 4, 32}) {
      std::string changed = note;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      EXPECT_FALSE(open_checkpoint(changed, key.verifier())) << at << " " << bit;
    }
  }
}

TEST(Checkpoint, MalformedOnesAreRefused) {
  for (const std::string_view text :
       {"", "\n\n", "o\n1\n\n\u2014 x\n", "o\n-1\nAAAA\n\n\u2014 x\n", "o\n01\n\n\n\u2014 x y\n",
        "o\n1\nAAAA\n\n\u2014 x y\n", "o\n99999999999999999999999\nAAAA\n\n\u2014 x y\n"}) {
    EXPECT_FALSE(parse_checkpoint(text)) << text;
  }
}

TEST(NoteFile, SplitsWholeNotesAndLeavesAnUnfinishedOne) {
  const SigningKey key = sample_key();
  const std::string one = sign_checkpoint(key, 1, sha256("1")).note;
  const std::string two = sign_checkpoint(key, 2, sha256("2")).note;
  for (std::size_t cut = 0; cut < two.size(); ++cut) {
    const std::string file = one + two.substr(0, cut);
    const NoteList list = split_notes(file);
    ASSERT_EQ(list.notes.size(), 1U) << cut;
    EXPECT_EQ(list.notes[0].note, one);
    EXPECT_EQ(list.end, one.size());
  }
  const std::string file = one + two;
  const NoteList both = split_notes(file);
  ASSERT_EQ(both.notes.size(), 2U);
  EXPECT_EQ(both.notes[1].note, two);
  EXPECT_EQ(both.notes[1].offset, one.size());
}

TEST(SigningKey, IsMadeOnceAndThenLoaded) {
  FaultyFileSystem files;
  const auto first = SigningKey::load_or_create(files, "/keys", "log");
  ASSERT_TRUE(first);
  const auto second = SigningKey::load_or_create(files, "/keys", "another name");
  ASSERT_FALSE(second);  // a space
  const auto third = SigningKey::load_or_create(files, "/keys", "other");
  ASSERT_TRUE(third);
  EXPECT_EQ(third->verifier().text(), first->verifier().text());
  const auto loaded = load_verifier_key(files, "/keys");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->text(), first->verifier().text());
  files.set_contents("/keys/journal.key", "PRIVATE+KEY+log+00000000+AAAA\n");
  EXPECT_FALSE(SigningKey::load_or_create(files, "/keys", "log"));
}

}  // namespace
}  // namespace tocsin::journal
