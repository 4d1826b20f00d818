// The text of nftables commands for Tocsin's own table: `table inet tocsin`. Pure.
//
// Addresses and networks are in hash sets with time-outs, one set for each kind, family and prefix
// length in use; a rule masks the source to that length and looks it up. So networks may overlap,
// nothing is merged or split, and every element ends by itself in the kernel. A throttled source
// may open so many connections (TCP SYN) or send so many datagrams in a unit of time, each element
// with a meter of its own. Chains: "arrive" (hook prerouting, before everything else) → "block",
// "throttle". Nothing outside the table is read or written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/time.h"
#include "model/decision.h"

namespace tocsin {

// Which set an element is in.
struct NftSet {
  DecisionKind kind = DecisionKind::kBlock;  // kBlock or kThrottle
  bool v6 = false;
  unsigned prefix_bits = 32;  // of the family: 0..32 or 0..128
  ThrottleRate rate;          // of kThrottle
  std::string name() const;   // "block_v4_24", "throttle_v6_64_30_60"
  auto operator<=>(const NftSet& other) const { return name() <=> other.name(); }
  bool operator==(const NftSet& other) const { return name() == other.name(); }
};

struct NftElement {
  IpAddress base;
  Span left;  // at least a millisecond
};

inline constexpr std::string_view kNftTableDefault = "tocsin";

// Lower-case letters, digits and '_', 1..32: what a table may be called.
bool is_nft_table_name(std::string_view name);

// Creates the table afresh, in one transaction with what else is appended.
std::string nft_new_table(std::string_view table);
std::string nft_remove_table(std::string_view table);
std::string nft_new_set(std::string_view table, const NftSet& set);
// Whether it was there or not.
std::string nft_delete(std::string_view table, const NftSet& set,
                       std::span<const NftElement> elements);
std::string nft_add(std::string_view table, const NftSet& set,
                    std::span<const NftElement> elements);

// "30/minute burst 30 packets": in the largest unit of nftables that keeps the rate, never above
// it.
std::string nft_rate(const ThrottleRate& rate);

}  // namespace tocsin
