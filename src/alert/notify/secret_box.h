// SecretBox: keeps the secrets of channels that were set over the API: sealed (XSalsa20-Poly1305)
// in the state database, under a key of its own file, so that a copy of the database tells nothing.
//
// Thread-safe after open().
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sys/file_system.h"

namespace tocsin {

class SecretBox {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  // Reads the key from `path`; makes it (mode 0600) when there is none. A damaged file is kept
  // beside as `path`.damaged, and another key made: what was sealed must be set again, but alerts
  // go on.
  static Result<SecretBox> open(FileSystem& files, const std::string& path);

  bool was_damaged() const { return was_damaged_; }

  std::string seal(std::string_view text) const;  // base64
  // kCorrupt when it was sealed under another key, or changed.
  Result<std::string> unseal(std::string_view sealed) const;

 private:
  explicit SecretBox(const std::array<unsigned char, kKeyBytes>& key) : key_(key) {}
  std::array<unsigned char, kKeyBytes> key_;
  bool was_damaged_ = false;
};

}  // namespace tocsin
