// How `tocsin scan` shows what it found: a table with evidence for people, JSON lines for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/finding_fold.h"
#include "cli/line_map.h"

namespace tocsin {

struct ScanTotals {
  std::uint64_t lines = 0;
  std::uint64_t undecoded = 0;
  std::uint64_t lines_cut = 0;
  std::uint64_t rules = 0;
  std::uint64_t not_kept = 0;  // findings of keys beyond the limit
  Span taken;
};

// Ends with a newline; empty when nothing was found.
std::string scan_table(const std::vector<FoldedFinding>& found, const LineMap& places);
// One object a line: rule, title, level, tags, key, count, findings, first, last, sentence, events.
std::string scan_json_lines(const std::vector<FoldedFinding>& found, const LineMap& places);
// "10,000 lines with 55 rules in 0.4 s: 3 detections. 2 lines not decoded."
std::string scan_summary(const ScanTotals& totals, std::size_t found);

}  // namespace tocsin
