// Any text as an evidence bundle. Without the private key none of it can hold records.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "journal/evidence.h"
#include "journal/signed_note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto free = tocsin::verify_evidence(text, std::nullopt);
  CHECK(free.faults.size() <= tocsin::EvidenceReport::kFaultsMax);
  static const tocsin::VerifierKey kNobody =
      tocsin::journal::SigningKey::from_seed("nobody/log", {42}).verifier();
  const auto pinned = tocsin::verify_evidence(text, kNobody);
  CHECK(!pinned.holds() && pinned.records == 0);
  return 0;
}
