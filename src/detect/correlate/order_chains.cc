#include "detect/correlate/order_chains.h"

namespace tocsin {

bool OrderChains::add(const WindowEntry& entry, Span timespan) {
  const std::uint64_t step = entry.value();
  std::optional<Micros> began = entry.time();
  if (step > 0) {
    const Link& before = links_[step - 1];
    began = before.end == entry.seq() ? before.began_before : before.began;
    if (!began || *began < entry.time() - timespan) {
      return false;
    }
  }
  Link& link = links_[step];
  if (link.end != entry.seq()) {
    link.began_before = link.began;
  }
  link.began = began;
  link.end = entry.seq();
  return step + 1 == links_.size();
}

}  // namespace tocsin
