#include "journal/proof.h"

#include "base/fail.h"
#include "journal/block.h"
#include "journal/merkle.h"
#include "journal/signed_note.h"

namespace tocsin {

Status check_inclusion(const InclusionProof& proof, const Record& record, const VerifierKey& key) {
  const auto wrong = [&proof](std::string_view what) {
    return fail(ErrorCode::kCorrupt, "record {}: {}", proof.seq.value, what);
  };
  if (!proof.redacted && journal::record_leaf(proof.salt, record.received, *record.origin,
                                              record.bytes) != proof.record_leaf) {
    return wrong("its bytes do not fit its hash");
  }
  TRY_ASSIGN(const auto header, journal::CommittedHeader::parse(proof.block_header));
  if (header.first_seq.value + proof.record_index != proof.seq.value) {
    return wrong("its place in the block does not fit its Seq");
  }
  const auto records_root = journal::root_of_inclusion(proof.record_leaf, proof.record_index,
                                                       header.count, proof.record_path);
  if (!records_root || *records_root != header.root) {
    return wrong("its path does not lead to the block's root");
  }
  const auto log_root =
      journal::root_of_inclusion(journal::leaf_hash(proof.block_header), proof.block_index,
                                 proof.checkpoint.tree_size, proof.block_path);
  if (!log_root || *log_root != proof.checkpoint.root) {
    return wrong("its block's path does not lead to the checkpoint's root");
  }
  TRY_ASSIGN(const Checkpoint signed_checkpoint,
             journal::open_checkpoint(proof.checkpoint.note, key));
  if (signed_checkpoint.tree_size != proof.checkpoint.tree_size ||
      signed_checkpoint.root != proof.checkpoint.root) {
    return wrong("the checkpoint's note says something else");
  }
  return {};
}

Status check_consistency(const ConsistencyProof& proof) {
  if (!journal::consistent(proof.old_size, proof.old_root, proof.new_size, proof.new_root,
                           proof.path)) {
    return fail(ErrorCode::kCorrupt, "the log of {} blocks is no continuation of that of {} blocks",
                proof.new_size, proof.old_size);
  }
  return {};
}

}  // namespace tocsin
