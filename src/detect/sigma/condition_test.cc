#include "detect/sigma/condition.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace tocsin::sigma {
namespace {

std::vector<Selection> selections() {
  std::vector<Selection> out;
  std::uint32_t i = 0;
  for (const char* name : {"a", "b", "sel_1", "sel_2", "_hidden", "filter-x"}) {
    out.push_back({name, {NodeKind::kAtom, i++, {}, {}}, false});
  }
  return out;
}

std::string shape(const Node& node) {
  constexpr std::array<std::string_view, 6> kNames = {"a", "b", "1", "2", "h", "x"};
  if (node.kind == NodeKind::kAtom) {
    return std::string(kNames[node.atom]);
  }
  std::string out = node.kind == NodeKind::kAnd ? "&(" : node.kind == NodeKind::kOr ? "|(" : "!(";
  for (const Node& child : node.children) {
    out += shape(child);
  }
  return out + ")";
}

TEST(Condition, BindsNotThenAndThenOr) {
  const struct {
    std::string_view text;
    std::string_view tree;
  } kCases[] = {
      {"a", "a"},
      {"a and b", "&(ab)"},
      {"a or b and sel_1", "|(a&(b1))"},
      {"(a or b) and sel_1", "&(|(ab)1)"},
      {"not a and b", "&(!(a)b)"},
      {"not (a and b)", "!(&(ab))"},
      {"not not a", "a"},
      {"a AND NOT b", "&(a!(b))"},
      {"1 of sel_*", "|(12)"},
      {"any of sel_*", "|(12)"},
      {"all of sel_*", "&(12)"},
      {"not 1 of sel_*", "!(|(12))"},
      {"a and not 1 of sel_* or b", "|(&(a!(|(12)))b)"},
      {"1 of them", "|(ab12x)"},
      {"all of them", "&(ab12x)"},
      {"1 of _hid*", "|(h)"},
      {"1 of *_2", "|(2)"},
      {"1 of a", "|(a)"},
      {"filter-x", "x"},
      {"((((a))))", "a"},
  };
  for (const auto& c : kCases) {
    auto known = selections();
    const auto tree = parse_condition(c.text, known);
    ASSERT_TRUE(tree) << c.text << ": " << tree.error();
    EXPECT_EQ(shape(*tree), c.tree) << c.text;
  }
}

TEST(Condition, NamesTheMistake) {
  const struct {
    std::string_view text;
    std::string_view part;
  } kCases[] = {
      {"", "ends where"},
      {"a and", "ends where"},
      {"and a", "\"and\" at character 1"},
      {"a b", "\"b\" at character 3"},
      {"(a", "ends where \")\""},
      {"a)", "where the end was expected"},
      {"c", "\"c\", which is not defined"},
      {"sel_3", "did you mean"},
      {"1 of nope*", "\"nope*\" fits no search identifier"},
      {"2 of sel_*", "\"2 of\" is not part of Sigma"},
      {"a | count() by x > 5", "write a correlation rule"},
      {"1 of", "ends where"},
      {"a & b", "\"&\" at character 3"},
  };
  for (const auto& c : kCases) {
    auto known = selections();
    const auto tree = parse_condition(c.text, known);
    ASSERT_FALSE(tree) << c.text;
    EXPECT_NE(tree.error().find(c.part), std::string::npos) << c.text << ": " << tree.error();
  }
}

TEST(Condition, MarksWhatItUses) {
  auto known = selections();
  ASSERT_TRUE(parse_condition("a and 1 of sel_*", known));
  EXPECT_TRUE(known[0].used);
  EXPECT_FALSE(known[1].used);
  EXPECT_TRUE(known[2].used);
}

TEST(Condition, IsLimitedInDepthLengthAndGrowth) {
  auto known = selections();
  EXPECT_FALSE(parse_condition(std::string(1'000, '(') + "a" + std::string(1'000, ')'), known));
  EXPECT_FALSE(parse_condition(std::string(kConditionBytesMax + 1, ' '), known));
  Node wide{NodeKind::kOr, 0, std::vector<Node>(10'000), {}};
  known[0].node = wide;
  std::string many = "a";
  for (int i = 0; i < 100; ++i) {
    many += " or a";
  }
  EXPECT_FALSE(parse_condition(many, known));
}

}  // namespace
}  // namespace tocsin::sigma
