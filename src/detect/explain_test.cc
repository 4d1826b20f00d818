#include "detect/explain.h"

#include <gtest/gtest.h>

#include "detect/test_events.h"

namespace tocsin {
namespace {

TEST(Explain, ShowsEachPartWithItsVerdictAndWhatItSaw) {
  TestDetection d;
  d.load_detection(
      "  sel:\n    a|contains: bad\n    b: [one, two]\n  filter: {c: x}\n"
      "  condition: sel and not filter\n");
  const auto batch = d.batch({{{{"a", text("so bad\n")}, {"b", text("three")}}}});
  const RuleExplanation explanation = explain(*d.rules, 0, *batch, 0, d.fields, d.datasets);
  EXPECT_TRUE(explanation.logsource_fits);
  EXPECT_FALSE(explanation.matches());
  EXPECT_EQ(explanation_text(explanation),
            "✓ logsource category: any\n"
            "✗ all of\n"
            "  ✗ sel: all of\n"
            "    ✓ a|contains: contains \"bad\"\n"
            "        saw a = so bad\\x0a\n"
            "    ✗ b: any of\n"
            "      ✗ is \"one\"\n"
            "          saw b = three\n"
            "      ✗ is \"two\"\n"
            "          saw b = three\n"
            "  ✓ not\n"
            "    ✗ filter: all of\n"
            "      ✗ c: is \"x\"\n");
}

TEST(Explain, SaysWhenTheLogsourceDoesNotFit) {
  TestDetection d;
  d.load_taxonomy("sources:\n  - logsource: {category: x}\n    when: {kind: x}\n");
  d.load("title: T\nlogsource: {category: x}\ndetection: {s: {a: b}, condition: s}\n");
  const auto batch = d.batch({{{{"a", text("b")}}}});
  const RuleExplanation explanation = explain(*d.rules, 0, *batch, 0, d.fields, d.datasets);
  EXPECT_FALSE(explanation.logsource_fits);
  EXPECT_TRUE(explanation.detection.verdict);
  EXPECT_FALSE(explanation.matches());
  JsonWriter writer;
  write_explanation(writer, explanation);
  EXPECT_TRUE(writer.take().starts_with(R"({"matches":false,"logsource":"category: x")"));
}

}  // namespace
}  // namespace tocsin
