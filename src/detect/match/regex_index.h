// RegexIndex: which of many regular expressions may be found in a text, in one pass (Vectorscan).
//
// Its answer is a superset: whoever needs certainty confirms with PCRE2 (detect/regex.h), whose
// meaning is the law. Patterns that Vectorscan refuses are not in the index: refused() names them,
// and they must be searched each by itself. Immutable, shared; texts must be valid UTF-8.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "detect/match/literal_index.h"
#include "detect/regex.h"

namespace tocsin::match {

class RegexIndex {
 public:
  using MayMatch = void (*)(void* context, std::uint32_t regex);

  static RegexIndex build(std::span<const std::shared_ptr<const Regex>> regexes);

  RegexIndex() = default;
  bool empty() const { return database_ == nullptr; }
  // Numbers in build()'s list.
  const std::vector<std::uint32_t>& refused() const { return refused_; }
  void prepare(ScanScratch& scratch) const;
  // Calls once for each expression that may be found.
  void scan(std::string_view text, ScanScratch& scratch, MayMatch may_match, void* context) const;
  std::size_t memory_bytes() const;

 private:
  Database database_;
  std::vector<std::uint32_t> refused_;
};

}  // namespace tocsin::match
