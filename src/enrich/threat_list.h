// ThreatList: a named list of addresses and networks that somebody calls bad.
//
// Three ways to write one: plain (an address or network first on each line), CSV with a column, and
// ipsum (address, tab, number of lists it is on). '#' and ';' start comments. Immutable after
// parsing, thread-safe; a look-up is one hash probe per prefix length in use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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
  unsigned csv_column = 0;   // from 0
  unsigned count_min = 1;    // ipsum: on at least so many lists
};

class ThreatList {
 public:
  static constexpr std::size_t kEntriesMax = 4'000'000;

  // Good lines are kept, bad ones noted; entries past kEntriesMax are noted as bad lines.
  static std::shared_ptr<const ThreatList> parse(const ThreatListFile& how, std::string_view text,
                                                 BadLines& bad);

  bool contains(const IpAddress& address) const;
  const std::string& name() const { return name_; }
  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    IpAddress base;
    std::uint8_t prefix_plus_one = 0;  // 0 = free; a /128 is 129
  };

  explicit ThreatList(std::string name) : name_(std::move(name)) {}
  void build(std::vector<IpNetwork> networks);
  bool probe(const IpAddress& base, unsigned prefix_bits) const;

  std::string name_;
  std::size_t size_ = 0;
  std::vector<Slot> slots_;            // open addressing, a power of two, at most half full
  std::vector<std::uint8_t> lengths_;  // prefix lengths in use, longest first
};

}  // namespace tocsin
