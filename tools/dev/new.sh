#!/usr/bin/env bash
# ./dev new module|decoder|rule NAME: a scaffold that builds and whose test passes.
#   module NAME        src/NAME/ with header, source, test and README.md
#   decoder NAME       src/decode/NAME.{h,cc,_test.cc}
#   rule AREA/NAME     rules/AREA/NAME/ with rule.yml, must_fire.jsonl, must_not_fire.jsonl
set -euo pipefail
usage() {
  sed -n '2,5s/^# //p' "$0" >&2
  exit 2
}
[[ $# -eq 2 ]] || usage
kind="$1"
name="$2"

refuse() {
  printf 'new: %s\n' "$*" >&2
  exit 2
}
fresh() {
  local path
  for path in "$@"; do
    [[ ! -e ${path} ]] || refuse "${path} is there already"
  done
}
[[ ${name} =~ ^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?$ ]] || refuse "\"${name}\" is not snake_case"
# some_name → SomeName
type_name() {
  sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<< "$1"
}

new_module() {
  local folder="src/${name}"
  [[ ${name} != */* ]] || refuse "a module is one folder in src/"
  fresh "${folder}/${name}.h"
  mkdir -p "${folder}"
  cat > "${folder}/README.md" << END
# ${name}
What for: one sentence. Not for: one sentence.
Door: \`${name}.h\`. Reading order: \`${name}.h\`, \`${name}.cc\`.
END
  cat > "${folder}/${name}.h" << END
// What this is for; what it is not for; its thread rule; its invariants.
#pragma once

#include <string_view>

namespace tocsin {

std::string_view ${name}_name();

}  // namespace tocsin
END
  cat > "${folder}/${name}.cc" << END
#include "${name}/${name}.h"

namespace tocsin {

std::string_view ${name}_name() { return "${name}"; }

}  // namespace tocsin
END
  cat > "${folder}/${name}_test.cc" << END
#include "${name}/${name}.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST($(type_name "${name}"), KnowsItsName) { EXPECT_EQ(${name}_name(), "${name}"); }

}  // namespace
}  // namespace tocsin
END
  grep -q "^tocsin_module(${name} " CMakeLists.txt ||
    sed -i "/^tocsin_module(testing/i tocsin_module(${name} DEPS base)" CMakeLists.txt
  printf 'made %s and a line in CMakeLists.txt\n' "${folder}"
  printf 'now: give it a rank in tools/check_deps.py and docs/architecture.md, then ./dev test %s\n' \
    "${name}"
}

new_decoder() {
  local path="src/decode/${name}"
  [[ ${name} != */* ]] || refuse "a decoder is one file in src/decode/"
  fresh "${path}.h" "${path}.cc" "${path}_test.cc"
  cat > "${path}.h" << END
// The format ${name}: where it comes from, and its grammar. Pure: bytes in, fields out.
#pragma once

#include <optional>
#include <string_view>

namespace tocsin {

struct $(type_name "${name}")Line {
  std::string_view key;
  std::string_view value;
};

// "key: value"; nothing when the line has another form. Views point into \`line\`.
std::optional<$(type_name "${name}")Line> parse_${name}(std::string_view line);

}  // namespace tocsin
END
  cat > "${path}.cc" << END
#include "decode/${name}.h"

namespace tocsin {

std::optional<$(type_name "${name}")Line> parse_${name}(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  return $(type_name "${name}")Line{line.substr(0, colon), line.substr(colon + 2)};
}

}  // namespace tocsin
END
  cat > "${path}_test.cc" << END
#include "decode/${name}.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST($(type_name "${name}"), SplitsKeyAndValue) {
  const auto line = parse_${name}("user: alice");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->key, "user");
  EXPECT_EQ(line->value, "alice");
}

TEST($(type_name "${name}"), LeavesOtherFormsAlone) {
  for (const char* line : {"", ":", ": x", "user alice"}) {
    EXPECT_FALSE(parse_${name}(line).has_value()) << line;
  }
}

}  // namespace
}  // namespace tocsin
END
  printf 'made %s.{h,cc} and its test; now: one line in the list of formats (src/decode/README.md)\n' \
    "${path}"
}

new_rule() {
  [[ ${name} == */* ]] || refuse "a rule stands in an area: auth/${name}"
  bash tools/dev/build.sh release tocsin > /dev/null
  build/release/tocsin rules new "rules/${name}"
}

case "${kind}" in
  module) new_module ;;
  decoder) new_decoder ;;
  rule) new_rule ;;
  *) usage ;;
esac
