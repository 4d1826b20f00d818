// DecisionContexts: what many decisions have in common, kept once. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "respond/packed_decision.h"

namespace tocsin {

class DecisionContexts {
 public:
  static constexpr std::size_t kKeptMax = 4'096;  // then the table starts anew; contexts live on

  std::uint64_t uuid_seed() const { return uuid_seed_; }
  void set_uuid_seed(std::uint64_t seed) { uuid_seed_ = seed; }
  std::shared_ptr<const DecisionContext> of(const Decision& decision);

 private:
  std::uint64_t uuid_seed_ = 0;
  std::unordered_map<std::string, std::shared_ptr<const DecisionContext>> known_;
};

}  // namespace tocsin
