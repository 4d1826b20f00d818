// What the pages ask for: documents, settings, and that deeds are written down.
#include "api/api_fakes_test.h"
#include "api/request_audit.h"

namespace tocsin {
namespace {

constexpr std::string_view kSearch = R"({"title":"Mine","document":{"query":"*"}})";

class ConsoleApiTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    analyst_ = make_key("anna", {Scope::kRead, Scope::kTriage});
    auditor_ = make_key("otto", {Scope::kAudit});
  }
  Answered by(const std::string& key, const std::string& method, const std::string& path,
              std::string_view body = "") {
    return ask(request(method, path, key, std::string(body)));
  }
  const AuditEntry& last() const { return audit_.entries.back(); }

  std::string analyst_;
  std::string auditor_;
};

TEST_F(ConsoleApiTest, ADocumentIsMadeReadReplacedAndDeleted) {
  const std::string path = "/api/v1/documents/saved-searches/mine";
  EXPECT_EQ(by(analyst_, "PUT", path, kSearch).status, 201);
  const Answered read = get(path);
  EXPECT_EQ(member(read.body, "/document/query"), "*");
  EXPECT_EQ(member(read.body, "/version"), "1");
  EXPECT_EQ(member(get("/api/v1/documents/saved-searches").body, "/documents/0/title"), "Mine");
  const Answered late = by(analyst_, "PUT", path, kSearch);
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(member(late.body, "/code"), "stale_version");
  EXPECT_EQ(by(admin_, "PUT", path, R"({"title":"B","version":1,"document":{"query":""}})").status,
            200);
  const std::string other = make_key("other", {Scope::kTriage});
  EXPECT_EQ(by(other, "DELETE", path).status, 403);
  EXPECT_EQ(by(analyst_, "DELETE", path).status, 204);
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(get("/api/v1/documents/poems").status, 404);
}

TEST_F(ConsoleApiTest, WhatIsWrongInAFormIsNamed) {
  const Answered wrong =
      by(analyst_, "PUT", "/api/v1/documents/dashboards/mine",
         R"({"document":{"panels":[{"id":"a","title":"t","type":"bars","query":"* |","x":0,)"
         R"("y":0,"w":1,"h":1}]}})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(member(wrong.body, "/errors/0/field"), "title");
  EXPECT_EQ(member(wrong.body, "/errors/1/field"), "panels[0].query");
  EXPECT_EQ(by(analyst_, "PUT", "/api/v1/documents/dashboards/Mine",
               R"({"title":"t","document":{"panels":[]}})")
                .status,
            400);
}

TEST_F(ConsoleApiTest, ShippedOnesStayAndViewersOnlyLook) {
  const std::string path = "/api/v1/documents/dashboards/api";
  EXPECT_EQ(member(get(path).body, "/shipped"), "true");
  const std::string_view board = R"({"title":"t","document":{"panels":[]}})";
  EXPECT_EQ(by(analyst_, "PUT", path, board).status, 409);
  EXPECT_EQ(by(admin_, "DELETE", path).status, 409);
  EXPECT_EQ(by(reader_, "PUT", "/api/v1/documents/dashboards/mine", board).status, 403);
}

TEST_F(ConsoleApiTest, SettingsAreShownWithoutSecrets) {
  const Answered shown = get("/api/v1/settings");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(member(shown.body, "/version"), "1.2.3");
  EXPECT_EQ(member(shown.body, "/retention/journal_s"), "31536000");
  EXPECT_EQ(member(shown.body, "/never_block/0/why"), "is a loopback address");
  EXPECT_EQ(shown.body.find("token"), std::string::npos);
}

TEST_F(ConsoleApiTest, TheAuditIsForThoseWhoMayReadIt) {
  EXPECT_EQ(by(reader_, "GET", "/api/v1/audit").status, 403);
  EXPECT_EQ(last().action, "audit_read");
  EXPECT_EQ(last().request->status, 403);
  EXPECT_EQ(by(auditor_, "GET", "/api/v1/audit").status, 200);
  EXPECT_EQ(last().request->status, 200);
  EXPECT_EQ(ask(request("GET", "/api/v1/audit", auditor_, "", {{"limit", "0"}})).status, 400);
}

TEST_F(ConsoleApiTest, ADeedIsWrittenDownWithItsEnd) {
  by(analyst_, "PUT", "/api/v1/documents/saved-searches/mine", kSearch);
  const AuditEntry& saved = last();
  EXPECT_EQ(saved.action, "document_saved");
  EXPECT_EQ(saved.who, analyst_.substr(0, kKeyIdBytes));
  EXPECT_EQ(saved.request->target, "saved-searches/mine");
  EXPECT_EQ(saved.request->peer, "192.0.2.77");
  EXPECT_EQ(saved.request->status, 201);
  EXPECT_NE(saved.sentence.find("saved the document saved-searches/mine"), std::string::npos);
  const std::string json = audit_json(saved);
  EXPECT_EQ(member(json, "/event.outcome"), "success");
  EXPECT_EQ(member(json, "/tocsin.request.peer"), "192.0.2.77");
  EXPECT_EQ(member(json, "/source.ip"), "");
  by(analyst_, "PUT", "/api/v1/documents/saved-searches/mine", kSearch);
  EXPECT_EQ(member(audit_json(last()), "/event.outcome"), "failure");
}

TEST_F(ConsoleApiTest, ARefreshThatRepeatsIsCountedNotRepeated) {
  const auto search = [this](const std::string& key, const std::string& query) {
    return ask(request("GET", "/api/v1/events/search", key, "", {{"q", query}})).status;
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(search(reader_, "*"), 200);
  }
  EXPECT_EQ(audit_.count("searched"), 1U);
  EXPECT_EQ(last().request->query, "*");
  EXPECT_EQ(search(admin_, "*"), 200);
  EXPECT_EQ(search(reader_, "user.name:x"), 200);
  EXPECT_EQ(audit_.count("searched"), 3U);
  clock_.advance(RequestAudit::kRepeatsSpan);
  EXPECT_EQ(search(reader_, "*"), 200);
  EXPECT_EQ(audit_.count("searched"), 4U);
  EXPECT_EQ(last().request->repeats, 4U);
  EXPECT_EQ(search(reader_, "a:("), 400);
  EXPECT_EQ(last().request->status, 400);
}

TEST_F(ConsoleApiTest, AVeryLongQueryIsCut) {
  const std::string body = R"({"query":"\")" + std::string(5'000, 'x') + R"(\""})";
  by(reader_, "POST", "/api/v1/events/search", body);
  EXPECT_EQ(last().request->query.size(), RequestAudit::kQueryBytesMax);
}

TEST_F(ConsoleApiTest, TheTrafficOfMachinesIsNot) {
  by(ingester_, "POST", "/api/v1/events", "{}\n");
  by(reader_, "POST", "/api/v1/events", "{}\n");
  EXPECT_TRUE(audit_.entries.empty());
}

TEST_F(ConsoleApiTest, SearchesOfDashboardsAreAnsweredFromTheCache) {
  const auto search = [this](const std::string& cache) {
    return ask(request("GET", "/api/v1/events/search", reader_, "",
                       {{"q", "* | stats count"}, {"from", "1h"}, {"cache", cache}}));
  };
  EXPECT_EQ(search("true").header("X-Tocsin-Cache"), "miss");
  EXPECT_EQ(search("true").header("X-Tocsin-Cache"), "hit");
  EXPECT_EQ(search("false").header("X-Tocsin-Cache"), "");
  clock_.advance(span_s(4));
  EXPECT_EQ(search("true").header("X-Tocsin-Cache"), "miss");
}

}  // namespace
}  // namespace tocsin
