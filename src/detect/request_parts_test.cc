#include "detect/request_parts.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "detect/compiled_rules.h"
#include "detect/test_events.h"

namespace tocsin {
namespace {

struct Parts {
  std::vector<std::string> all;
  std::vector<std::string> parameters;
};

Parts parts_of(TestDetection& with, const TestEvent& event) {
  RequestParts parts(with.fields);
  Parts out;
  const auto batch = with.batch({event});
  for (const RequestPart& part : parts.collect(*batch, 0)) {
    out.all.emplace_back(part.text);
    if (part.parameter) {
      out.parameters.emplace_back(part.text);
    }
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(RequestParts, SplitsTheTargetBeforeDecoding) {
  TestDetection with;
  const Parts parts = parts_of(
      with, TestEvent({{"url.original", text("/a%2fb?q=x%26y%3D1&id=42&u%5b$ne%5d=1.5&flag")},
                       {"url.path", text("/a/b")},
                       {"url.query", text("q=x")}}));
  EXPECT_EQ(parts.all, (Texts{"/a/b", "x&y=1", "u[$ne]", "1.5"}));
  EXPECT_EQ(parts.parameters, (Texts{"x&y=1", "u[$ne]", "1.5"}));
}

TEST(RequestParts, TakesPathAndQueryWhenThereIsNoWholeTarget) {
  TestDetection with;
  const Parts parts =
      parts_of(with, TestEvent({{"url.path", text("/x+y")}, {"url.query", text("q=a+b")}}));
  EXPECT_EQ(parts.all, (Texts{"/x+y", "a b"}));
}

TEST(RequestParts, LooksAtHeadersButCountsThemNoParameters) {
  TestDetection with;
  const Parts parts =
      parts_of(with, TestEvent({{"url.original", text("/")},
                                {"user_agent.original", text("() { :; }; /bin/x")},
                                {"http.request.referrer", text("https://a.test/?q=1%27")},
                                {"http.request.headers.x-api-version", text("${jndi:x}")},
                                {"req.headers.cookie", text("plain")},
                                {"message", text("<script>")}}));
  EXPECT_EQ(parts.all, (Texts{"/", "() { :; }; /bin/x", "https://a.test/", "1'", "${jndi:x}"}));
  EXPECT_TRUE(parts.parameters.empty());
}

TEST(RequestParts, ReadsFormsJsonAndOtherBodies) {
  struct {
    std::string_view body;
    Texts expected;
  } const cases[] = {
      {"user=bob&pass=%27+or+1", {"' or 1"}},
      {R"({"user": "bob", "note": "\u003cb\u003e \"x\"", "n": 1, "a": ["..\/..\/x"]})",
       {"<b> \"x\"", "../../x"}},
      {R"({"$where": "a)", {"$where"}},
      {"<?xml version=\"1.0\"?>", {"<?xml version=\"1.0\"?>"}},
      {"one line\nand another", {"one line\nand another"}},
      {"{\"a\\", {"a"}},
  };
  for (const auto& test : cases) {
    TestDetection with;
    const Parts parts = parts_of(with, TestEvent({{"http.request.body.content", text(test.body)}}));
    if (test.body == "{\"a\\") {
      EXPECT_LE(parts.all.size(), 1U);  // broken JSON: anything but a crash
      continue;
    }
    EXPECT_EQ(parts.parameters, test.expected) << test.body;
  }
}

TEST(RequestParts, OffersSplitWordsPutTogetherAsWell) {
  TestDetection with;
  const Parts parts =
      parts_of(with, TestEvent({{"url.original", text("/?x=;c''at${IFS}/etc/hosts")}}));
  EXPECT_EQ(parts.parameters, (Texts{";c''at${IFS}/etc/hosts", ";cat /etc/hosts"}));
}

TEST(RequestParts, HidesNothingBehindManyParameters) {
  TestDetection with;
  std::string target = "/?";
  for (int i = 0; i < 2'000; ++i) {
    target += "a=.&";
  }
  const Parts parts = parts_of(with, TestEvent({{"url.original", text(target + "z=<script>")}}));
  EXPECT_LE(parts.all.size(), kRequestPartsMax);
  EXPECT_TRUE(parts.all.back().ends_with("z=<script>"));
}

TEST(RequestParts, FieldsThatAreNoTextAreLeftOut) {
  TestDetection with;
  EXPECT_TRUE(parts_of(with, TestEvent({{"url.query", integer(5)}})).all.empty());
}

constexpr std::string_view kRule = R"(
  x:
    tocsin.request|contains: "<script"
  y:
    tocsin.parameter|startswith: "http://10."
  condition: 1 of them
)";

TEST(RequestParts, RulesSeeThemWithBothMatchers) {
  const struct {
    std::string_view target;
    bool fires;
  } cases[] = {{"/?q=%253cScRiPt%253e", true},
               {"/%3cscript", true},
               {"/?to=http%3a%2f%2f10.0.0.1/", true},
               {"/http://10.0.0.1/", false},
               {"/?q=script", false}};
  for (const auto& test : cases) {
    TestDetection with;
    with.load_detection(std::string(kRule));
    const auto batch = with.batch({TestEvent({{"url.original", text(test.target)}})});
    EXPECT_EQ(!with.hits(*batch).empty(), test.fires) << test.target;
    auto compiled = CompiledRules::compile(with.rules);
    ASSERT_TRUE(compiled);
    std::vector<RuleHit> hits;
    make_matcher(*compiled, with.fields, with.datasets, with.metrics)->match(*batch, hits);
    EXPECT_EQ(!hits.empty(), test.fires) << test.target;
  }
}

}  // namespace
}  // namespace tocsin
