// FieldTests: all positive conditions on one field, asked of one value at once: texts, numbers and
// networks. Immutable after building, shared between threads.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "detect/event_view.h"
#include "detect/match/text_tests.h"
#include "detect/sigma/ast.h"

namespace tocsin::match {

// Networks by prefix length: a look-up is one hash probe per length in use.
class NetworkTests {
 public:
  void add(AtomId atom, const IpNetwork& network);
  bool empty() const { return by_length_.empty(); }
  void fired(const IpAddress& address, std::vector<AtomId>& out) const;

 private:
  struct AddressHash {
    std::size_t operator()(const IpAddress& address) const {
      return static_cast<std::size_t>(address.high * 0x9E3779B97F4A7C15ULL ^ address.low);
    }
  };
  struct Length {
    unsigned bits;
    std::unordered_map<IpAddress, std::vector<AtomId>, AddressHash> networks;
  };
  std::vector<Length> by_length_;
};

class FieldTests {
 public:
  static Result<FieldTests> build(const std::vector<std::pair<AtomId, const sigma::Atom*>>& atoms);

  void prepare(ScanScratch& scratch) const { texts_.prepare(scratch); }
  // Appends the atoms that the value in `slot` passes (not null).
  void fired(EventView& view, std::uint32_t slot, TextScan& scan, std::vector<AtomId>& out) const;
  std::size_t memory_bytes() const { return texts_.memory_bytes(); }

 private:
  void add_number(AtomId id, const sigma::Atom& atom);
  void numbers_fired(EventView& view, std::uint32_t slot, std::vector<AtomId>& out) const;

  TextTests texts_;
  NetworkTests networks_;
  std::vector<std::pair<AtomId, const sigma::Atom*>> numbers_;  // all of them
  std::vector<std::pair<AtomId, const sigma::Atom*>> ordered_;  // those that no table answers
  std::unordered_map<std::int64_t, std::vector<AtomId>> equal_whole_;
  std::unordered_map<std::string, std::vector<AtomId>> number_texts_;  // as the rule wrote it
};

}  // namespace tocsin::match
