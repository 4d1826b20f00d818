// Any text as a verifier key, a signed note, a checkpoint, a file of checkpoints.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "journal/signed_note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tocsin::VerifierKey;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto key = VerifierKey::parse(text)) {
    const auto again = VerifierKey::parse(key->text());
    CHECK(again.has_value() && again->id == key->id);
  }
  static const VerifierKey kKey =
      tocsin::journal::SigningKey::from_seed("example.org/log", {}).verifier();
  (void)tocsin::journal::open_checkpoint(text, kKey);
  (void)tocsin::journal::parse_checkpoint(text);
  const auto list = tocsin::journal::split_notes(text);
  CHECK(list.end <= text.size());
  for (const auto& place : list.notes) {
    CHECK(place.offset + place.note.size() <= list.end);
  }
  return 0;
}
