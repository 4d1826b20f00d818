// Checkpoint, InclusionProof, ConsistencyProof: what a third party needs to check a record without
// trusting this server. Values.
//
// Not for: making them (journal/journal.h) or storing them in a bundle (journal/evidence.h).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "model/record.h"

namespace tocsin {

// A signed root of the log's tree (C2SP tlog-checkpoint). The leaves are blocks.
struct Checkpoint {
  std::string origin;
  std::uint64_t tree_size = 0;
  Sha256Digest root{};
  std::string note;  // the whole signed note, as published
};

using RecordSalt = std::array<unsigned char, 16>;

// record → records' root in the block header → log root in the checkpoint.
struct InclusionProof {
  Seq seq;
  bool redacted = false;           // the bytes were erased: `record_leaf` is all that is left
  RecordSalt salt{};               // zero when redacted
  Sha256Digest record_leaf{};      // SHA-256(0x00 ‖ salt ‖ canonical record)
  std::uint32_t record_index = 0;  // within the block
  std::vector<Sha256Digest> record_path;
  std::string block_header;  // the 64 committed bytes (docs/formats/journal.md)
  std::uint64_t block_index = 0;
  std::vector<Sha256Digest> block_path;
  Checkpoint checkpoint;
};

struct ConsistencyProof {
  std::uint64_t old_size = 0;
  std::uint64_t new_size = 0;
  Sha256Digest old_root{};
  Sha256Digest new_root{};
  std::vector<Sha256Digest> path;
};

// The Ed25519 key of a journal, in the signed-note verifier form "name+hash+base64".
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;  // first four bytes of SHA-256(name ‖ '\n' ‖ 0x01 ‖ key), big-endian
  std::array<unsigned char, 32> key{};

  std::string text() const;
  static Result<VerifierKey> parse(std::string_view text);
};

// Checks the record's leaf (unless redacted), both paths and the checkpoint's signature.
// The error says which of them fails.
Status check_inclusion(const InclusionProof& proof, const Record& record, const VerifierKey& key);
Status check_consistency(const ConsistencyProof& proof);

}  // namespace tocsin
