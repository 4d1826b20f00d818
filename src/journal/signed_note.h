// Signed notes (C2SP signed-note, Ed25519) and the checkpoint bodies in them (C2SP
// tlog-checkpoint).
//
//   note = text "\n" ("— " name " " base64(id:u32be signature:64) "\n")+       text ends with "\n"
//   checkpoint text = origin "\n" size "\n" base64(root) "\n" extension-line*
//
// Pure but for SigningKey::load_or_create.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/proof.h"
#include "sys/file_system.h"

namespace tocsin::journal {

class SigningKey {
 public:
  // <directory>/journal.key (0600, the form of golang.org/x/mod/sumdb/note) and journal.pub.
  static Result<SigningKey> load_or_create(FileSystem& files, const std::string& directory,
                                           const std::string& name);
  static SigningKey from_seed(const std::string& name, const std::array<unsigned char, 32>& seed);

  const VerifierKey& verifier() const { return verifier_; }
  std::string sign(std::string_view text) const;  // the whole note

  friend Status check_private_key(FileSystem& files, const std::string& key_directory,
                                  const VerifierKey& key);

 private:
  static Result<SigningKey> parse(std::string_view text);
  std::string text() const;

  VerifierKey verifier_;
  std::array<unsigned char, 64> secret_{};
};

Result<VerifierKey> load_verifier_key(FileSystem& files, const std::string& key_directory);

// That <key_directory>/journal.key, where it is there and may be read, is as it was written and
// belongs to `key`.
Status check_private_key(FileSystem& files, const std::string& key_directory,
                         const VerifierKey& key);

// The text of a note that `key` has signed; kCorrupt otherwise.
Result<std::string> open_note(std::string_view note, const VerifierKey& key);

Checkpoint sign_checkpoint(const SigningKey& key, std::uint64_t tree_size,
                           const Sha256Digest& root);
// Form only, no signature.
Result<Checkpoint> parse_checkpoint(std::string_view note);
// Form and signature, and that its origin is the key's name.
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key);

// Notes that stand one behind the other in a file.
struct NotePlace {
  std::uint64_t offset = 0;
  std::string_view note;
};
struct NoteList {
  std::vector<NotePlace> notes;
  std::uint64_t end = 0;  // behind the last whole note
};
NoteList split_notes(std::string_view file);

}  // namespace tocsin::journal
