// ThreatList: a named list of addresses and networks that somebody calls bad.
//
// Three ways to write one: plain (an address or network first on each line), CSV with a column, and
// ipsum (address, tab, number of lists it is on). '#' and ';' start comments. Networks wider than
// /8 (IPv4) or /16 (IPv6) are refused as mistakes: they would call half the world bad. Immutable
// after parsing, thread-safe; a look-up is one hash probe and one binary search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "enrich/bad_lines.h"

namespace tocsin {

enum class ThreatListForm : std::uint8_t { kPlain, kCsv, kIpsum };
Result<ThreatListForm> threat_list_form(std::string_view name);  // "plain", "csv", "ipsum"

struct ThreatListFile {
  std::string name;  // goes to threat.feed.name
  std::string path;
  ThreatListForm form = ThreatListForm::kPlain;
  unsigned csv_column = 0;  // from 0
  unsigned count_min = 1;   // ipsum: on at least so many lists
};

class ThreatList {
 public:
  static constexpr std::size_t kEntriesMax = 4'000'000;

  // Good lines are kept, bad ones noted; entries past kEntriesMax are noted as bad lines.
  static std::shared_ptr<const ThreatList> parse(const ThreatListFile& how, std::string_view text,
                                                 BadLines& bad);

  bool contains(const IpAddress& address) const;
  const std::string& name() const { return name_; }
  // Distinct addresses and, after merging neighbours, networks.
  std::size_t size() const { return host_count_ + v4_networks_.size() + v6_networks_.size(); }
  std::size_t memory_bytes() const;

 private:
  struct RangeV4 {
    std::uint32_t first;
    std::uint32_t last;
  };
  struct RangeV6 {
    IpAddress first;
    IpAddress last;
  };

  explicit ThreatList(std::string name) : name_(std::move(name)) {}
  void build(std::vector<IpNetwork> networks);

  std::string name_;
  std::size_t host_count_ = 0;
  // Open addressing, a power of two, at most half full; the all-zero address means free.
  std::vector<std::uint32_t> v4_hosts_;
  std::vector<IpAddress> v6_hosts_;
  std::vector<RangeV4> v4_networks_;  // sorted, disjoint
  std::vector<RangeV6> v6_networks_;
};

}  // namespace tocsin
