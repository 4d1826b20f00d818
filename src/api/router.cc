#include "api/router.h"

#include "base/text.h"

namespace tocsin {
namespace {

bool is_name(std::string_view segment) {
  return segment.starts_with('{');
}

bool fits(const std::vector<std::string_view>& pattern,
          const std::vector<std::string_view>& segments) {
  if (pattern.size() != segments.size()) {
    return false;
  }
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool same = is_name(pattern[i]) ? !segments[i].empty() : pattern[i] == segments[i];
    if (!same) {
      return false;
    }
  }
  return true;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    segments_.push_back(split(route.pattern, '/'));
  }
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const std::vector<std::string_view> segments = split(path, '/');
  Match match;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!fits(segments_[i], segments)) {
      continue;
    }
    if (routes_[i].method != method) {
      match.allow += match.allow.empty() ? "" : ", ";
      match.allow += routes_[i].method;
      continue;
    }
    match.route = &routes_[i];
    for (std::size_t s = 0; s < segments.size(); ++s) {
      if (is_name(segments_[i][s])) {
        match.path_values.emplace_back(segments[s]);
      }
    }
    break;
  }
  return match;
}

}  // namespace tocsin
