// Router: which route a request means. Immutable after construction; thread-safe.
//
// A pattern's "{name}" stands for one path segment, not empty. Patterns do not overlap but for a
// literal segment, which wins over a "{name}" when it comes first in the list.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/scope.h"
#include "api/call.h"
#include "api/deeds.h"

namespace tocsin {

// Where a route's work is done.
enum class Place : std::uint8_t {
  kHere,  // on the I/O thread: must not wait
  kPool,  // on a thread of the pool
};

struct Route {
  std::string_view method;     // literal of the program
  std::string_view pattern;    // "/api/v1/alerts/{id}"
  std::optional<Scope> scope;  // none: open to everybody
  Place place = Place::kPool;
  std::function<void(Call)> run;
  const Deed* deed = nullptr;  // how it is written down; null: not at all
};

class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  // null: nothing for this method
    std::vector<std::string> path_values;
    std::string allow;  // "GET, PATCH" when the path exists but not with this method; else empty
  };
  Match find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string_view>> segments_;  // of routes_[i].pattern
};

}  // namespace tocsin
