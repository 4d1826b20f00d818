// Archive: the tree over all blocks, and proofs out of it.
#include <algorithm>
#include <bit>

#include "base/fail.h"
#include "journal/archive.h"

namespace tocsin::journal {

// Whole subtrees inside one segment come from its summary or its leaves; all else is combined.
Result<Sha256Digest> Archive::range_root(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t size = end - begin;
  if (std::has_single_bit(size) && begin % size == 0) {
    Info info;
    std::vector<Sha256Digest> leaves;
    {
      MutexLock lock(mutex_);
      const auto holds = [&](const SegmentInfo& i) {
        return i.range.begin() <= begin && end <= i.range.end();
      };
      const auto after = std::ranges::upper_bound(sealed_, begin, {},
                                                  [](const Info& i) { return i->first_block; });
      if (after != sealed_.begin() && holds(**(after - 1))) {
        info = *(after - 1);
      }
      const SegmentInfo* owner = info                         ? info.get()
                                 : active_ && holds(*active_) ? &*active_
                                                              : nullptr;
      if (owner != nullptr) {
        for (const CompactRange::Node& node : owner->range.nodes()) {
          if (node.begin == begin && node.end() == end) {
            return node.hash;
          }
        }
      }
      if (owner != nullptr && !info) {
        for (std::uint64_t i = begin; i < end; ++i) {
          leaves.push_back(active_entries_[i - active_->first_block].leaf);
        }
      }
    }
    if (info) {
      TRY_ASSIGN(const Entries entries, entries_of(info));
      for (std::uint64_t i = begin; i < end; ++i) {
        leaves.push_back((*entries)[i - info->first_block].leaf);
      }
    }
    if (!leaves.empty()) {
      return tree_root(std::move(leaves));
    }
  }
  if (size <= 1) {
    return fail(ErrorCode::kNotFound, "block {} is not in the journal", begin);
  }
  const std::uint64_t middle = begin + std::bit_floor(size - 1);
  TRY_ASSIGN(const Sha256Digest left, range_root(begin, middle));
  TRY_ASSIGN(const Sha256Digest right, range_root(middle, end));
  return node_hash(left, right);
}

Result<Sha256Digest> Archive::root(std::uint64_t size) {
  if (size == 0) {
    return sha256({});
  }
  return range_root(0, size);
}

Result<InclusionProof> Archive::prove(Seq seq, const Checkpoint& checkpoint) {
  if (seq < begin() || seq >= end()) {
    return fail(ErrorCode::kNotFound, "record {} is not in the journal ({} to {})", seq.value,
                begin().value, end().value);
  }
  TRY_ASSIGN(const std::optional<Place> place, find(seq));
  if (!place) {
    return fail(ErrorCode::kUnavailable, "record {} is not in a block yet", seq.value);
  }
  if (place->entry.first_seq > seq) {
    return fail(ErrorCode::kCorrupt, "record {} is lost: the next readable one is {}", seq.value,
                place->entry.first_seq.value);
  }
  if (place->index >= checkpoint.tree_size) {
    return fail(ErrorCode::kUnavailable, "record {} is in block {}, the checkpoint covers {}",
                seq.value, place->index, checkpoint.tree_size);
  }
  auto shared = block_proof(*place, checkpoint.tree_size);
  if (!shared) {
    return fail_because(std::move(shared).error(), "proving record {}", seq.value);
  }
  const BlockProof& in_block = **shared;
  const Block& block = *in_block.block;
  InclusionProof proof;
  proof.seq = seq;
  proof.record_index = static_cast<std::uint32_t>(seq.value - block.header.first_seq.value);
  proof.redacted = block.is_redacted(proof.record_index);
  proof.salt = block.salts[proof.record_index];
  proof.record_leaf = in_block.records.leaf(proof.record_index);
  proof.record_path = in_block.records.inclusion_path(proof.record_index);
  proof.block_header = block.header.committed();
  proof.block_index = place->index;
  proof.block_path = in_block.path;
  proof.checkpoint = checkpoint;
  return proof;
}

Result<std::shared_ptr<const Archive::BlockProof>> Archive::block_proof(const Place& place,
                                                                        std::uint64_t tree_size) {
  {
    MutexLock lock(mutex_);
    if (last_proof_ != nullptr && last_proof_->segment == place.segment &&
        last_proof_->index == place.index && last_proof_->tree_size == tree_size) {
      return last_proof_;
    }
  }
  TRY_ASSIGN(const std::shared_ptr<const Block> block, load(place));
  TreeLevels records(block->leaves());
  if (records.root() != block->header.root) {
    return fail(ErrorCode::kCorrupt, "block {}: the records do not make its root", place.index);
  }
  TRY_ASSIGN(std::vector<Sha256Digest> path,
             inclusion_path(place.index, tree_size,
                            [this](std::uint64_t b, std::uint64_t e) { return range_root(b, e); }));
  auto proof = std::make_shared<const BlockProof>(BlockProof{
      place.segment, place.index, tree_size, block, std::move(records), std::move(path)});
  MutexLock lock(mutex_);
  last_proof_ = proof;
  return proof;
}

Result<ConsistencyProof> Archive::consistency(std::uint64_t old_size, std::uint64_t new_size) {
  if (old_size == 0 || old_size > new_size || new_size > tree_size()) {
    return fail(ErrorCode::kInvalid, "consistency of sizes {} and {}: the log has {} blocks",
                old_size, new_size, tree_size());
  }
  ConsistencyProof proof;
  proof.old_size = old_size;
  proof.new_size = new_size;
  TRY_ASSIGN(proof.old_root, root(old_size));
  TRY_ASSIGN(proof.new_root, root(new_size));
  TRY_ASSIGN(proof.path,
             consistency_path(old_size, new_size, [this](std::uint64_t b, std::uint64_t e) {
               return range_root(b, e);
             }));
  return proof;
}

}  // namespace tocsin::journal
