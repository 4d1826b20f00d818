#include "respond/playbook/cacao.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/json_writer.h"
#include "respond/playbook/playbook_yaml.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr const char* kText = R"(
name: scraping
description: Slow a scraper down
playbook_types: [mitigation]
labels: [RA3101, D3-ITF]
priority: 50
timeout: 2d
trigger: {linked: true, level: medium, entity: [address], key: [source.ip=203.0.113.0/24]}
steps:
  - name: big
    if: {findings: 5, tags: ["attack.t*"], events: 7}
    on_false: done
  - name: slow
    decide: {kind: throttle, rate: 30/1m, for: 90m, about: address, reason: "much \"too\" much"}
    retry: 3
    retry_after: 250ms
  - wait: {findings: 2, at_most: 30m}
    on_completion: ask
  - {name: ask, approve: {ask: "Block it?", within: 10m}, on_failure: done}
  - decide: {kind: redirect, redirect_to: "https://example.com/a", about_events: source.ip}
  - decide: {kind: custom, custom: cdn, approval: true}
  - wait: {calm: 1h}
  - wait: {for: 1500ms}
  - notify: {channels: [ops], text: "A scraper, \u00fc"}
  - assign: {to: ann, note: look, state: acknowledged}
  - collect: true
  - lift: true
  - name: done
    end: true
)";

class CacaoTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<Playbook> read = parse_playbook(kText, "p.yml", {});
    ASSERT_TRUE(read) << read.error().text();
    playbook_ = *read;
    text_ = cacao_json(playbook_, Micros(1'795'444'400'000'000));
    ASSERT_EQ(parser_.parse(text_).get(root_), simdjson::SUCCESS) << text_;
  }
  std::string text(object of, std::string_view name) {
    std::string_view value;
    return of[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  }
  object step(const std::string& id) { return root_["workflow"][id].get_object().value(); }

  Playbook playbook_;
  std::string text_;
  simdjson::dom::parser parser_;
  object root_;
};

TEST_F(CacaoTest, HeadAndStepsAreCacaos) {
  EXPECT_EQ(text(root_, "type"), "playbook");
  EXPECT_EQ(text(root_, "spec_version"), "cacao-2.0");
  const std::string id = text(root_, "id");
  EXPECT_TRUE(id.starts_with("playbook--")) << id;
  EXPECT_EQ(id.size(), 46U);
  EXPECT_EQ(id[24], '5');
  EXPECT_EQ(cacao_json(playbook_, Micros(1'795'444'400'000'000)), text_);
  const object start = step(text(root_, "workflow_start"));
  const object big = step(text(start, "on_completion"));
  EXPECT_EQ(text(big, "type"), "if-condition");
  EXPECT_EQ(text(step(text(big, "on_false")), "type"), "end");
  const object slow = step(text(big, "on_true"));
  EXPECT_EQ(text(slow, "type"), "action");
  EXPECT_EQ(text(slow["commands"].at(0).get_object(), "type"), "manual");
  EXPECT_TRUE(text(slow["commands"].at(0).get_object(), "command").starts_with("decide: {"));
  EXPECT_EQ(text(step(text(slow, "on_failure")), "name"), "failed");
  const object wait = step(text(slow, "on_success"));
  EXPECT_EQ(text(step(text(wait, "on_completion")), "name"), "ask");
}

TEST_F(CacaoTest, EveryReferenceLeadsToAStepOfItsType) {
  std::size_t references = 0;
  for (const auto member : root_["workflow"].get_object()) {
    const object one = member.value.get_object().value();
    EXPECT_TRUE(std::string(member.key).starts_with(text(one, "type") + "--")) << member.key;
    for (const char* next : {"on_completion", "on_success", "on_failure", "on_true", "on_false"}) {
      if (const std::string to = text(one, next); !to.empty()) {
        ++references;
        EXPECT_EQ(root_["workflow"][to].error(), simdjson::SUCCESS) << to;
      }
    }
  }
  EXPECT_GT(references, playbook_.steps.size());
}

// JSON is YAML: the extension's words, put together, are the playbook again.
TEST_F(CacaoTest, OurWordsComeBackAsTheSameSteps) {
  JsonWriter json;
  const std::string extension = cacao_extension_id();
  json.begin_object().member("name", "scraping").member("workflow_start", "big");
  const object own = root_["playbook_extensions"][extension].get_object().value();
  json.member("timeout", text(own, "timeout"));
  json.key("trigger").raw(simdjson::minify(own["trigger"].value()));
  json.key("workflow").begin_object();
  for (const auto member : root_["workflow"].get_object()) {
    element words;
    if (member.value["step_extensions"][extension].get(words) == simdjson::SUCCESS) {
      json.key(text(words.get_object(), "name")).raw(simdjson::minify(words));
    }
  }
  json.end_object().end_object();
  const Result<Playbook> again = parse_playbook(json.take(), "again.yml", {});
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->trigger, playbook_.trigger);
  EXPECT_EQ(again->timeout, playbook_.timeout);
  ASSERT_EQ(again->steps.size(), playbook_.steps.size());
  for (const PlaybookStep& step : playbook_.steps) {
    const PlaybookStep* found = again->find(step.name);
    ASSERT_NE(found, nullptr) << step.name;
    EXPECT_EQ(*found, step) << step.name;
  }
}

}  // namespace
}  // namespace tocsin
