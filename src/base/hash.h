// Hashes: fast ones for tables, CRC-32C for storage checks, SHA-256 for proofs and keys.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

// XXH3, 64 bits; not for adversarial keys without a secret seed.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

// CRC-32C (Castagnoli, RFC 3720 B.4); `crc` continues an earlier call.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

using Sha256Digest = std::array<unsigned char, 32>;
Sha256Digest sha256(std::string_view bytes);
Sha256Digest sha256(std::string_view a, std::string_view b);  // of a ‖ b
Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::string_view digest_view(const Sha256Digest& digest);

// Takes the same time wherever the difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace tocsin
