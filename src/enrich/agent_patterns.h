// AgentPatterns: user agents with '*' in them (any run of bytes), many at once.
//
// Every pattern is filed under the rarest four bytes in a row that it has; a text is walked once,
// and only patterns whose four bytes it has are compared. Bounded: kPatternsMax patterns, each
// compared at most once a text, kComparedMax comparisons a text. Immutable, thread-safe.
// Patterns and texts are in the form of normal_agent().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin {

// '*' is any run of bytes; everything else stands for itself.
bool agent_matches(std::string_view pattern, std::string_view agent);
// Without '*' it is (when not empty); with '*' when it has at least 4 bytes in a row.
bool is_agent_worth_listing(std::string_view agent);

class AgentPatterns {
 public:
  static constexpr std::size_t kPatternsMax = 10'000;
  static constexpr std::size_t kComparedMax = 4'096;

  // Each pattern has '*' and is worth listing.
  explicit AgentPatterns(std::vector<std::string> patterns);
  AgentPatterns() = default;

  // Calls take(index) for each pattern that matches, until it gives false.
  template <class Take>
  void each_match(std::string_view agent, Take take) const;

  const std::vector<std::string>& patterns() const { return patterns_; }
  std::size_t memory_bytes() const;

 private:
  // Indexes of patterns whose four bytes the text has, each once.
  std::vector<std::uint32_t> candidates(std::string_view agent) const;

  std::vector<std::string> patterns_;
  std::vector<std::uint64_t> maybe_;  // bits by a hash of four bytes
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> filed_;
};

template <class Take>
void AgentPatterns::each_match(std::string_view agent, Take take) const {
  if (patterns_.empty()) {
    return;
  }
  for (const std::uint32_t i : candidates(agent)) {
    if (agent_matches(patterns_[i], agent) && !take(i)) {
      return;
    }
  }
}

}  // namespace tocsin
