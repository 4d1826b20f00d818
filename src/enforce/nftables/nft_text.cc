#include "enforce/nftables/nft_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;
constexpr unsigned kMappedBits = kV6Bits - kV4Bits;
constexpr std::size_t kTableNameMax = 32;
constexpr int kPriority = -310;  // before "raw" (-300), so before connection tracking
constexpr int kMetersMax = 65'536;

std::string_view family_word(bool v6) {
  return v6 ? "v6" : "v4";
}

IpAddress mask_of(bool v6, unsigned prefix_bits) {
  const unsigned bits = v6 ? prefix_bits : prefix_bits + kMappedBits;
  const auto ones = [](unsigned n) { return n == 0 ? 0 : ~std::uint64_t{0} << (64 - n); };
  const IpAddress mask{ones(std::min(bits, 64U)), bits > 64 ? ones(bits - 64) : 0};
  return v6 ? mask : IpAddress::from_v4(mask.v4());
}

// What of a packet is looked up: "ip saddr" or "ip saddr & 255.255.255.0".
std::string source_of(const NftSet& set) {
  const std::string_view field = set.v6 ? "ip6 saddr" : "ip saddr";
  if (set.prefix_bits == (set.v6 ? kV6Bits : kV4Bits)) {
    return std::string(field);
  }
  return fmt::format("{} & {}", field, ip_text(mask_of(set.v6, set.prefix_bits)));
}

void add_throttle(std::string& out, std::string_view table, const NftSet& set) {
  const std::string name = set.name();
  const std::string source = source_of(set);
  const std::string meter =
      fmt::format("update @rate_{} {{ {} limit rate over {} }}", name, source, nft_rate(set.rate));
  out += fmt::format(
      "add set inet {} rate_{} {{ type {}; size {}; flags dynamic,timeout; timeout {}s; }}\n",
      table, name, set.v6 ? "ipv6_addr" : "ipv4_addr", kMetersMax,
      std::max<std::int64_t>(600, 2 * set.rate.per.value / kMicrosPerSecond));
  for (const std::string_view opens :
       {"tcp flags & (fin|syn|rst|ack) == syn", "meta l4proto != tcp"}) {
    out += fmt::format("add rule inet {} throttle {} @{} {} {} counter name throttled_{} drop\n",
                       table, source, name, opens, meter, family_word(set.v6));
  }
}

std::string elements_text(std::span<const NftElement> elements, bool with_time) {
  std::string out;
  for (const NftElement& element : elements) {
    out += out.empty() ? "" : ", ";
    out += ip_text(element.base);
    if (with_time) {
      out += fmt::format(" timeout {}ms",
                         std::max<std::int64_t>(1, element.left.value / kMicrosPerMilli));
    }
  }
  return out;
}

}  // namespace

std::string NftSet::name() const {
  std::string name = fmt::format("{}_{}_{}", kind == DecisionKind::kBlock ? "block" : "throttle",
                                 family_word(v6), prefix_bits);
  if (kind == DecisionKind::kThrottle) {
    name += fmt::format("_{}_{}", rate.requests, rate.per.value / kMicrosPerSecond);
  }
  return name;
}

bool is_nft_table_name(std::string_view name) {
  return !name.empty() && name.size() <= kTableNameMax && !is_digit(name.front()) &&
         std::ranges::all_of(
             name, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
}

std::string nft_rate(const ThrottleRate& rate) {
  struct Unit {
    std::string_view word;
    std::int64_t seconds;
  };
  constexpr auto kUnits =
      std::to_array<Unit>({{"second", 1}, {"minute", 60}, {"hour", 3'600}, {"day", 86'400}});
  const std::int64_t seconds = std::max<std::int64_t>(1, rate.per.value / kMicrosPerSecond);
  for (const Unit& unit : kUnits) {
    const std::int64_t in_unit = rate.requests * unit.seconds / seconds;
    const bool exact = rate.requests * unit.seconds % seconds == 0;
    if (in_unit >= 1 && (exact || unit.seconds == kUnits.back().seconds)) {
      return fmt::format("{}/{} burst {} packets", in_unit, unit.word,
                         std::max<std::uint32_t>(1, rate.requests));
    }
  }
  return "1/day burst 1 packets";
}

std::string nft_new_table(std::string_view table) {
  // Added first, so that deleting it does not fail when it is not there.
  return fmt::format(
      "add table inet {0}\ndelete table inet {0}\nadd table inet {0}\n"
      "add counter inet {0} blocked_v4\nadd counter inet {0} blocked_v6\n"
      "add counter inet {0} throttled_v4\nadd counter inet {0} throttled_v6\n"
      "add chain inet {0} block\nadd chain inet {0} throttle\n"
      "add chain inet {0} arrive {{ type filter hook prerouting priority {1}; policy accept; }}\n"
      "add rule inet {0} arrive jump block\nadd rule inet {0} arrive jump throttle\n",
      table, kPriority);
}

std::string nft_remove_table(std::string_view table) {
  return fmt::format("add table inet {0}\ndelete table inet {0}\n", table);
}

std::string nft_new_set(std::string_view table, const NftSet& set) {
  std::string out = fmt::format("add set inet {} {} {{ type {}; flags timeout; }}\n", table,
                                set.name(), set.v6 ? "ipv6_addr" : "ipv4_addr");
  if (set.kind == DecisionKind::kThrottle) {
    add_throttle(out, table, set);
  } else {
    out += fmt::format("add rule inet {} block {} @{} counter name blocked_{} drop\n", table,
                       source_of(set), set.name(), family_word(set.v6));
  }
  return out;
}

std::string nft_delete(std::string_view table, const NftSet& set,
                       std::span<const NftElement> elements) {
  const std::string list = elements_text(elements, false);
  return fmt::format("add element inet {0} {1} {{ {2} }}\ndelete element inet {0} {1} {{ {2} }}\n",
                     table, set.name(), list);
}

std::string nft_add(std::string_view table, const NftSet& set,
                    std::span<const NftElement> elements) {
  return fmt::format("add element inet {} {} {{ {} }}\n", table, set.name(),
                     elements_text(elements, true));
}

}  // namespace tocsin
