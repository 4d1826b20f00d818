// Parsed<T>: a T, or what is wrong with a document and at which node of it.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "config/yaml.h"

namespace tocsin::sigma {

struct Problem {
  const YamlNode* at;  // owned by the YamlFile that was being read
  std::string reason;
};

template <class T>
class [[nodiscard]] Parsed : public std::expected<T, Problem> {
 public:
  using std::expected<T, Problem>::expected;
  Parsed(Problem problem) : std::expected<T, Problem>(std::unexpected(std::move(problem))) {}
};

}  // namespace tocsin::sigma
