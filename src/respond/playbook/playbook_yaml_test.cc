#include "respond/playbook/playbook_yaml.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

Result<Playbook> parse(const std::string& text,
                       const std::map<std::string, std::string>& values = {}) {
  return parse_playbook(text, "p.yml", values);
}

std::string mistakes(const std::string& text) {
  const Result<Playbook> playbook = parse(text);
  return playbook ? std::string() : playbook.error().text();
}

constexpr const char* kHead = "name: p\ntrigger: {level: high}\n";

TEST(PlaybookYaml, AListOfStepsGoesOnFromOneToTheNext) {
  const Result<Playbook> p = parse(R"(
type: playbook
name: scraping
playbook_types: [mitigation]
labels: [RA3101, D3-ITF]
variables: {hold: 1h}
trigger: {linked: true, level: medium, entity: [address], key: [source.ip=203.0.113.0/24]}
steps:
  - name: slow down
    decide: {kind: throttle, rate: 30/1m, for: "${hold}", about: address}
    retry: 3
  - wait: {findings: 2, at_most: 30m}
    on_failure: done
  - decide: {kind: block, approval: true}
  - name: done
    end: true
)",
                                   {{"hold", "2h"}});
  ASSERT_TRUE(p) << p.error().text();
  ASSERT_EQ(p->steps.size(), 4U);
  EXPECT_EQ(p->steps[0].name, "slow down");
  EXPECT_EQ(p->steps[0].on_success, "step-2");
  EXPECT_EQ(p->steps[0].retries, 3U);
  EXPECT_EQ(p->steps[0].decide.duration, span_s(7'200));
  EXPECT_EQ(p->steps[0].decide.rate->requests, 30U);
  EXPECT_EQ(p->steps[1].on_failure, "done");
  EXPECT_EQ(p->steps[1].wait, WaitKind::kFindings);
  EXPECT_TRUE(p->steps[2].decide.approval);
  EXPECT_EQ(p->steps[2].on_success, "done");
  EXPECT_TRUE(p->trigger.linked);
  EXPECT_EQ(p->version.size(), 16U);
}

TEST(PlaybookYaml, LabelsThatLookLikeTechniquesAreSpelledRight) {
  const auto labelled = [](const std::string& label) {
    return mistakes(kHead + ("labels: [\"" + label + "\"]\nsteps: [{collect: true}]\n"));
  };
  for (const char* good : {"RA3101", "D3-NTF", "D3-AL", "RAPID", "RA", "ransomware", "shop"}) {
    EXPECT_EQ(labelled(good), "") << good;
  }
  for (const char* bad :
       {"RA310", "RA31011", "RA31x1", "ra3101", "D3-", "D3-A", "D3-Ntf", "d3-NTF", "D3-NTF2"}) {
    EXPECT_NE(labelled(bad).find("is no id like RA3101"), std::string::npos) << bad;
  }
}

TEST(PlaybookYaml, CacaosWorkflowIsReadToo) {
  const Result<Playbook> p = parse(R"(
name: p
trigger: {tags: [attack.t1110*]}
workflow_start: look
workflow:
  done: {type: end}
  tell: {type: action, notify: {channels: [ops], text: hello}, on_completion: done}
  look: {type: if-condition, if: {level: critical}, on_true: tell, on_false: done}
)");
  ASSERT_TRUE(p) << p.error().text();
  EXPECT_EQ(p->steps.front().name, "look");
  EXPECT_EQ(p->find("look")->on_success, "tell");
  EXPECT_EQ(p->find("look")->on_failure, "done");
  EXPECT_EQ(p->find("tell")->on_failure, "done");
}

TEST(PlaybookYaml, AnotherValueIsAnotherVersion) {
  const std::string text =
      "name: p\nvariables: {t: 1h}\ntrigger: {level: high}\nsteps:\n  - decide: {for: '${t}'}\n";
  EXPECT_EQ(parse(text)->version, parse(text, {{"t", "1h"}})->version);
  EXPECT_NE(parse(text)->version, parse(text, {{"t", "2h"}})->version);
  EXPECT_FALSE(parse(text, {{"t", "1h}\nx: {"}}));
}

TEST(PlaybookYaml, MistakesHaveTheirPlace) {
  const std::string said = mistakes(
      "name: p\ntriger: {level: high}\ntrigger: {level: hig}\nsteps:\n"
      "  - decide: {kind: blok, for: soon}\n  - notify: {}\n    wait: {for: 1s}\n");
  EXPECT_NE(said.find("p.yml:2:1: \"triger\" is not a setting; did you mean \"trigger\"?"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("p.yml:3:18"), std::string::npos) << said;
  EXPECT_NE(said.find("\"blok\" is no kind of decision"), std::string::npos) << said;
  EXPECT_NE(said.find("p.yml:5:31"), std::string::npos) << said;
  EXPECT_NE(said.find("does exactly one of"), std::string::npos) << said;
}

TEST(PlaybookYaml, WorkflowsThatCannotRunAreRefused) {
  const std::string head = kHead;
  EXPECT_NE(mistakes(head + "steps:\n  - {lift: true, on_success: nowhere}\n")
                .find("goes to \"nowhere\", which is not there"),
            std::string::npos);
  EXPECT_NE(mistakes(head + "steps:\n  - {name: a, lift: true}\n  - {lift: true, on_success: a}\n")
                .find("in a circle"),
            std::string::npos);
  EXPECT_NE(mistakes(head + "steps:\n  - end: true\n  - lift: true\n").find("never reached"),
            std::string::npos);
  EXPECT_NE(mistakes(head + "steps:\n  - {name: a, lift: true}\n  - {name: a, lift: true}\n")
                .find("two steps \"a\""),
            std::string::npos);
  EXPECT_NE(mistakes(head + "steps: []\n").find("needs steps"), std::string::npos);
  EXPECT_NE(mistakes("name: p\nsteps:\n  - lift: true\n").find("needs a condition"),
            std::string::npos);
}

TEST(PlaybookYaml, StepsThatMakeNoSenseAreRefused) {
  const std::string head = std::string(kHead) + "steps:\n  - ";
  for (const char* step :
       {"decide: {kind: custom}", "decide: {kind: redirect}", "decide: {rate: 1/1s}",
        "decide: {about: address, about_events: source.ip}", "wait: {}", "assign: {}",
        "wait: {for: 1s, calm: 1s}", "approve: {within: 1h}", "if: {}", "lift: false",
        "{lift: true, type: end}", "decide: {kind: throttle, rate: fast}", "notify: {text: '${x}'}",
        "{lift: true, retry: 100}", "teleport: {}"}) {
    EXPECT_NE(mistakes(head + step + "\n"), "") << step;
  }
  EXPECT_EQ(mistakes(head + "lift: true\n"), "");
}

}  // namespace
}  // namespace tocsin
