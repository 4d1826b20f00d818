#include "config/yaml.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

std::string error_of(std::string_view text, const YamlLimits& limits = {}) {
  const auto file = YamlFile::parse(text, "f.yml", limits);
  return file ? "" : file.error().text();
}

TEST(Yaml, TypesPlainScalarsByTheCoreSchema) {
  const struct {
    std::string_view text;
    YamlKind kind;
  } kCases[] = {
      {"~", YamlKind::kNull},
      {"null", YamlKind::kNull},
      {"true", YamlKind::kBool},
      {"False", YamlKind::kBool},
      {"yes", YamlKind::kText},
      {"off", YamlKind::kText},
      {"12", YamlKind::kInt},
      {"-3", YamlKind::kInt},
      {"+7", YamlKind::kInt},
      {"0x1F", YamlKind::kInt},
      {"0o17", YamlKind::kInt},
      {"0b1", YamlKind::kText},
      {"1.5", YamlKind::kDouble},
      {".5", YamlKind::kDouble},
      {"1e3", YamlKind::kDouble},
      {"1.", YamlKind::kDouble},
      {".", YamlKind::kText},
      {"1e", YamlKind::kText},
      {"'12'", YamlKind::kText},
      {"\"true\"", YamlKind::kText},
      {"1.2.3", YamlKind::kText},
      {"2026-01-01", YamlKind::kText},
      {"99999999999999999999", YamlKind::kDouble},
  };
  for (const auto& c : kCases) {
    const auto file = YamlFile::parse("v: " + std::string(c.text), "f.yml");
    ASSERT_TRUE(file) << c.text << ": " << file.error().text();
    EXPECT_EQ(file->documents()[0].root->find("v")->kind(), c.kind) << c.text;
  }
}

TEST(Yaml, ReadsNumbersInAllBases) {
  const auto file = YamlFile::parse("[0x1F, 0o17, -12, 0777, 2.5, +3]", "f.yml");
  ASSERT_TRUE(file);
  const auto& items = file->documents()[0].root->items();
  EXPECT_EQ(items[0]->as_int(), 31);
  EXPECT_EQ(items[1]->as_int(), 15);
  EXPECT_EQ(items[2]->as_int(), -12);
  EXPECT_EQ(items[3]->as_int(), 777);
  EXPECT_EQ(items[4]->as_double(), 2.5);
  EXPECT_EQ(items[5]->as_double(), 3.0);
}

TEST(Yaml, KeepsPositionsAndOrder) {
  const auto file = YamlFile::parse("b: 1\na:\n  - x\n  - 'y'\n", "f.yml");
  ASSERT_TRUE(file);
  const YamlNode& root = *file->documents()[0].root;
  ASSERT_EQ(root.entries().size(), 2U);
  EXPECT_EQ(root.entries()[0].key->text(), "b");
  const YamlNode& second = *root.find("a")->items()[1];
  EXPECT_EQ(second.line(), 4);
  EXPECT_EQ(second.column(), 5);
  EXPECT_EQ(second.text(), "y");
  EXPECT_EQ(root.find("c"), nullptr);
}

TEST(Yaml, SingleQuotesDoNotEscapeAndDoubleQuotesDo) {
  const auto file = YamlFile::parse("a: 'c:\\temp\\*'\nb: \"c:\\\\temp\\n\"\nc: c:\\temp\n", "f");
  ASSERT_TRUE(file);
  const YamlNode& root = *file->documents()[0].root;
  EXPECT_EQ(root.find("a")->text(), "c:\\temp\\*");
  EXPECT_EQ(root.find("b")->text(), "c:\\temp\n");
  EXPECT_EQ(root.find("c")->text(), "c:\\temp");
}

TEST(Yaml, SplitsDocumentsAndGivesEachItsSource) {
  const auto file = YamlFile::parse("---\na: 1\n---\nb: 2\n---\n", "f.yml");
  ASSERT_TRUE(file);
  ASSERT_EQ(file->documents().size(), 2U);
  EXPECT_NE(file->documents()[0].source.find("a: 1"), std::string_view::npos);
  EXPECT_EQ(file->documents()[0].source.find("b: 2"), std::string_view::npos);
  EXPECT_NE(file->documents()[1].source.find("b: 2"), std::string_view::npos);
  EXPECT_EQ(file->documents()[1].root->find("b")->line(), 4);
}

TEST(Yaml, EmptyTextHasNoDocuments) {
  for (const std::string_view text : {"", "# nothing\n", "---\n...\n"}) {
    const auto file = YamlFile::parse(text, "f.yml");
    ASSERT_TRUE(file) << text;
    EXPECT_TRUE(file->documents().empty()) << text;
  }
}

TEST(Yaml, AliasesAreTheSameNode) {
  const auto file = YamlFile::parse("a: &x [1, 2]\nb: *x\n", "f.yml");
  ASSERT_TRUE(file);
  const YamlNode& root = *file->documents()[0].root;
  EXPECT_EQ(root.find("a"), root.find("b"));
}

TEST(Yaml, NamesThePlaceOfEachError) {
  const struct {
    std::string_view text;
    std::string_view begin;
  } kCases[] = {
      {"a: 1\nb: 2\na: 3\n", "f.yml:3:1: duplicate key \"a\""},
      {"a: *nope\n", "f.yml:1:4: alias *nope"},
      {"a: &x [*x]\n", "f.yml:1:8: alias *x"},
      {"? [a, b]\n: c\n", "f.yml:1:3: a key must be a scalar"},
      {"a: [1, 2\nb: 3\n", "f.yml:"},
      {"a: 1\n b: 2\n", "f.yml:1:4:"},
      {"a: 'x\n", "f.yml:"},
      {"a: 1\nb: \xff\n", "f.yml:2:1: bytes that are not UTF-8"},
      {std::string_view("a: \0\n", 5), "f.yml:1:1: bytes that are not UTF-8"},
      {"\t- a\n", "f.yml:"},
  };
  for (const auto& c : kCases) {
    const std::string error = error_of(c.text);
    EXPECT_TRUE(error.starts_with(c.begin)) << c.text << " gave: " << error;
  }
}

TEST(Yaml, RefusesWhatIsOverItsLimits) {
  EXPECT_NE(error_of(std::string(50, '[') + std::string(50, ']')), "");
  EXPECT_NE(error_of(std::string(100'000, '[')), "");
  EXPECT_NE(error_of("aaaaaaaa: 1", {.bytes_max = 4}), "");
  EXPECT_NE(error_of("[1, 2, 3, 4]", {.nodes_max = 3}), "");
  EXPECT_NE(error_of("---\na\n---\nb\n---\nc\n", {.documents_max = 2}), "");
}

TEST(Yaml, RefusesAnAliasBomb) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) {
      bomb += (j > 0 ? ", " : "") + before;
    }
    bomb += "]\n";
  }
  EXPECT_NE(error_of(bomb).find("aliases"), std::string::npos);
}

}  // namespace
}  // namespace tocsin
