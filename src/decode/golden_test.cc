// tests/golden/decode/<case>/: input.log decoded line by line must give expected.jsonl.
// TOCSIN_GOLDEN_UPDATE=1 writes what is expected; read the diff before you commit it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "decode/test_event.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

fs::path root() {
  return fs::path(TOCSIN_SOURCE_DIR) / "tests" / "golden" / "decode";
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::string as_json(const decode_test::Seen& event) {
  JsonWriter json;
  json.begin_object().member("dataset", event.dataset).member("time", iso_time(event.time));
  std::vector<std::string> written;
  for (const auto& [name, value] : event.fields) {
    if (std::ranges::find(written, name) == written.end()) {
      written.push_back(name);
      json.member(name, event[name]);
    }
  }
  json.end_object();
  return json.take();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root())) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, InputGivesWhatIsExpected) {
  const fs::path folder = root() / GetParam();
  decode_test::Bench bench;
  std::vector<std::string> got;
  const auto inputs = lines_of(folder / "input.log");
  for (const auto& event : bench.decode_all(inputs, GetParam())) {
    got.push_back(as_json(event));
  }
  if (std::getenv("TOCSIN_GOLDEN_UPDATE") != nullptr) {
    std::ofstream file(folder / "expected.jsonl");
    for (const std::string& line : got) {
      file << line << '\n';
    }
  }
  const auto expected = lines_of(folder / "expected.jsonl");
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i], expected[i]) << "line " << i + 1 << ": " << inputs[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Decode, Golden, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace tocsin
