#include "journal/signed_note.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <sodium.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr char kEd25519 = 1;

std::string typed_key(std::string_view bytes) {
  return std::string(1, kEd25519).append(bytes);
}

std::string_view view(const std::array<unsigned char, 32>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint32_t key_id(std::string_view name, const std::array<unsigned char, 32>& key) {
  const Sha256Digest hash = sha256(std::string(name) + "\n", typed_key(view(key)));
  return std::uint32_t{hash[0]} << 24U | std::uint32_t{hash[1]} << 16U |
         std::uint32_t{hash[2]} << 8U | hash[3];
}

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.find('+') == std::string_view::npos &&
         std::ranges::none_of(name, [](char c) { return is_space(c); });
}

// 32 bytes behind the algorithm byte.
std::optional<std::array<unsigned char, 32>> decode_key(std::string_view base64) {
  const std::optional<std::string> bytes = base64_decode(base64);
  if (!bytes || bytes->size() != 33 || bytes->front() != kEd25519) {
    return std::nullopt;
  }
  std::array<unsigned char, 32> key{};
  std::memcpy(key.data(), bytes->data() + 1, key.size());
  return key;
}

}  // namespace

std::string VerifierKey::text() const {
  return fmt::format("{}+{:08x}+{}", name, id, base64_encode(typed_key(view(key))));
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  text = trim(text);
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || !is_key_name(text.substr(0, first))) {
    return fail(ErrorCode::kInvalid, "a verifier key has the form name+hash+base64, not \"{}\"",
                text.substr(0, 200));
  }
  const auto bytes = decode_key(text.substr(second + 1));
  VerifierKey key;
  key.name = std::string(text.substr(0, first));
  if (!bytes) {
    return fail(ErrorCode::kInvalid, "verifier key {}: no Ed25519 key in it", key.name);
  }
  key.key = *bytes;
  key.id = key_id(key.name, key.key);
  if (text.substr(first + 1, second - first - 1) != fmt::format("{:08x}", key.id)) {
    return fail(ErrorCode::kInvalid, "verifier key {}: its hash does not fit its bytes", key.name);
  }
  return key;
}

namespace journal {
namespace {

constexpr std::string_view kSignatureStart = "\xE2\x80\x94 ";  // an em dash and a space
constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr std::size_t kNoteBytesMax = 64 * 1024;
constexpr std::size_t kKeyFileBytesMax = 4096;

std::string id_bytes(std::uint32_t id) {
  std::string out;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(id >> (shift - 8))));
  }
  return out;
}

// Lines of a text whose last line ends with a line feed.
std::vector<std::string_view> split_lines(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  return split(text, '\n');
}

Status write_new_file(FileSystem& files, const std::string& path, OpenMode mode,
                      std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  if (const Status removed = files.remove(temporary);
      !removed && removed.error().code() != ErrorCode::kNotFound) {
    return removed.error();
  }
  {
    TRY_ASSIGN(const std::unique_ptr<File> file, files.open(temporary, mode));
    TRY(file->append(bytes));
    TRY(file->sync_data());
  }
  TRY(files.rename(temporary, path));
  return files.sync_directory(parent_directory(path));
}

std::string key_path(const std::string& directory) {
  return directory + "/journal.key";
}
std::string public_path(const std::string& directory) {
  return directory + "/journal.pub";
}

}  // namespace

SigningKey SigningKey::from_seed(const std::string& name,
                                 const std::array<unsigned char, 32>& seed) {
  CHECK(sodium_init() >= 0);
  SigningKey key;
  key.verifier_.name = name;
  crypto_sign_ed25519_seed_keypair(key.verifier_.key.data(), key.secret_.data(), seed.data());
  key.verifier_.id = key_id(name, key.verifier_.key);
  return key;
}

Result<SigningKey> SigningKey::parse(std::string_view text) {
  text = trim(text);
  std::size_t first = std::string_view::npos;
  if (text.starts_with(kPrivatePrefix)) {
    first = text.find('+', kPrivatePrefix.size());
  }
  if (first == std::string_view::npos || text.size() < first + 10) {
    return fail(ErrorCode::kCorrupt, "journal key: not in the form PRIVATE+KEY+name+hash+base64");
  }
  const auto seed = decode_key(text.substr(first + 10));
  const std::string name(text.substr(kPrivatePrefix.size(), first - kPrivatePrefix.size()));
  if (!seed || !is_key_name(name)) {
    return fail(ErrorCode::kCorrupt, "journal key: no Ed25519 key in it");
  }
  SigningKey key = from_seed(name, *seed);
  if (text.substr(first + 1, 8) != fmt::format("{:08x}", key.verifier_.id)) {
    return fail(ErrorCode::kCorrupt, "journal key {}: its hash does not fit its bytes", name);
  }
  return key;
}

std::string SigningKey::text() const {
  std::array<unsigned char, 32> seed{};
  crypto_sign_ed25519_sk_to_seed(seed.data(), secret_.data());
  return fmt::format("{}{}+{:08x}+{}\n", kPrivatePrefix, verifier_.name, verifier_.id,
                     base64_encode(typed_key(view(seed))));
}

Result<SigningKey> SigningKey::load_or_create(FileSystem& files, const std::string& directory,
                                              const std::string& name) {
  if (!is_key_name(name)) {
    return fail(ErrorCode::kInvalid, "journal origin \"{}\": no spaces, no '+', 1 to 255 bytes",
                name);
  }
  CHECK(sodium_init() >= 0);
  const Result<std::string> stored = read_file(files, key_path(directory), kKeyFileBytesMax);
  if (stored) {
    TRY_ASSIGN(SigningKey key, parse(*stored));
    if (!files.info(public_path(directory))) {
      TRY(write_new_file(files, public_path(directory), OpenMode::kCreateNew,
                         key.verifier().text() + "\n"));
    }
    return key;
  }
  if (stored.error().code() != ErrorCode::kNotFound) {
    return stored.error();
  }
  TRY(files.create_directories(directory));
  std::array<unsigned char, 32> seed{};
  randombytes_buf(seed.data(), seed.size());
  SigningKey key = from_seed(name, seed);
  sodium_memzero(seed.data(), seed.size());
  TRY(write_new_file(files, key_path(directory), OpenMode::kCreatePrivate, key.text()));
  TRY(write_new_file(files, public_path(directory), OpenMode::kCreateNew,
                     key.verifier().text() + "\n"));
  return key;
}

std::string SigningKey::sign(std::string_view text) const {
  CHECK(text.ends_with('\n'));
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       secret_.data());
  std::string blob = id_bytes(verifier_.id);
  blob.append(reinterpret_cast<const char*>(signature.data()), signature.size());
  return fmt::format("{}\n{}{} {}\n", text, kSignatureStart, verifier_.name, base64_encode(blob));
}

Result<VerifierKey> load_verifier_key(FileSystem& files, const std::string& key_directory) {
  TRY_ASSIGN(const std::string text,
             read_file(files, public_path(key_directory), kKeyFileBytesMax));
  return VerifierKey::parse(text);
}

Status check_private_key(FileSystem& files, const std::string& key_directory,
                         const VerifierKey& key) {
  const Result<std::string> text = read_file(files, key_path(key_directory), kKeyFileBytesMax);
  if (!text) {
    const ErrorCode code = text.error().code();
    return code == ErrorCode::kNotFound || code == ErrorCode::kDenied ? Status{} : text.error();
  }
  TRY_ASSIGN(const SigningKey mine, SigningKey::parse(*text));
  if (mine.text() != *text || mine.verifier().text() != key.text()) {
    return fail(ErrorCode::kCorrupt, "journal key: it does not belong to {}", key.name);
  }
  return {};
}

Result<std::string> open_note(std::string_view note, const VerifierKey& key) {
  const std::size_t split = note.rfind("\n\n");
  if (note.size() > kNoteBytesMax || split == std::string_view::npos || !note.ends_with('\n')) {
    return fail(ErrorCode::kCorrupt, "signed note: no signature in it");
  }
  const std::string_view text = note.substr(0, split + 1);
  const std::string_view signatures = note.substr(split + 2);
  const std::string start = std::string(kSignatureStart) + key.name + " ";
  for (const std::string_view line : split_lines(signatures)) {
    if (!line.starts_with(start)) {
      continue;
    }
    const auto blob = base64_decode(line.substr(start.size()));
    if (!blob || blob->size() != 4 + crypto_sign_BYTES || !blob->starts_with(id_bytes(key.id)) ||
        base64_encode(*blob) != line.substr(start.size())) {
      continue;
    }
    if (crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(blob->data()) + 4,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    text.size(), key.key.data()) == 0) {
      return std::string(text);
    }
    return fail(ErrorCode::kCorrupt, "signed note: the signature of {} is wrong", key.name);
  }
  return fail(ErrorCode::kCorrupt, "signed note: {} ({:08x}) has not signed it", key.name, key.id);
}

Checkpoint sign_checkpoint(const SigningKey& key, std::uint64_t tree_size,
                           const Sha256Digest& root) {
  Checkpoint checkpoint;
  checkpoint.origin = key.verifier().name;
  checkpoint.tree_size = tree_size;
  checkpoint.root = root;
  checkpoint.note = key.sign(
      fmt::format("{}\n{}\n{}\n", checkpoint.origin, tree_size, base64_encode(digest_view(root))));
  return checkpoint;
}

Result<Checkpoint> parse_checkpoint(std::string_view note) {
  const std::size_t split = note.rfind("\n\n");
  if (note.size() > kNoteBytesMax || split == std::string_view::npos) {
    return fail(ErrorCode::kCorrupt, "checkpoint: no signature in it");
  }
  const std::vector<std::string_view> lines = split_lines(note.substr(0, split + 1));
  if (lines.size() < 3 || lines[0].empty()) {
    return fail(ErrorCode::kCorrupt, "checkpoint: {} lines, at least 3 are needed", lines.size());
  }
  const auto size = parse_int(lines[1]);
  const auto root = base64_decode(lines[2]);
  if (!size || *size < 0 || std::to_string(*size) != lines[1]) {
    return fail(ErrorCode::kCorrupt, "checkpoint: \"{}\" is no tree size", lines[1].substr(0, 40));
  }
  if (!root || root->size() != sizeof(Sha256Digest) || base64_encode(*root) != lines[2]) {
    return fail(ErrorCode::kCorrupt, "checkpoint: \"{}\" is no root", lines[2].substr(0, 60));
  }
  Checkpoint checkpoint;
  checkpoint.origin = std::string(lines[0]);
  checkpoint.tree_size = static_cast<std::uint64_t>(*size);
  std::memcpy(checkpoint.root.data(), root->data(), root->size());
  checkpoint.note = std::string(note);
  return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key) {
  TRY_ASSIGN(const std::string text, open_note(note, key));
  TRY_ASSIGN(Checkpoint checkpoint, parse_checkpoint(note));
  if (checkpoint.origin != key.name) {
    return fail(ErrorCode::kCorrupt, "checkpoint: its origin is \"{}\", the key's name is \"{}\"",
                checkpoint.origin.substr(0, 100), key.name);
  }
  return checkpoint;
}

NoteList split_notes(std::string_view file) {
  NoteList list;
  bool in_signatures = false;
  std::size_t start = 0;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t line_end = file.find('\n', at);
    if (line_end == std::string_view::npos) {
      break;
    }
    const std::string_view line = file.substr(at, line_end - at);
    const bool signature = line.starts_with(kSignatureStart);
    if (in_signatures && !signature) {
      list.notes.push_back({start, file.substr(start, at - start)});
      start = at;
      in_signatures = false;
    }
    in_signatures = in_signatures || signature;
    at = line_end + 1;
    if (in_signatures) {
      list.end = at;
    }
  }
  if (in_signatures) {
    list.notes.push_back({start, file.substr(start, list.end - start)});
  }
  return list;
}

}  // namespace journal
}  // namespace tocsin
