#include "base/hash.h"

#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <xxhash.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "base/check.h"

namespace tocsin {
namespace {

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::string_view bytes,
                                                             std::uint32_t crc) {
  std::uint64_t state = ~crc;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    state = _mm_crc32_u64(state, word);
  }
  auto narrow = static_cast<std::uint32_t>(state);
  for (; at < bytes.size(); ++at) {
    narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(bytes[at]));
  }
  return ~narrow;
}
#endif

constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = value >> 1U ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    }
    table[i] = value;
  }
  return table;
}

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc) {
  static constexpr std::array<std::uint32_t, 256> kTable = crc32c_table();
  std::uint32_t state = ~crc;
  for (const char c : bytes) {
    state = kTable[(state ^ static_cast<unsigned char>(c)) & 0xFFU] ^ state >> 8U;
  }
  return ~state;
}

// One digest context per thread: making one costs more than hashing a log line.
class Sha256Context {
 public:
  Sha256Context() : context_(EVP_MD_CTX_new()), md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
    CHECK(context_ != nullptr && md_ != nullptr);
  }
  ~Sha256Context() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(md_);
  }
  Sha256Context(const Sha256Context&) = delete;
  Sha256Context& operator=(const Sha256Context&) = delete;

  Sha256Digest digest(std::string_view a, std::string_view b) {
    Sha256Digest out{};
    unsigned int size = 0;
    CHECK(EVP_DigestInit_ex2(context_, md_, nullptr) == 1);
    CHECK(EVP_DigestUpdate(context_, a.data(), a.size()) == 1);
    CHECK(EVP_DigestUpdate(context_, b.data(), b.size()) == 1);
    CHECK(EVP_DigestFinal_ex(context_, out.data(), &size) == 1 && size == out.size());
    return out;
  }

 private:
  EVP_MD_CTX* context_;
  EVP_MD* md_;
};

}  // namespace

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) {
    return crc32c_sse42(bytes, crc);
  }
#endif
  return crc32c_portable(bytes, crc);
}

Sha256Digest sha256(std::string_view bytes) {
  return sha256(bytes, {});
}

Sha256Digest sha256(std::string_view a, std::string_view b) {
  thread_local Sha256Context context;
  return context.digest(a, b);
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Sha256Digest out{};
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(), out.data(),
             &size) != nullptr);
  return out;
}

std::string_view digest_view(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tocsin
