// NetworkOwnerTable: address → autonomous system number and name of its owner.
//
// Read from CSV lines `first,last,number,name` (addresses in text; the name may be quoted).
// Held as sorted arrays of disjoint ranges, IPv4 apart from IPv6, names stored once.
// Immutable after loading, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "enrich/bad_lines.h"

namespace tocsin {

struct NetworkOwner {
  std::uint32_t number = 0;
  std::string_view name;  // lives as long as the table
};

class NetworkOwnerTable {
 public:
  static constexpr std::size_t kRangesMax = 4'000'000;

  // Reads all texts into one table. Bad lines are skipped and noted. Where ranges overlap, the one
  // that starts later wins from its start on.
  static std::shared_ptr<const NetworkOwnerTable> parse(const std::vector<std::string_view>& csvs,
                                                        BadLines& bad);

  std::optional<NetworkOwner> find(const IpAddress& address) const;
  std::size_t size() const { return v4_first_.size() + v6_.size(); }
  std::size_t memory_bytes() const;

 private:
  friend class NetworkOwnerBuilder;
  struct Owner {
    std::uint32_t number;
    std::uint32_t name_at;
    std::uint32_t name_size;
  };
  struct RangeV6 {
    IpAddress first;
    IpAddress last;
    std::uint32_t owner;
  };

  NetworkOwner owner_at(std::uint32_t index) const;

  std::vector<std::uint32_t> v4_first_;
  std::vector<std::uint32_t> v4_last_;
  std::vector<std::uint32_t> v4_owner_;
  std::vector<RangeV6> v6_;
  std::vector<Owner> owners_;
  std::string names_;
};

}  // namespace tocsin
