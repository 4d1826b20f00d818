// OrderChains: have the steps 0, 1, 2 … happened one after the other, each in another event, within
// a timespan? O(1) per event: for each step the latest time at which a chain that ends there began.
// Events in order of time.
#pragma once

#include <optional>
#include <vector>

#include "detect/correlate/entry_list.h"

namespace tocsin {

class OrderChains {
 public:
  explicit OrderChains(std::size_t steps) : links_(steps) {}

  // True when this event (its value is the step) completes all steps.
  bool add(const WindowEntry& entry, Span timespan);
  std::size_t bytes() const { return links_.capacity() * sizeof(Link); }

 private:
  struct Link {
    std::optional<Micros> began;
    Seq end;
    std::optional<Micros> began_before;  // of a chain that ends at another event than `end`
  };

  std::vector<Link> links_;
};

}  // namespace tocsin
