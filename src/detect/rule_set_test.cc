#include "detect/rule_set.h"

#include <gtest/gtest.h>

#include "detect/test_events.h"

namespace tocsin {
namespace {

constexpr const char* kAny = "sources:\n  - logsource: {category: any}\n    when: true\n";

std::string rule(const std::string& more) {
  return "title: T\nlogsource: {category: any}\n" + more;
}

TEST(RuleSet, ReadsWhatStandsAroundTheDetection) {
  TestDetection d;
  d.load_taxonomy(kAny);
  d.load(
      "title: Title\nid: 0a0b0c\nname: the_name\nstatus: stable\ndescription: Text\n"
      "author: Ann, Bob\nreferences: [https://example.org]\ntags: [attack.t1110]\n"
      "falsepositives:\n  - none\nlevel: high\nlogsource: {category: any, definition: x}\n"
      "detection: {sel: {a: b}, condition: sel}\nanything: {else: is fine}\n");
  ASSERT_EQ(d.report.loaded, 1U) << d.first_refusal();
  EXPECT_TRUE(d.report.issues.empty());
  const Rule& loaded = d.rules->rules()[0];
  EXPECT_EQ(loaded.info->id, "0a0b0c");
  EXPECT_EQ(loaded.info->level, Level::kHigh);
  EXPECT_EQ(loaded.info->author, "Ann, Bob");
  EXPECT_EQ(loaded.info->tags, std::vector<std::string>{"attack.t1110"});
  EXPECT_EQ(loaded.info->logsource, "category: any");
  EXPECT_EQ(loaded.info->file, "rule.yml");
  EXPECT_EQ(loaded.info->line, 1);
  EXPECT_EQ(loaded.info->version.size(), 16U);
  EXPECT_EQ(loaded.name, "the_name");
}

TEST(RuleSet, RefusesEachBrokenDocumentWithItsPlaceAndKeepsTheRest) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"title: T\n", "the logsource is missing"},
      {"logsource: {category: any}\n", "the title is missing"},
      {"title: T\nlogsource: {definition: x}\n", "names no category"},
      {rule(""), "the detection is missing"},
      {rule("detection: {a: {b: c}}\n"), "the condition is missing"},
      {rule("detection: {condition: a}\n"), "there is no search identifier"},
      {rule("detection: {a: {b: c}, condition: d}\n"), "which is not defined"},
      {rule("detection: {a: {}, condition: a}\n"), "the map is empty"},
      {rule("detection: {a: [], condition: a}\n"), "the list is empty"},
      {rule("detection: {a: {b: c}, condition: {x: y}}\n"), "a condition must be text"},
      {rule("detection: {a: {b: c}, condition: 'a | count() > 5'}\n"), "correlation rule"},
      {rule("detection: {a: '', condition: a}\n"), "an empty keyword"},
      {rule("taxonomy: martian\ndetection: {a: {b: c}, condition: a}\n"), "\"martian\""},
      {rule("tags: {a: b}\ndetection: {a: {b: c}, condition: a}\n"), "a list of at most"},
      {"- a\n- b\n", "a rule is a map"},
      {"just text", "a rule is a map"},
      {"title: " + std::string(300, 'x') + "\n", "longer than 256"},
  };
  for (const auto& [text, part] : cases) {
    TestDetection d;
    d.load_taxonomy(kAny);
    d.load(text + "\n---\n" + rule("detection: {a: {b: c}, condition: a}\n"));
    EXPECT_NE(d.first_refusal().find(part), std::string::npos) << text << d.first_refusal();
    EXPECT_EQ(d.report.loaded, 1U) << text;
    EXPECT_EQ(d.report.refused, 1U) << text;
  }
}

TEST(RuleSet, ReportsYamlMistakesWithLineAndColumn) {
  TestDetection d;
  d.load("title: T\ntitle: U\n");
  ASSERT_EQ(d.report.issues.size(), 1U);
  EXPECT_EQ(d.report.issues[0].line, 2);
  EXPECT_EQ(d.report.issues[0].column, 1);
  EXPECT_EQ(d.report.issues[0].reason, "duplicate key \"title\"");
}

TEST(RuleSet, WarnsAboutWhatItLoads) {
  TestDetection d;
  d.load_taxonomy(kAny);
  d.load(
      "title: T\nlevel: hihg\nlogsource: {product: unheard-of}\n"
      "detection: {a: {b: c}, unused: {x: y}, condition: a, timeframe: 5m}\n");
  EXPECT_EQ(d.report.loaded, 1U);
  std::string all;
  for (const LoadIssue& issue : d.report.issues) {
    EXPECT_FALSE(issue.refused);
    all += issue.reason + "\n";
  }
  EXPECT_NE(all.find("did you mean \"high\""), std::string::npos) << all;
  EXPECT_NE(all.find("no such source known: product: unheard-of"), std::string::npos) << all;
  EXPECT_NE(all.find("\"unused\" is not used"), std::string::npos) << all;
  EXPECT_NE(all.find("\"timeframe\""), std::string::npos) << all;
}

TEST(RuleSet, TwoRulesCannotShareAnIdOrName) {
  TestDetection d;
  d.load_taxonomy(kAny);
  d.load("id: x\n" + rule("detection: {a: {b: c}, condition: a}\n---\n") + "id: x\n" +
         rule("detection: {a: {b: c}, condition: a}\n"));
  EXPECT_EQ(d.report.loaded, 1U);
  EXPECT_NE(d.first_refusal().find("id or name of another"), std::string::npos);
}

TEST(RuleSet, SelectionsAreMapsListsAndKeywords) {
  const struct {
    std::string detection;
    bool matches;
  } kCases[] = {
      {"  s: {a: one, b: two}\n  condition: s\n", true},
      {"  s: {a: one, b: no}\n  condition: s\n", false},
      {"  s: [{a: no}, {b: two}]\n  condition: s\n", true},
      {"  s: [[{a: no}], {b: no}]\n  condition: s\n", false},
      {"  s: [needle, nothing]\n  condition: s\n", true},
      {"  s: needle\n  condition: s\n", true},
      {"  s: nothing\n  condition: s\n", false},
      {"  s: ['nee*le', x]\n  condition: s\n", true},
      {"  s:\n    '|all': [NEEDLE, hay]\n  condition: s\n", true},
      {"  s:\n    '|all': [needle, gold]\n  condition: s\n", false},
      {"  s:\n    '|re': 'ne+dle'\n  condition: s\n", true},
      {"  s:\n    '|cased': Needle\n  condition: s\n", false},
      {"  s: [{a: no}, needle]\n  condition: s\n", true},
      {"  s: 42\n  condition: s\n", true},
      {"  s: {a: one}\n  t: {b: two}\n  condition: [s and not t, t]\n", true},
      {"  s: {a: one}\n  _t: {b: no}\n  condition: all of them\n", true},
  };
  for (const auto& c : kCases) {
    TestDetection d;
    d.load_detection(c.detection);
    const TestEvent event{
        {{"a", text("one")}, {"b", text("two")}}, at_second(0), "a needle in the hay, 42 times"};
    EXPECT_EQ(d.matches(event), c.matches) << c.detection;
  }
}

TEST(RuleSet, KeywordsSeeThroughJsonEscapes) {
  TestDetection d;
  d.load_detection("  s: 'C:\\Temp\\\"x\"'\n  condition: s\n");
  EXPECT_TRUE(d.matches({{}, at_second(0), R"({"p":"c:\\temp\\\"x\""})"}));
  EXPECT_FALSE(d.matches({{}, at_second(0), R"(c:\\temp\\\"x\")"}));
}

TEST(RuleSet, TheLogsourceIsAHardGate) {
  TestDetection d;
  d.load_taxonomy(
      "sources:\n"
      "  - logsource: {product: windows, category: process_creation, service: sysmon}\n"
      "    when: {Channel: Sysmon, EventID: 1}\n"
      "  - logsource: {category: webserver}\n"
      "    when: {event.dataset: web.access}\n");
  const struct {
    std::string logsource;
    bool sysmon, web, own;
  } kCases[] = {
      {"{product: windows}", true, false, false},
      {"{category: process_creation}", true, false, false},
      {"{product: windows, category: process_creation}", true, false, false},
      {"{product: windows, service: sysmon}", true, false, false},
      {"{product: windows, service: security}", false, false, false},
      {"{product: linux, category: process_creation}", false, false, false},
      {"{category: webserver}", false, true, false},
      {"{category: webserver, product: nginx}", false, false, false},
      {"{product: cisco}", false, false, true},
      {"{product: Cisco, service: asa}", false, false, true},
  };
  const TestEvent sysmon{{{"Channel", text("Sysmon")}, {"EventID", integer(1)}}};
  const TestEvent other{{{"Channel", text("Sysmon")}, {"EventID", integer(2)}}};
  const TestEvent web{{}, at_second(0), "", "web.access"};
  const TestEvent own{
      {{"tocsin.logsource.product", text("cisco")}, {"tocsin.logsource.service", text("asa")}}};
  for (const auto& c : kCases) {
    d.load("title: T\nlogsource: " + c.logsource +
           "\ndetection: {s: {nothere: null}, condition: s}\n");
    EXPECT_EQ(d.matches(sysmon), c.sysmon) << c.logsource;
    EXPECT_EQ(d.matches(web), c.web) << c.logsource;
    EXPECT_EQ(d.matches(own), c.own) << c.logsource;
    EXPECT_FALSE(d.matches(other)) << c.logsource;
  }
}

TEST(RuleSet, FieldsAreMappedByLogsource) {
  TestDetection d;
  d.load_taxonomy(
      "sources:\n"
      "  - logsource: {category: webserver}\n    when: true\n"
      "    fields: {c-ip: [source.ip, source.address]}\n"
      "  - logsource: {product: windows}\n    when: true\n    prefixes: [winlog.]\n");
  d.load(
      "title: T\nlogsource: {category: webserver}\ndetection: {s: {c-ip: '6*'}, condition: s}\n");
  EXPECT_TRUE(d.matches({{{"source.ip", text("6.6.6.6")}}}));
  EXPECT_TRUE(d.matches({{{"source.address", text("6.6.6.6")}}}));
  EXPECT_TRUE(d.matches({{{"c-ip", text("6.6.6.6")}}}));
  EXPECT_FALSE(d.matches({{{"winlog.c-ip", text("6.6.6.6")}}}));
  d.load("title: T\nlogsource: {product: windows}\ndetection: {s: {c-ip: '6*'}, condition: s}\n");
  EXPECT_TRUE(d.matches({{{"winlog.c-ip", text("6.6.6.6")}}}));
  EXPECT_FALSE(d.matches({{{"source.ip", text("6.6.6.6")}}}));
}

TEST(RuleSet, EventsShowTheirDatasetTimeAndSource) {
  TestDetection d;
  for (const std::string item : {"event.dataset: test.log", "tocsin.source: test",
                                 "event.original|contains: hello", "'@timestamp|year': 2023"}) {
    d.load_detection("  s:\n    " + item + "\n  condition: s\n");
    EXPECT_TRUE(d.matches({{}, at_second(0), "say Hello"})) << item;
  }
}

TEST(RuleSet, FiltersAreJoinedToTheirRules) {
  TestDetection d;
  d.load_taxonomy(kAny);
  const std::string filtered =
      "id: target\n" + rule("detection: {s: {a: one}, condition: s}\n---\n");
  const auto filter = [](const std::string& rules, const std::string& logsource) {
    return "title: F\nlogsource: " + logsource + "\nfilter:\n  rules: " + rules +
           "\n  s: {user: admin}\n  condition: not s\n";
  };
  const TestEvent admin{{{"a", text("one")}, {"user", text("admin")}}};
  const TestEvent other{{{"a", text("one")}, {"user", text("eve")}}};
  for (const std::string& rules : {std::string("[target]"), std::string("any")}) {
    d.load(filtered + filter(rules, "{category: any}"));
    EXPECT_EQ(d.report.loaded, 2U);
    EXPECT_FALSE(d.matches(admin));
    EXPECT_TRUE(d.matches(other));
  }
  d.load(filtered + filter("[another]", "{category: any}"));
  EXPECT_TRUE(d.matches(admin));
  d.load(filtered + filter("any", "{category: webserver}"));
  EXPECT_TRUE(d.matches(admin));
  EXPECT_NE(d.report.issues.back().reason.find("applies to no loaded rule"), std::string::npos);
}

TEST(RuleSet, CorrelationMistakesAreNamed) {
  const std::string base = "name: base\n" + rule("detection: {s: {a: b}, condition: s}\n---\n");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{type: magic, rules: [base], timespan: 5m}", "\"magic\" is not known"},
      {"{rules: [base], timespan: 5m}", "the type is missing"},
      {"{type: event_count, timespan: 5m, condition: {gte: 1}}", "list of rules is missing"},
      {"{type: event_count, rules: [base], condition: {gte: 1}}", "the timespan is missing"},
      {"{type: event_count, rules: [base], timespan: soon, condition: {gte: 1}}", "\"soon\""},
      {"{type: event_count, rules: [base], timespan: 0s, condition: {gte: 1}}", "\"0s\""},
      {"{type: event_count, rules: [base], timespan: 5m}", "the condition is missing"},
      {"{type: event_count, rules: [base], timespan: 5m, condition: {near: 1}}", "\"near\""},
      {"{type: event_count, rules: [base], timespan: 5m, condition: {gte: x}}", "wants a number"},
      {"{type: event_count, rules: [base], timespan: 5m, condition: {gt: 5, lt: 3}}", "never be"},
      {"{type: event_count, rules: [base], timespan: 5m, condition: {gt: 5, gte: 3}}", "same side"},
      {"{type: value_count, rules: [base], timespan: 5m, condition: {gte: 2}}", "wants \"field\""},
      {"{type: event_count, rules: [nope], timespan: 5m, condition: {gte: 1}}", "\"nope\""},
      {"{type: temporal, rules: [base], timespan: 5m, condition: 'not base'}",
       "when nothing happens"},
      {"{type: temporal, rules: [base], timespan: 5m, condition: other}", "not defined"},
      {"{type: event_count, rules: [base], timespan: 5m, condition: {gte: 1}, generate: maybe}",
       "true or false"},
      {"text", "must be a map"},
  };
  for (const auto& [correlation, part] : cases) {
    TestDetection d;
    d.load_taxonomy(kAny);
    d.load(base + "title: C\ncorrelation: " + correlation + "\n");
    EXPECT_NE(d.first_refusal().find(part), std::string::npos)
        << correlation << ": " << d.first_refusal();
    EXPECT_EQ(d.report.loaded, 1U) << correlation;
    EXPECT_FALSE(d.rules->rules()[0].silent) << correlation;
  }
}

TEST(RuleSet, ACorrelationOfARefusedRuleSaysSo) {
  TestDetection d;
  d.load("name: base\n" + rule("detection: {s: {a|nope: b}, condition: s}\n---\n") +
         "title: C\ncorrelation: {type: event_count, rules: [base], timespan: 5m, condition: "
         "{gte: 1}}\n");
  EXPECT_EQ(d.report.refused, 2U);
  EXPECT_NE(d.report.issues.back().reason.find("which was refused (rule.yml:1)"),
            std::string::npos);
}

TEST(RuleSet, CorrelationsThatReferToEachOtherAreRefused) {
  TestDetection d;
  const std::string tail = "], timespan: 5m, condition: {gte: 1}}\n";
  d.load("title: A\nname: a\ncorrelation: {type: event_count, rules: [b" + tail +
         "---\ntitle: B\nname: b\ncorrelation: {type: event_count, rules: [a" + tail);
  EXPECT_EQ(d.report.refused, 2U);
  EXPECT_TRUE(d.rules->correlations().empty());
}

TEST(Placeholders, AreReadFromYaml) {
  const auto placeholders = parse_placeholders({"p.yml", "admins: [a, b]\nhost: web1\n"});
  ASSERT_TRUE(placeholders);
  EXPECT_EQ(placeholders->at("admins"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(placeholders->at("host"), std::vector<std::string>{"web1"});
  EXPECT_FALSE(parse_placeholders({"p.yml", "- a\n"}));
  EXPECT_FALSE(parse_placeholders({"p.yml", "a: {b: c}\n"}));
}

TEST(Taxonomy, NamesThePlaceOfAMistake) {
  for (const auto& [text, part] : std::vector<std::pair<std::string, std::string>>{
           {"title: x\n", "t.yml:1:1"},
           {"sources:\n  - logsorce: {}\n", "t.yml:2:5"},
           {"sources:\n  - logsource: {colour: red}\n", "t.yml:2:17"},
           {"sources:\n  - fields: {a: {b: c}}\n", "t.yml:2:"},
           {"sources: [x]\n", "t.yml:1:11"}}) {
    const auto taxonomy = Taxonomy::load({{"t.yml", text}});
    ASSERT_FALSE(taxonomy) << text;
    EXPECT_TRUE(taxonomy.error().text().starts_with(part)) << taxonomy.error().text();
  }
}

TEST(Gate, ManyCombinationsAreForgottenNotKept) {
  TestDetection d;
  d.load_taxonomy("sources:\n  - logsource: {category: x}\n    when: {kind: wanted}\n");
  d.load("title: T\nlogsource: {category: x}\ndetection: {s: {kind: wanted}, condition: s}\n");
  std::vector<TestEvent> events;
  std::vector<std::string> kinds;
  for (int i = 0; i < 10'000; ++i) {
    kinds.push_back("k" + std::to_string(i));
  }
  kinds.push_back(std::string(100'000, 'x'));
  for (const std::string& kind : kinds) {
    events.push_back({{{"kind", text(kind)}}});
  }
  events.push_back({{{"kind", text("wanted")}}});
  EXPECT_EQ(d.hits(*d.batch(events)).size(), 1U);
}

}  // namespace
}  // namespace tocsin
