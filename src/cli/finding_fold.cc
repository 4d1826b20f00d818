#include "cli/finding_fold.h"

#include <algorithm>
#include <tuple>

namespace tocsin {

void RecentLines::add(Seq seq, std::string_view line) {
  lines_.emplace_back(seq, line.substr(0, kLineBytesMax));
  bytes_ += lines_.back().second.size();
  while (bytes_ > kBytesMax) {
    bytes_ -= lines_.front().second.size();
    lines_.pop_front();
  }
}

std::string_view RecentLines::find(Seq seq) const {
  const auto found = std::ranges::lower_bound(lines_, seq, {}, &std::pair<Seq, std::string>::first);
  return found != lines_.end() && found->first == seq ? std::string_view(found->second)
                                                      : std::string_view{};
}

void FindingFold::add(const Finding& finding, const RecentLines& lines) {
  const std::pair id(finding.rule->id, key_text(finding.key));
  auto found = folds_.find(id);
  if (found == folds_.end()) {
    if (folds_.size() >= kFoldsMax) {
      ++not_kept_;
      return;
    }
    found = folds_.try_emplace(id).first;
    found->second.rule = finding.rule;
    found->second.key = finding.key;
    found->second.first = finding.first;
    found->second.last = finding.time;
  }
  FoldedFinding& folded = found->second;
  ++folded.findings;
  folded.events += finding.count;
  folded.first = std::min(folded.first, finding.first);
  folded.last = std::max(folded.last, finding.time);
  folded.sentence = finding.sentence;
  add_samples(folded, finding, lines);
}

void FindingFold::add_samples(FoldedFinding& folded, const Finding& finding,
                              const RecentLines& lines) const {
  for (const Seq seq : finding.events) {
    if (std::ranges::find(folded.samples, seq) == folded.samples.end()) {
      folded.samples.push_back(seq);
    }
  }
  std::ranges::sort(folded.samples);
  while (folded.samples.size() > kSamplesMax) {
    folded.samples.pop_front();
  }
  const std::size_t wanted = std::min(evidence_max_, folded.samples.size());
  std::map<Seq, std::string> kept;
  for (std::size_t i = folded.samples.size() - wanted; i < folded.samples.size(); ++i) {
    const Seq seq = folded.samples[i];
    if (const auto had = folded.lines.find(seq); had != folded.lines.end()) {
      kept.insert(folded.lines.extract(had));
    } else if (const std::string_view text = lines.find(seq); !text.empty()) {
      kept.emplace(seq, text);
    }
  }
  folded.lines = std::move(kept);
}

std::vector<FoldedFinding> FindingFold::take() {
  std::vector<FoldedFinding> all;
  all.reserve(folds_.size());
  for (auto& [id, folded] : folds_) {
    all.push_back(std::move(folded));
  }
  folds_.clear();
  std::ranges::stable_sort(all, [](const FoldedFinding& a, const FoldedFinding& b) {
    return std::tuple(b.rule->level, b.events) < std::tuple(a.rule->level, a.events);
  });
  return all;
}

}  // namespace tocsin
