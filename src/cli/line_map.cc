#include "cli/line_map.h"

#include <algorithm>
#include <iterator>

namespace tocsin {

void LineMap::add(Seq seq, std::uint64_t line) {
  const std::size_t file = files_.empty() ? 0 : files_.size() - 1;
  if (!stretches_.empty()) {
    Stretch& last = stretches_.back();
    const bool follows = last.end == seq && last.file == file &&
                         last.line + (last.end.value - last.first.value) == line;
    if (follows) {
      last.end = seq_plus(seq, 1);
      return;
    }
  }
  stretches_.push_back({seq, seq_plus(seq, 1), file, line});
}

LinePlace LineMap::find(Seq seq) const {
  const auto after = std::ranges::upper_bound(stretches_, seq, {}, &Stretch::first);
  if (after == stretches_.begin()) {
    return {};
  }
  const Stretch& stretch = *std::prev(after);
  if (seq >= stretch.end || stretch.file >= files_.size()) {
    return {};
  }
  return {files_[stretch.file], stretch.line + (seq.value - stretch.first.value)};
}

}  // namespace tocsin
