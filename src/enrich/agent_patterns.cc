#include "enrich/agent_patterns.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kGram = 4;
constexpr std::size_t kMaybeBits = 1U << 16U;

std::uint32_t gram_at(std::string_view text, std::size_t at) {
  std::uint32_t gram = 0;
  std::memcpy(&gram, text.data() + at, kGram);
  return gram;
}

std::size_t bit_of(std::uint32_t gram) {
  return (gram * 0x9E3779B1U) >> 16U;
}

template <class Take>
void each_gram(std::string_view pattern, Take take) {
  for (const std::string_view piece : split(pattern, '*')) {
    for (std::size_t i = 0; i + kGram <= piece.size(); ++i) {
      take(gram_at(piece, i));
    }
  }
}

}  // namespace

bool agent_matches(std::string_view pattern, std::string_view agent) {
  const std::size_t first_star = pattern.find('*');
  if (first_star == std::string_view::npos) {
    return pattern == agent;
  }
  const std::size_t last_star = pattern.rfind('*');
  const std::string_view head = pattern.substr(0, first_star);
  const std::string_view tail = pattern.substr(last_star + 1);
  if (agent.size() < head.size() + tail.size() || !agent.starts_with(head) ||
      !agent.ends_with(tail)) {
    return false;
  }
  agent = agent.substr(head.size(), agent.size() - head.size() - tail.size());
  if (first_star == last_star) {
    return true;
  }
  for (const std::string_view piece :
       split(pattern.substr(first_star + 1, last_star - first_star - 1), '*')) {
    const std::size_t found = agent.find(piece);
    if (found == std::string_view::npos) {
      return false;
    }
    agent.remove_prefix(found + piece.size());
  }
  return true;
}

bool is_agent_worth_listing(std::string_view agent) {
  if (agent.find('*') == std::string_view::npos) {
    return !agent.empty();
  }
  bool has_gram = false;
  each_gram(agent, [&has_gram](std::uint32_t) { has_gram = true; });
  return has_gram;
}

AgentPatterns::AgentPatterns(std::vector<std::string> patterns)
    : patterns_(std::move(patterns)), maybe_(kMaybeBits / 64) {
  std::unordered_map<std::uint32_t, std::uint32_t> counts;
  for (const std::string& pattern : patterns_) {
    each_gram(pattern, [&counts](std::uint32_t gram) { ++counts[gram]; });
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    std::optional<std::uint32_t> rarest;
    each_gram(patterns_[i], [&](std::uint32_t gram) {
      rarest = !rarest || counts[gram] < counts[*rarest] ? gram : *rarest;
    });
    if (rarest) {
      filed_[*rarest].push_back(static_cast<std::uint32_t>(i));
      maybe_[bit_of(*rarest) / 64] |= 1ULL << (bit_of(*rarest) % 64);
    }
  }
}

std::vector<std::uint32_t> AgentPatterns::candidates(std::string_view agent) const {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i + kGram <= agent.size() && found.size() < kComparedMax; ++i) {
    const std::uint32_t gram = gram_at(agent, i);
    const std::size_t bit = bit_of(gram);
    if ((maybe_[bit / 64] >> (bit % 64) & 1U) == 0) {
      continue;
    }
    if (const auto filed = filed_.find(gram); filed != filed_.end()) {
      found.insert(found.end(), filed->second.begin(), filed->second.end());
    }
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  if (found.size() > kComparedMax) {
    found.resize(kComparedMax);
  }
  return found;
}

std::size_t AgentPatterns::memory_bytes() const {
  std::size_t bytes = maybe_.size() * sizeof(std::uint64_t) + filed_.size() * 64;
  for (const std::string& pattern : patterns_) {
    bytes += sizeof(std::string) + pattern.size() + sizeof(std::uint32_t);
  }
  return bytes;
}

}  // namespace tocsin
