#include "alert/notify/secret_box.h"

#include <algorithm>

#include <sodium.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

static_assert(SecretBox::kKeyBytes == crypto_secretbox_KEYBYTES);
constexpr std::size_t kNonceBytes = crypto_secretbox_NONCEBYTES;
constexpr std::size_t kMacBytes = crypto_secretbox_MACBYTES;
constexpr std::uint64_t kFileBytesMax = 4'096;

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
    const auto bytes = hex_decode(trim(*text));
    if (!bytes || bytes->size() != kKeyBytes) {
      return fail(ErrorCode::kCorrupt, "{} is no key of {} bytes", path, kKeyBytes);
    }
    std::ranges::copy(*bytes, key.begin());
    return SecretBox(key);
  }
  if (text.error().code() != ErrorCode::kNotFound) {
    return text.error();
  }
  randombytes_buf(key.data(), key.size());
  const std::string_view view(reinterpret_cast<const char*>(key.data()), key.size());
  TRY(write_file_atomically(files, path, hex_encode(view) + "\n", OpenMode::kCreatePrivate));
  return SecretBox(key);
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
