// Every modifier, every kind of value, against events: what Sigma means.
#include "detect/sigma/modifier.h"

#include <gtest/gtest.h>

#include "detect/test_events.h"

namespace tocsin {
namespace {

struct Case {
  std::string item;  // YAML of one item: "field|modifier: value"
  Value value;
  bool matches;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    TestDetection detection;
    detection.load_detection("  sel:\n    " + c.item + "\n  condition: sel\n");
    EXPECT_EQ(detection.matches({{{"f", c.value}, {"g", text("Evil.EXE")}}}), c.matches)
        << c.item << " on " << c.value.to_text();
  }
}

void check_absent(const std::vector<std::pair<std::string, bool>>& cases) {
  for (const auto& [item, expected] : cases) {
    TestDetection detection;
    detection.load_detection("  sel:\n    " + item + "\n  condition: sel\n");
    EXPECT_EQ(detection.matches({{{"other", text("x")}}}), expected) << item;
  }
}

std::string refusal(const std::string& item) {
  TestDetection detection;
  detection.load_detection("  sel:\n    " + item + "\n  condition: sel\n");
  return detection.first_refusal();
}

TEST(Modifiers, PlainTextIsTheWholeValueWhateverItsCase) {
  check({{"f: cmd.exe", text("CMD.exe"), true},
         {"f: cmd.exe", text("xcmd.exe"), false},
         {"f: 'c*e'", text("cmd.exe"), true},
         {"f: 'cmd?exe'", text("cmd.exe"), true},
         {"f: 'cmd\\?exe'", text("cmd?exe"), true},
         {"f: 'cmd\\?exe'", text("cmd.exe"), false},
         {"f: ПРИВЕТ", text("привет"), true},
         {"f: [a, b]", text("B"), true},
         {"f: [a, b]", text("c"), false}});
}

TEST(Modifiers, PlaceText) {
  check({{"f|contains: MID", text("a mid z"), true},
         {"f|contains: mid", text("mi d"), false},
         {"f|contains: 'a*z'", text("xx a mid z yy"), true},
         {"f|startswith: AB", text("abc"), true},
         {"f|startswith: b", text("abc"), false},
         {"f|endswith: \\cmd.exe", text("C:\\Windows\\CMD.EXE"), true},
         {"f|endswith: '\\cmd.exe'", text("xcmd.exe"), false},
         {"f|contains: '100\\%'", text("100\\%"), true},
         {"f|contains|all: [a, b]", text("xbxa"), true},
         {"f|contains|all: [a, b]", text("xb"), false},
         {"f|contains: 12", text("a123"), true},
         {"f|startswith: ''", text("x"), true}});
}

TEST(Modifiers, CasedMindsCase) {
  check({{"f|cased: Cmd", text("Cmd"), true},
         {"f|cased: Cmd", text("cmd"), false},
         {"f|contains|cased: Cmd", text("xCmdx"), true},
         {"f|contains|cased: Cmd", text("xcmdx"), false}});
}

TEST(Modifiers, NumbersMeetTextsAndNumbers) {
  check({{"f: 4624", integer(4624), true},
         {"f: 4624", text("4624"), true},
         {"f: 4624", text("4624.0"), true},
         {"f: 4624", text("14624"), false},
         {"f: '4624'", integer(4624), true},
         {"f: '46*'", integer(4624), true},
         {"f: 0x10", text("0x10"), true},
         {"f: 0x10", integer(16), true},
         {"f: 1.5", Value::real(1.5), true},
         {"f: 1.5", text("1.50"), true},
         {"f: 3", Value::real(3.0), true},
         {"f: 9007199254740993", integer(9007199254740993), true},
         {"f: 9007199254740993", integer(9007199254740992), false}});
}

TEST(Modifiers, BooleansMeetTexts) {
  check({{"f: true", Value::boolean(true), true},
         {"f: true", text("True"), true},
         {"f: true", Value::boolean(false), false},
         {"f: false", text("false"), true},
         {"f: 'true'", Value::boolean(true), true},
         {"f: true", integer(1), false}});
}

TEST(Modifiers, NullEmptyAndExistsAreThreeThings) {
  check({{"f: null", Value::null(), true},
         {"f: null", text(""), false},
         {"f: ''", text(""), true},
         {"f: ''", Value::null(), false},
         {"f: ''", text("x"), false},
         {"f|exists: true", Value::null(), true},
         {"f|exists: true", text(""), true},
         {"f|exists: false", text("x"), false},
         {"f: []", Value::null(), true},
         {"f: '*'", text(""), true},
         {"f: '*'", Value::null(), false}});
  check_absent({{"f: null", true},
                {"f: ''", false},
                {"f|exists: true", false},
                {"f|exists: false", true},
                {"f: '*'", false},
                {"f|neq: x", true},
                {"f: []", true}});
}

TEST(Modifiers, NeqTurnsTheWholeItemRound) {
  check({{"f|neq: a", text("b"), true},
         {"f|neq: a", text("A"), false},
         {"f|neq: [a, b]", text("b"), false},
         {"f|neq: 5", text("5"), false},
         {"f|contains|neq: a", text("xax"), false},
         {"f|fieldref|neq: g", text("evil.exe"), false},
         {"f|fieldref|neq: g", text("good.exe"), true}});
}

TEST(Modifiers, CompareNumbers) {
  check({{"f|gt: 5", integer(6), true},
         {"f|gt: 5", integer(5), false},
         {"f|gte: 5", integer(5), true},
         {"f|lt: 5", text("4.9"), true},
         {"f|lt: 5", integer(5), false},
         {"f|lte: 5", Value::real(5.0), true},
         {"f|lte: 5", text("six"), false},
         {"f|gt: -2", text("-1"), true},
         {"f|gte: 1.5", integer(2), true},
         {"f|gt: 5", text("1e9"), false},
         {"f|gt: '5'", integer(6), true}});
  check_absent({{"f|lt: 5", false}});
}

TEST(Modifiers, RegularExpressionsSearch) {
  check({{"f|re: 'b+c'", text("abbcd"), true},
         {"f|re: 'B'", text("b"), false},
         {"f|re|i: 'B'", text("b"), true},
         {"f|re|ignorecase: 'B'", text("b"), true},
         {"f|re|m: '^b'", text("a\nb"), true},
         {"f|re|s: 'a.b'", text("a\nb"), true},
         {"f|re|i|s: 'A.B'", text("a\nb"), true},
         {"f|re|startswith: 'b|c'", text("ab"), false},
         {"f|re|endswith: 'a|b'", text("xb"), true},
         {"f|re|endswith: 'a'", text("ab"), false},
         {"f|re: '^\\d{4}$'", integer(4624), true},
         {"f|re|all: ['a', 'b']", text("ab"), true},
         {"f|re|all: ['a', 'b']", text("a"), false}});
}

TEST(Modifiers, CidrTakesAddressesOfBothFamilies) {
  check({{"f|cidr: 10.0.0.0/8", text("10.1.2.3"), true},
         {"f|cidr: 10.0.0.0/8", text("11.1.2.3"), false},
         {"f|cidr: 10.0.0.0/8", text("10.1.2.3:443"), true},
         {"f|cidr: 10.0.0.0/8", text("::ffff:10.1.2.3"), true},
         {"f|cidr: 'fe80::/10'", text("fe80::1"), true},
         {"f|cidr: ['10.0.0.0/8', '192.168.0.0/16']", text("192.168.1.1"), true},
         {"f|cidr: 10.0.0.0/8", text("not an address"), false},
         {"f|cidr: 192.0.2.7", text("192.0.2.7"), true}});
}

TEST(Modifiers, EncodeTheirText) {
  check({{"f|base64: foobar", text("Zm9vYmFy"), true},
         {"f|base64|contains: foobar", text("x Zm9vYmFy x"), true},
         {"f|base64offset|contains: foobar", text("xxmb29iYXxx"), true},
         {"f|base64offset|contains: foobar", text("xxZvb2Jhcxx"), true},
         {"f|wide|base64offset|contains: ab", text("YQBiA"), true},
         {"f|utf16le|base64|contains: ab", text("YQBiAA=="), true},
         {"f|utf16|base64: ab", text("//5hAGIA"), true},
         {"f|utf16be|base64: ab", text("AGEAYg=="), true},
         {"f|wide: ab", text({"a\0b\0", 4}), true}});
}

TEST(Modifiers, WindashTakesEveryDash) {
  check({{"f|windash|contains: ' -enc'", text("powershell /enc x"), true},
         {"f|contains|windash: ' -enc'", text("powershell –ENC x"), true},
         {"f|contains|windash: ' /enc'", text("powershell -enc x"), true},
         {"f|contains|windash: ' -enc'", text("powershell +enc x"), false},
         {"f|windash|contains|all: [' -a', ' -b']", text("x /a -b"), true},
         {"f|windash|contains|all: [' -a', ' -b']", text("x /a"), false}});
}

TEST(Modifiers, FieldrefComparesFields) {
  check({{"f|fieldref: g", text("evil.exe"), true},
         {"f|fieldref: g", text("evil.com"), false},
         {"f|fieldref|cased: g", text("evil.exe"), false},
         {"f|fieldref|endswith: g", text("C:\\evil.exe"), true},
         {"f|fieldref|startswith: g", text("evil.exe -x"), true},
         {"f|fieldref|contains: g", text("run evil.exe -x"), true},
         {"f|endswith|fieldref: g", text("C:\\evil.exe"), true},
         {"f|fieldref: nothere", text("x"), false}});
}

TEST(Modifiers, TakePartsOfTimes) {
  const Value time = Value::time(Micros(1'763'908'245'000'000));  // 2025-11-23T14:30:45Z, a Sunday
  check({{"f|hour: 14", time, true},
         {"f|minute: 30", time, true},
         {"f|day: 23", time, true},
         {"f|week: 47", time, true},
         {"f|month: 11", time, true},
         {"f|year: 2025", time, true},
         {"f|hour: 13", time, false},
         {"f|hour|gte: 14", time, true},
         {"f|hour|lt: 6", time, false},
         {"f|hour: 14", text("2025-11-23T14:30:45Z"), true},
         {"f|hour: 14", text("soon"), false},
         {"f|week: 53", text("2021-01-01"), true},
         {"f|week: 1", text("2024-12-30"), true}});
}

TEST(Modifiers, ExpandFillsPlaceholders) {
  TestDetection detection;
  detection.placeholders["admins"] = {"alice", "b*b"};
  detection.load_detection("  sel:\n    f|expand: 'corp\\%admins%'\n  condition: sel\n");
  EXPECT_FALSE(detection.matches({{{"f", text("corp\\alice")}}}));  // \% is a literal sign
  detection.load_detection("  sel:\n    f|expand: 'corp-%admins%'\n  condition: sel\n");
  EXPECT_TRUE(detection.matches({{{"f", text("CORP-Alice")}}}));
  EXPECT_TRUE(detection.matches({{{"f", text("corp-barb")}}}));
  EXPECT_FALSE(detection.matches({{{"f", text("corp-carol")}}}));
  detection.load_detection("  sel:\n    f|contains|expand: '%admins%'\n  condition: sel\n");
  EXPECT_TRUE(detection.matches({{{"f", text("xx alice xx")}}}));
  detection.load_detection("  sel:\n    f: '%admins%'\n  condition: sel\n");
  EXPECT_TRUE(detection.matches({{{"f", text("%admins%")}}}));
}

TEST(Modifiers, AnUnresolvedPlaceholderRefusesTheRule) {
  EXPECT_NE(refusal("f|expand: '%nobody%'").find("placeholder %nobody%"), std::string::npos);
}

TEST(Modifiers, AnyOfSeveralValuesSuffices) {
  TestDetection detection;
  const TestEvent event{{{"f", text("one")}, {"f", text("two")}}};
  const std::vector<std::pair<std::string, bool>> cases = {{"f: two", true},
                                                           {"f: three", false},
                                                           {"f|contains|all: [one, two]", true},
                                                           {"f|neq: two", false},
                                                           {"f: null", false}};
  for (const auto& [item, expected] : cases) {
    detection.load_detection("  sel:\n    " + item + "\n  condition: sel\n");
    EXPECT_EQ(detection.matches(event), expected) << item;
  }
}

TEST(Modifiers, MistakesRefuseTheRuleByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"f|contians: x", "did you mean \"contains\""},
      {"f|zzzzzzzzzz: x", "unknown modifier \"zzzzzzzzzz\""},
      {"f|exists: maybe", "wants true or false"},
      {"f|exists|all: true", "must stand alone"},
      {"f|i: x", "belongs behind \"re\""},
      {"f|re: '('", "regular expression"},
      {"f|re|cidr: x", "do not go together"},
      {"f|cidr: 10.0.0.1/8", "not a network"},
      {"f|cidr: banana", "not a network"},
      {"f|gt: many", "not a number"},
      {"f|gt|lt: 5", "do not go together"},
      {"f|base64: 'a*b'", "without wildcards"},
      {"f|base64offset: ''", "without wildcards"},
      {"f|contains|contains: x", "stands twice"},
      {"f|contains: null", "null does not go"},
      {"'|cidr': 10.0.0.0/8", "needs a field"},
      {"f: {a: b}", "not a map"},
      {"f|contains: []", "the list is empty"},
      {"f: [[a]]", "must be text"},
      {"f|hour: noon", "not a number"},
      {"f|windash: '-a -b -c -d -e -f'", "too many dashes"},
  };
  for (const auto& [item, part] : cases) {
    EXPECT_NE(refusal(item).find(part), std::string::npos) << item << ": " << refusal(item);
  }
}

}  // namespace
}  // namespace tocsin
