#include "alert/notify/secret_box.h"

#include <algorithm>
#include <optional>

#include <sodium.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"

namespace tocsin {
namespace {

static_assert(SecretBox::kKeyBytes == crypto_secretbox_KEYBYTES);
constexpr std::size_t kNonceBytes = crypto_secretbox_NONCEBYTES;
constexpr std::size_t kMacBytes = crypto_secretbox_MACBYTES;
constexpr std::uint64_t kFileBytesMax = 4'096;
constexpr std::size_t kSumDigits = 8;

// The key in hexadecimal and a sum of it, so that a flipped bit does not make another key.
std::string file_text(std::string_view key) {
  return fmt::format("{} {}\n", hex_encode(key),
                     hex_encode(digest_view(sha256(key))).substr(0, kSumDigits));
}

// Empty: damaged.
std::string key_in(std::string_view text) {
  const std::optional<std::string> key =
      hex_decode(text.substr(0, std::min(text.size(), 2 * SecretBox::kKeyBytes)));
  return key && key->size() == SecretBox::kKeyBytes && text == file_text(*key) ? *key : "";
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

Result<SecretBox> SecretBox::open(FileSystem& files, const std::string& path) {
  if (sodium_init() < 0) {
    return fail(ErrorCode::kInternal, "libsodium does not start");
  }
  std::array<unsigned char, kKeyBytes> key{};
  const auto text = read_file(files, path, kFileBytesMax);
  if (text) {
    const std::string bytes = key_in(*text);
    if (!bytes.empty()) {
      std::ranges::copy(bytes, key.begin());
      return SecretBox(key);
    }
    TRY(files.rename(path, path + ".damaged"));
  } else if (text.error().code() != ErrorCode::kNotFound) {
    return text.error();
  }
  randombytes_buf(key.data(), key.size());
  const std::string_view view(reinterpret_cast<const char*>(key.data()), key.size());
  TRY(write_file_atomically(files, path, file_text(view), OpenMode::kCreatePrivate));
  SecretBox box(key);
  box.was_damaged_ = text.has_value();
  return box;
}

std::string SecretBox::seal(std::string_view text) const {
  std::string box(kNonceBytes + kMacBytes + text.size(), '\0');
  randombytes_buf(box.data(), kNonceBytes);
  crypto_secretbox_easy(bytes_of(box) + kNonceBytes, bytes_of(text), text.size(), bytes_of(box),
                        key_.data());
  return base64_encode(box);
}

Result<std::string> SecretBox::unseal(std::string_view sealed) const {
  const auto box = base64_decode(sealed);
  if (!box || box->size() < kNonceBytes + kMacBytes) {
    return fail(ErrorCode::kCorrupt, "a stored secret is damaged");
  }
  std::string text(box->size() - kNonceBytes - kMacBytes, '\0');
  const unsigned char* const bytes = bytes_of(std::string_view(*box));
  if (crypto_secretbox_open_easy(bytes_of(text), bytes + kNonceBytes, box->size() - kNonceBytes,
                                 bytes, key_.data()) != 0) {
    return fail(ErrorCode::kCorrupt, "a stored secret was sealed under another key, or changed");
  }
  return text;
}

}  // namespace tocsin
