#include "alert/notify/text_template.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "alert/notify/receiver_test.h"

namespace tocsin {
namespace {

std::string rendered(std::string_view text, TemplateEscape escape) {
  const auto parsed = TextTemplate::parse(text, escape);
  EXPECT_TRUE(parsed) << parsed.error().text();
  return parsed ? parsed->render(hostile_notice(NoticeKind::kOpened)) : std::string();
}

TEST(TextTemplate, EscapesForTheContentType) {
  const struct {
    const char* text;
    TemplateEscape escape;
    const char* expected;
  } kCases[] = {
      {"plain", TemplateEscape::kText, "plain"},
      {"{{alert.id}}/{{ alert.level }}", TemplateEscape::kText, "a1/high"},
      {"<b>{{alert.title}}</b>", TemplateEscape::kMarkup,
       "<b>Brute &lt;!channel&gt; &amp; @everyone</b>"},
      {"t={{alert.title}}&n={{alert.events}}", TemplateEscape::kForm,
       "t=Brute%20%3C%21channel%3E%20%26%20%40everyone&n=12"},
      {R"(["{{alert.key.source.ip}}","{{alert.key.nothere}}",{{notice.count}}])",
       TemplateEscape::kJson, R"(["192.0.2.1","",1])"},
      {"{{notice.kind}} {{alert.tags}} {{alert.state}}", TemplateEscape::kText,
       "opened attack.t1110 new"},
      {"}} { {", TemplateEscape::kText, "}} { {"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(rendered(one.text, one.escape), one.expected);
  }
}

TEST(TextTemplate, WhatAnAlertSaysIsNotReadAsATemplate) {
  Notice notice = hostile_notice(NoticeKind::kOpened);
  notice.alert.title = "{{alert.id}}";
  const auto parsed = TextTemplate::parse("{{alert.title}}", TemplateEscape::kText);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->render(notice), "{{alert.id}}");
}

TEST(TextTemplate, MistakesAreNamedWithTheirPlace) {
  const struct {
    const char* text;
    TemplateEscape escape;
    const char* why;
  } kCases[] = {
      {"a\n b {{alert.titel}}", TemplateEscape::kText,
       "template:2:4: {{alert.titel}} is not known; did you mean alert.title?"},
      {"{{", TemplateEscape::kText, "template:1:1: \"{{\" has no \"}}\""},
      {"{{}}", TemplateEscape::kText, "template:1:1: {{}} is not known"},
      {"{{alert.key.}}", TemplateEscape::kText, "is not known"},
      {"{\"a\": {{alert.id}}}", TemplateEscape::kJson, "put quotes around"},
      {"[{{alert.key.x}}]", TemplateEscape::kJson, "put quotes around"},
      {R"({"a":"\{{alert.id}}"})", TemplateEscape::kJson, "put quotes around"},
      {"not json", TemplateEscape::kJson, "put quotes around"},
  };
  for (const auto& one : kCases) {
    const auto parsed = TextTemplate::parse(one.text, one.escape);
    ASSERT_FALSE(parsed) << one.text;
    EXPECT_NE(parsed.error().text().find(one.why), std::string::npos) << parsed.error().text();
  }
  EXPECT_FALSE(
      TextTemplate::parse(std::string(TextTemplate::kBytesMax + 1, 'x'), TemplateEscape::kText));
  std::string many;
  for (std::size_t i = 0; i <= 2 * TextTemplate::kVariablesMax; ++i) {
    many += "{{alert.id}}";
  }
  EXPECT_FALSE(TextTemplate::parse(many, TemplateEscape::kText));
}

}  // namespace
}  // namespace tocsin
