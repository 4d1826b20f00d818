// Holds the OpenAPI document against the list of routes and against real answers.
#include "api/openapi.h"

#include <set>

#include "api/api_fakes_test.h"
#include "api/routes.h"
#include "base/text.h"

namespace tocsin {
namespace {

using simdjson::dom::element;

// The subset of JSON Schema that the document uses.
class Shape {
 public:
  explicit Shape(element document) : document_(document) {}

  // Empty when `value` fits; else where and why not.
  std::string fault(element schema, element value, const std::string& where) const {
    if (std::string_view reference; schema["$ref"].get(reference) == simdjson::SUCCESS) {
      return fault(document_.at_pointer(reference.substr(1)).value(), value, where);
    }
    if (simdjson::dom::array all; schema["allOf"].get(all) == simdjson::SUCCESS) {
      for (const element part : all) {
        if (std::string found = fault(part, value, where); !found.empty()) {
          return found;
        }
      }
      return {};
    }
    if (simdjson::dom::array any; schema["anyOf"].get(any) == simdjson::SUCCESS) {
      for (const element part : any) {
        if (fault(part, value, where).empty()) {
          return {};
        }
      }
      return where + " fits none of anyOf";
    }
    if (simdjson::dom::array words; schema["enum"].get(words) == simdjson::SUCCESS) {
      return is_one_of(words, value) ? "" : where + " is not one of the enumeration";
    }
    std::string_view type;
    if (schema["type"].get(type) != simdjson::SUCCESS) {
      return {};
    }
    if (!is_type(type, value)) {
      return where + " is not of type " + std::string(type);
    }
    if (type == "array") {
      return fault_of_items(schema, value, where);
    }
    return type == "object" ? fault_of_members(schema, value, where) : std::string();
  }

 private:
  static bool is_one_of(simdjson::dom::array words, element value) {
    for (const element word : words) {
      if (simdjson::to_string(word) == simdjson::to_string(value)) {
        return true;
      }
    }
    return false;
  }

  static bool is_type(std::string_view type, element value) {
    if (type == "integer") {
      return value.is_int64() || value.is_uint64();
    }
    return (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "boolean" && value.is_bool()) || (type == "array" && value.is_array()) ||
           (type == "object" && value.is_object()) || (type == "null" && value.is_null());
  }

  std::string fault_of_items(element schema, element value, const std::string& where) const {
    for (const element item : value.get_array()) {
      if (std::string found = fault(schema["items"].value(), item, where + "[]"); !found.empty()) {
        return found;
      }
    }
    return {};
  }

  std::string fault_of_members(element schema, element value, const std::string& where) const {
    if (simdjson::dom::array required; schema["required"].get(required) == simdjson::SUCCESS) {
      for (const element name : required) {
        if (value[name.get_string().value()].error() != simdjson::SUCCESS) {
          return where + " lacks " + simdjson::to_string(name);
        }
      }
    }
    simdjson::dom::object properties;
    if (schema["properties"].get(properties) != simdjson::SUCCESS) {
      return {};
    }
    for (const auto member : value.get_object()) {
      element of_member;
      // Members of the other parts of an allOf are theirs.
      if (properties[member.key].get(of_member) != simdjson::SUCCESS) {
        continue;
      }
      const std::string place = where + "." + std::string(member.key);
      if (std::string found = fault(of_member, member.value, place); !found.empty()) {
        return found;
      }
    }
    return {};
  }

  element document_;
};

std::string lower(std::string_view method) {
  return to_lower(method);
}

class OpenapiTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(parser_.parse(openapi_document()).get(document_), simdjson::SUCCESS);
  }

  std::vector<Route> routes() {
    IngestResource ingest(sink_, sources_, clock_, {}, 1);
    CancelWatch watch;
    SearchResource search(store_, watch, clock_, {});
    TailDesk tails(store_, clock_, 1);
    RecordResource records(*journal_, store_, clock_);
    AlertsResource alerts(*alerts_, clock_);
    RulesResource rules({desk_, coverage_}, store_, fields_, watch, clock_);
    BacktestResource backtests({desk_, store_, *journal_, fields_, datasets_, {}}, watch, clock_);
    JournalResource journal(*journal_);
    EvidenceResource evidence(*journal_, store_, watch, clock_);
    SourcesResource sources(sources_, vitals_, clock_);
    KeysResource keys(*keys_, clock_);
    ThreatListsResource threats(threats_);
    MonitorsResource monitors(monitors_);
    ServerResource server({vitals_, *journal_, store_, metrics_, clock_}, "1");
    std::vector<Route> list =
        make_routes({ingest, search, tails, records, alerts, rules, backtests, journal, evidence,
                     sources, keys, threats, monitors, server},
                    MetricsAccess::kWithKey);
    Enforcement enforcement(enforcement_services(),
                            {*keys_, *alerts_, *journal_, metrics_, clock_});
    std::ranges::move(enforcement.routes(), std::back_inserter(list));
    People people({*notifier_, *exceptions_}, *alerts_, clock_);
    std::ranges::move(people.routes(), std::back_inserter(list));
    Accounts accounts({*users_, *sessions_, *setup_, audit_}, metrics_, clock_);
    std::ranges::move(accounts.routes(), std::back_inserter(list));
    DecisionsResource decisions({*book_, *guards_, audit_},
                                {*alerts_, store_, desk_, backtests, watch, clock_, *engine_});
    PlaybooksResource playbooks({*engine_, *armed_, audit_}, clock_);
    std::ranges::move(playbooks.routes(), std::back_inserter(list));
    std::ranges::move(decisions.routes(), std::back_inserter(list));
    ConsoleDesk desk({*documents_, all_settings_, *never_block_}, {store_, desk_, *alerts_, clock_},
                     "1");
    std::ranges::move(desk.routes(), std::back_inserter(list));
    for (Route& route : list) {
      route.run = nullptr;  // the resources go with this function
    }
    return list;
  }

  // Where the answer differs from what the document says; empty when it fits.
  std::string fault(const std::string& method, const std::string& pattern,
                    const Answered& answered) {
    element operation;
    if (document_["paths"][pattern][lower(method)].get(operation) != simdjson::SUCCESS) {
      return "no such operation";
    }
    element content;
    const std::string status = std::to_string(answered.status);
    if (operation["responses"][status]["content"].get(content) != simdjson::SUCCESS) {
      return "no content described for " + status;
    }
    const std::string type = answered.header("Content-Type");
    element schema;
    if (content[type.substr(0, type.find(';'))]["schema"].get(schema) != simdjson::SUCCESS) {
      return "no schema for " + type;
    }
    simdjson::dom::parser parser;
    element body;
    if (type.starts_with("text/")) {
      return {};
    }
    if (parser.parse(answered.body).get(body) != simdjson::SUCCESS) {
      return "not JSON";
    }
    return Shape(document_).fault(schema, body, "body");
  }

  struct Case {
    std::string method, path, pattern, body;
    std::vector<QueryParameter> query;
  };
  void expect_shapes(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
      const Answered answered = ask(request(one.method, one.path, admin_, one.body, one.query));
      EXPECT_EQ(fault(one.method, one.pattern, answered), "")
          << one.method << " " << one.path << " " << answered.status << "\n"
          << answered.body;
    }
  }

  simdjson::dom::parser parser_;
  element document_;
};

TEST_F(OpenapiTest, EveryRouteIsDescribedWithItsScope) {
  for (const Route& route : routes()) {
    element operation;
    ASSERT_EQ(document_["paths"][route.pattern][lower(route.method)].get(operation),
              simdjson::SUCCESS)
        << route.method << " " << route.pattern;
    const std::string_view scope = operation["x-scope"].get_string();
    EXPECT_EQ(scope, route.scope ? scope_name(*route.scope) : "") << route.pattern;
    EXPECT_EQ(operation["responses"]["default"].error(), simdjson::SUCCESS) << route.pattern;
  }
}

// What changes something is written down, or it is said why not.
TEST_F(OpenapiTest, EveryRouteThatChangesSomethingIsADeed) {
  std::set<std::string> known;
  for (const Route& route : routes()) {
    known.insert(std::string(route.method) + " " + std::string(route.pattern));
    if (route.method != "GET" && route.pattern != "/api/v1/verdict/check") {
      EXPECT_NE(deed_of(route.method, route.pattern), nullptr)
          << route.method << " " << route.pattern;
    }
  }
  Enforcement enforcement(enforcement_services(), {*keys_, *alerts_, *journal_, metrics_, clock_});
  for (const Route& route : enforcement.lapi_routes()) {
    known.insert(std::string(route.method) + " " + std::string(route.pattern));
    EXPECT_TRUE(route.method == "GET" || route.method == "HEAD" ||
                deed_of(route.method, route.pattern) != nullptr)
        << route.pattern;
  }
  for (const Deed& deed : all_deeds()) {
    EXPECT_TRUE(known.contains(std::string(deed.method) + " " + std::string(deed.pattern)))
        << deed.method << " " << deed.pattern;
    EXPECT_EQ(deed.action.empty(), deed.kind == DeedKind::kQuiet) << deed.pattern;
  }
}

TEST_F(OpenapiTest, NothingIsDescribedThatIsNoRoute) {
  std::set<std::string> known;
  for (const Route& route : routes()) {
    known.insert(lower(route.method) + " " + std::string(route.pattern));
  }
  std::set<std::string> operation_ids;
  for (const auto path : document_["paths"].get_object()) {
    for (const auto operation : path.value.get_object()) {
      EXPECT_TRUE(known.contains(std::string(operation.key) + " " + std::string(path.key)))
          << operation.key << " " << path.key;
      const std::string_view id = operation.value["operationId"].get_string();
      EXPECT_TRUE(operation_ids.insert(std::string(id)).second) << id;
    }
  }
}

// docs/openapi.json is what the web pages' types are made of. `./dev golden --update` rewrites it.
TEST_F(OpenapiTest, TheFileInDocsIsWhatIsServed) {
  PosixFileSystem files;
  const std::string path = std::string(TOCSIN_SOURCE_DIR) + "/docs/openapi.json";
  if (std::getenv("TOCSIN_GOLDEN_UPDATE") != nullptr) {
    ASSERT_TRUE(write_file_atomically(files, path, openapi_document()));
  }
  const Result<std::string> kept = read_file(files, path, std::uint64_t{4} << 20U);
  ASSERT_TRUE(kept) << kept.error().full_text();
  EXPECT_TRUE(*kept == openapi_document())
      << "run ./dev golden --update, and npm run types in web/";
}

void collect_references(element value, std::vector<std::string>& references) {
  if (value.is_object()) {
    for (const auto member : value.get_object()) {
      if (member.key == "$ref") {
        references.emplace_back(member.value.get_string().value());
      }
      collect_references(member.value, references);
    }
  } else if (value.is_array()) {
    for (const element item : value.get_array()) {
      collect_references(item, references);
    }
  }
}

TEST_F(OpenapiTest, EveryReferenceLeadsSomewhere) {
  std::vector<std::string> references;
  collect_references(document_, references);
  EXPECT_GT(references.size(), 30U);
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/"));
    EXPECT_EQ(document_.at_pointer(reference.substr(1)).error(), simdjson::SUCCESS) << reference;
  }
}

TEST_F(OpenapiTest, RealAnswersHaveTheShapeThatIsDescribed) {
  open_alert("192.0.2.1", 1);
  sources_.source("http:web", "http").received(1, 1, clock_.now());
  sources_.source("file:/x", "file").lost(IntakeLoss::kUnreadable);
  const std::string id = member(get("/api/v1/alerts").body, "/alerts/0/id");
  expect_shapes({
      {"POST", "/api/v1/events", "/api/v1/events", "{\"a\":1}\n{\n", {}},
      {"POST", "/api/v1/events", "/api/v1/events", "", {}},
      {"GET", "/api/v1/events/search", "/api/v1/events/search", "", {{"sql", "SELECT 1"}}},
      {"POST", "/api/v1/events/search", "/api/v1/events/search", R"({"sql":"SELECT 1"})", {}},
      {"GET", "/api/v1/events/1", "/api/v1/events/{seq}", "", {}},
      {"GET", "/api/v1/events/2", "/api/v1/events/{seq}", "", {}},
      {"GET", "/api/v1/alerts", "/api/v1/alerts", "", {}},
      {"GET", "/api/v1/alerts", "/api/v1/alerts", "", {{"limit", "1"}}},
      {"GET", "/api/v1/alerts/counts", "/api/v1/alerts/counts", "", {}},
      {"GET", "/api/v1/alerts/" + id, "/api/v1/alerts/{id}", "", {}},
      {"PATCH", "/api/v1/alerts/" + id, "/api/v1/alerts/{id}", R"({"note":"x"})", {}},
      {"POST",
       "/api/v1/alerts/bulk",
       "/api/v1/alerts/bulk",
       R"({"ids":[")" + id + R"("],"change":{"assignee":"ann"}})",
       {}},
      {"GET", "/api/v1/rules", "/api/v1/rules", "", {}},
      {"GET", "/api/v1/rules/known/coverage", "/api/v1/rules/{id}/coverage", "", {}},
      {"GET", "/api/v1/rules/logsources", "/api/v1/rules/logsources", "", {}},
      {"POST",
       "/api/v1/rules/backtest",
       "/api/v1/rules/backtest",
       R"({"text":"title: t\nlogsource: {category: web}\ndetection: {a: {x: y}, condition: a}"})",
       {}},
      {"POST", "/api/v1/rules/reload", "/api/v1/rules/reload", "", {}},
      {"GET", "/api/v1/rules/activity", "/api/v1/rules/activity", "", {}},
      {"POST", "/api/v1/rules/check", "/api/v1/rules/check", R"({"text":"title: t"})", {}},
      {"GET", "/api/v1/rules/known/text", "/api/v1/rules/{id}/text", "", {}},
      {"PUT", "/api/v1/rules/known", "/api/v1/rules/{id}", R"({"text":"title: t"})", {}},
      {"PUT",
       "/api/v1/documents/saved-searches/a",
       "/api/v1/documents/{kind}/{id}",
       R"({"title":"t","document":{"query":"*"}})",
       {}},
      {"GET", "/api/v1/documents/saved-searches/a", "/api/v1/documents/{kind}/{id}", "", {}},
      {"GET", "/api/v1/documents/dashboards", "/api/v1/documents/{kind}", "", {}},
      {"GET", "/api/v1/settings", "/api/v1/settings", "", {}},
      {"GET", "/api/v1/audit", "/api/v1/audit", "", {}},
      {"GET", "/api/v1/journal/checkpoint", "/api/v1/journal/checkpoint", "", {}},
      {"GET", "/api/v1/journal/key", "/api/v1/journal/key", "", {}},
      {"GET", "/api/v1/journal/proof/1", "/api/v1/journal/proof/{seq}", "", {}},
      {"GET",
       "/api/v1/journal/consistency",
       "/api/v1/journal/consistency",
       "",
       {{"from", "1"}, {"to", "2"}}},
      {"GET", "/api/v1/sources", "/api/v1/sources", "", {}},
      {"GET", "/api/v1/keys", "/api/v1/keys", "", {}},
      {"POST", "/api/v1/keys", "/api/v1/keys", R"({"name":"k","scopes":["read"]})", {}},
      {"GET", "/api/v1/threat-lists", "/api/v1/threat-lists", "", {}},
      {"GET",
       "/api/v1/threat-lists/lookup",
       "/api/v1/threat-lists/lookup",
       "",
       {{"value", "203.0.113.7"}}},
      {"POST", "/api/v1/threat-lists/ipsum/refresh", "/api/v1/threat-lists/{name}/refresh", "", {}},
      {"GET", "/api/v1/monitors", "/api/v1/monitors", "", {}},
      {"GET", "/api/v1/monitors/logins", "/api/v1/monitors/{id}", "", {{"key", "alice"}}},
      {"POST", "/api/v1/monitors/train", "/api/v1/monitors/train", R"({"since":"7d"})", {}},
      {"GET", "/health", "/health", "", {}},
      {"GET", "/api/v1/health", "/api/v1/health", "", {}},
      {"GET", "/metrics", "/metrics", "", {}},
      {"GET", "/api/v1/openapi.json", "/api/v1/openapi.json", "", {}},
  });
}

TEST_F(OpenapiTest, AnswersAboutAccountsHaveTheShapeThatIsDescribed) {
  const std::string ann = R"({"name":"ann","role":"analyst","password":"seven green bicycles"})";
  expect_shapes({
      {"GET", "/api/v1/session", "/api/v1/session", "", {}},
      {"POST", "/api/v1/users", "/api/v1/users", ann, {}},
      {"GET", "/api/v1/users", "/api/v1/users", "", {}},
      {"PATCH", "/api/v1/users/ann", "/api/v1/users/{name}", R"({"disabled":true})", {}},
  });
}

TEST_F(OpenapiTest, AnswersAboutPeopleHaveTheShapeThatIsDescribed) {
  open_alert("192.0.2.1", 1);
  expect_shapes({
      {"POST",
       "/api/v1/alerts/bulk",
       "/api/v1/alerts/bulk",
       R"({"filter":{"level":"high"},"change":{"assignee":"bob"},"dry_run":true})",
       {}},
      {"PUT",
       "/api/v1/channels/team",
       "/api/v1/channels/{name}",
       R"({"type":"slack","url":"https://h/x"})",
       {}},
      {"GET", "/api/v1/channels", "/api/v1/channels", "", {}},
      {"GET", "/api/v1/notifications", "/api/v1/notifications", "", {}},
      {"POST", "/api/v1/notifications/retry", "/api/v1/notifications/retry", R"({"all":true})", {}},
      {"POST",
       "/api/v1/notifications/drop",
       "/api/v1/notifications/drop",
       R"({"channel":"team"})",
       {}},
      {"POST",
       "/api/v1/exceptions/preview",
       "/api/v1/exceptions/preview",
       R"({"rule":"brute"})",
       {}},
      {"POST",
       "/api/v1/exceptions",
       "/api/v1/exceptions",
       R"({"rule":"brute","reason":"ours"})",
       {}},
      {"GET", "/api/v1/exceptions", "/api/v1/exceptions", "", {}},
  });
}

TEST_F(OpenapiTest, AnswersAboutDecisionsHaveTheShapeThatIsDescribed) {
  expect_shapes({
      {"POST", "/api/v1/decisions", "/api/v1/decisions", R"({"value":"198.51.100.7"})", {}},
      {"POST", "/api/v1/decisions", "/api/v1/decisions", R"({"value":"10.0.0.1"})", {}},
      {"GET", "/api/v1/decisions", "/api/v1/decisions", "", {}},
      {"GET", "/api/v1/decisions/1", "/api/v1/decisions/{id}", "", {}},
      {"GET", "/api/v1/decisions/export", "/api/v1/decisions/export", "", {}},
      {"GET", "/api/v1/decisions/export", "/api/v1/decisions/export", "", {{"format", "csv"}}},
      {"POST",
       "/api/v1/decisions/import",
       "/api/v1/decisions/import",
       R"([{"value":"198.51.100.8"}])",
       {}},
      {"POST",
       "/api/v1/decisions/simulate",
       "/api/v1/decisions/simulate",
       R"({"value":"198.51.100.9"})",
       {}},
      {"GET", "/api/v1/decisions/approvals", "/api/v1/decisions/approvals", "", {}},
      {"GET", "/api/v1/decisions/armed", "/api/v1/decisions/armed", "", {}},
      {"POST", "/api/v1/decisions/breaker", "/api/v1/decisions/breaker", R"({"open":true})", {}},
      {"GET", "/api/v1/decisions/breaker", "/api/v1/decisions/breaker", "", {}},
      {"DELETE", "/api/v1/decisions/1", "/api/v1/decisions/{id}", "", {}},
      {"POST", "/api/v1/decisions/lift", "/api/v1/decisions/lift", R"({"all":true})", {}},
  });
}

TEST_F(OpenapiTest, AnswersAboutPlaybooksHaveTheShapeThatIsDescribed) {
  open_alert("192.0.2.1", 1);
  const std::string alert = member(get("/api/v1/alerts").body, "/alerts/0/id");
  const std::string id = *engine_->run("ask-first", alert, "alice");
  engine_->step();
  expect_shapes({
      {"GET", "/api/v1/playbooks", "/api/v1/playbooks", "", {}},
      {"GET", "/api/v1/playbooks/ask-first", "/api/v1/playbooks/{name}", "", {}},
      {"POST",
       "/api/v1/playbooks/ask-first/run",
       "/api/v1/playbooks/{name}/run",
       R"({"alert":")" + alert + "\"}",
       {}},
      {"POST",
       "/api/v1/playbooks/ask-first/run",
       "/api/v1/playbooks/{name}/run",
       R"({"rehearse":false,"alert":")" + alert + "\"}",
       {}},
      {"GET", "/api/v1/playbook-runs", "/api/v1/playbook-runs", "", {}},
      {"GET", "/api/v1/playbook-runs/" + id, "/api/v1/playbook-runs/{id}", "", {}},
  });
}

TEST_F(OpenapiTest, ProblemsHaveTheShapeThatIsDescribed) {
  const element schema = document_["components"]["schemas"]["Problem"].value();
  for (const Answered& answered :
       {get("/api/v1/nothing"), ask(request("GET", "/api/v1/alerts", "")),
        ask(request("GET", "/api/v1/keys", reader_)), send("PUT", "/health", ""),
        get("/api/v1/events/77")}) {
    simdjson::dom::parser parser;
    EXPECT_EQ(answered.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(Shape(document_).fault(schema, parser.parse(answered.body), "problem"), "");
  }
}

TEST_F(OpenapiTest, TheDocumentIsServed) {
  EXPECT_EQ(ask(request("GET", "/api/v1/openapi.json", "")).body, openapi_document());
}

}  // namespace
}  // namespace tocsin
