// STIX 2.1 patterns (OASIS STIX 2.1, chapter 9), as far as one value in one field can satisfy them:
// comparisons of observables joined by OR. What needs more than one value at a time (AND,
// FOLLOWEDBY, WITHIN, REPEATS, NOT, MATCHES …) is refused as a whole: it is never half read.
//
//   pattern     = observation *("OR" observation)
//   observation = "[" disjunction "]" / "(" pattern ")"
//   disjunction = term *("OR" term)
//   term        = path ("=" / "LIKE" / "ISSUBSET") text / path "IN" "(" text *("," text) ")"
//               / "(" disjunction ")"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "enrich/indicator.h"

namespace tocsin {

struct StixTerm {
  IndicatorKind kind = IndicatorKind::kAddress;
  std::string text;
};

struct StixPattern {
  std::vector<StixTerm> terms;      // any of them
  std::vector<std::string> unread;  // alternatives about objects that we do not match
};

inline constexpr std::size_t kStixPatternBytesMax = 64 * 1024;

// kInvalid says what is not understood and where (byte, from 1).
Result<StixPattern> parse_stix_pattern(std::string_view pattern);

}  // namespace tocsin
