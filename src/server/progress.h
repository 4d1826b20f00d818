// Progress: how far each stage has come, as Seqs. Every stage writes its own word, anybody reads.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/strong.h"

namespace tocsin {

class Progress {
 public:
  void set_decoded(Seq end) { decoded_.store(end.value, std::memory_order_relaxed); }
  void set_indexed(Seq end) { indexed_.store(end.value, std::memory_order_relaxed); }
  void set_alerted(Seq end) { alerted_.store(end.value, std::memory_order_relaxed); }

  // Every record below has been decoded and matched / given to the index / folded into alerts.
  Seq decoded() const { return Seq(decoded_.load(std::memory_order_relaxed)); }
  Seq indexed() const { return Seq(indexed_.load(std::memory_order_relaxed)); }
  Seq alerted() const { return Seq(alerted_.load(std::memory_order_relaxed)); }

 private:
  std::atomic<std::uint64_t> decoded_{1};
  std::atomic<std::uint64_t> indexed_{1};
  std::atomic<std::uint64_t> alerted_{1};
};

}  // namespace tocsin
