// FieldTests: many positive conditions on the same fields, asked of one value at once: texts,
// numbers and networks. Immutable after compile(), shared between threads.
#pragma once

#include <cstdint>
#include <map>
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
  explicit FieldTests(const Atoms& atoms);
  Status compile(DatabaseCache& cache) { return texts_.compile(cache); }
  std::size_t weight() const { return texts_.weight(); }

  void prepare(ScanScratch& scratch) const { texts_.prepare(scratch); }
  // Appends the atoms that the value in `slot` passes (not null).
  void fired(EventView& view, std::uint32_t slot, TextScan& scan, std::vector<AtomId>& out) const;
  void collect(std::vector<const PatternDatabase*>& databases) const { texts_.collect(databases); }

 private:
  void add_number(AtomId id, const sigma::Atom& atom);
  void numbers_fired(EventView& view, std::uint32_t slot, std::vector<AtomId>& out) const;

  TextTests texts_;
  NetworkTests networks_;
  Atoms numbers_;  // all of them
  Atoms ordered_;  // those that no table answers
  std::unordered_map<std::int64_t, std::vector<AtomId>> equal_whole_;
  std::map<std::string, std::vector<AtomId>, std::less<>> number_texts_;  // as the rule wrote it
};

}  // namespace tocsin::match
