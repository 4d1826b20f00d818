// FindingFold: findings of a scan, folded by rule and key as the server folds them into alerts,
// with the lines behind them. One thread. Bounded: past kFoldsMax new keys are only counted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "model/event.h"
#include "model/finding.h"

namespace tocsin {

// Recent lines by Seq, the oldest forgotten first when they are too many bytes together.
class RecentLines {
 public:
  static constexpr std::size_t kBytesMax = 64U << 20U;
  static constexpr std::size_t kLineBytesMax = 2'048;  // kept of one line

  void add(Seq seq, std::string_view line);
  std::string_view find(Seq seq) const;  // empty when forgotten

 private:
  std::deque<std::pair<Seq, std::string>> lines_;
  std::size_t bytes_ = 0;
};

struct FoldedFinding {
  std::shared_ptr<const RuleInfo> rule;
  std::vector<KeyPart> key;
  std::uint64_t findings = 0;
  std::uint64_t events = 0;
  Micros first;
  Micros last;
  std::string sentence;              // of the newest finding
  std::deque<Seq> samples;           // newest events, oldest first
  std::map<Seq, std::string> lines;  // texts of the samples that were still at hand
};

class FindingFold {
 public:
  static constexpr std::size_t kFoldsMax = 100'000;
  static constexpr std::size_t kSamplesMax = Finding::kSeqsMax;

  // Keeps the texts of `evidence_max` samples of each.
  explicit FindingFold(std::size_t evidence_max) : evidence_max_(evidence_max) {}

  void add(const Finding& finding, const RecentLines& lines);

  // Gravest first, then most events, then title and key.
  std::vector<FoldedFinding> take();
  std::uint64_t not_kept() const { return not_kept_; }

 private:
  void add_samples(FoldedFinding& folded, const Finding& finding, const RecentLines& lines) const;

  const std::size_t evidence_max_;
  std::map<std::pair<std::string, std::string>, FoldedFinding> folds_;  // by rule id and key
  std::uint64_t not_kept_ = 0;
};

}  // namespace tocsin
