// Threat lists in a running server: fetched from a TAXII server of our own, matched in the stream,
// looked for in what was stored, kept over a restart.
#include "server/threat_desk.h"

#include <functional>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/time_text.h"
#include "http/server.h"
#include "server/local_access.h"
#include "server/server.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr Span kWaitMax = span_s(60);

class ThreatDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = HttpServer::start(
        {}, [this](HttpRequest, Responder responder) { responder.send(answer()); }, metrics_, log_,
        clock_);
    ASSERT_TRUE(started.has_value()) << started.error().full_text();
    taxii_ = std::move(*started);
  }

  // One page with the indicators that there are.
  HttpResponse answer() {
    const MutexLock lock(mutex_);
    if (broken_) {
      return HttpResponse::text(500, "broken");
    }
    std::string body = R"({"objects":[)";
    for (const std::string& address : listed_) {
      body += (body.ends_with('[') ? "" : ",") +
              (R"({"type":"indicator","id":"indicator--)" + address) +
              R"(","pattern_type":"stix","confidence":80,"name":"Botnet",)"
              R"("pattern":"[ipv4-addr:value = ')" +
              address + R"(']"})";
    }
    return HttpResponse::json(200, body + "]}");
  }
  void list(const std::string& address) {
    const MutexLock lock(mutex_);
    listed_.push_back(address);
  }
  void breaks() {
    const MutexLock lock(mutex_);
    broken_ = true;
  }

  Settings settings() {
    Settings settings;
    settings.listen = "127.0.0.1:0";
    settings.data_directory = folder_.path() + "/var";
    settings.journal.free_bytes_min = kMiB;
    ThreatListSettings list;
    list.name = "sharing";
    list.origin = ThreatOrigin::kTaxii;
    list.format = "stix";
    list.location = "http://127.0.0.1:" + std::to_string(taxii_->port()) + "/c/";
    settings.enrich.threat_lists = {list};
    return settings;
  }

  void start(const Settings& settings) {
    auto started = Server::start(settings, files_, clock_, log_);
    ASSERT_TRUE(started.has_value()) << started.error().full_text();
    server_ = std::move(*started);
    const auto access = read_local_access(files_, settings.data_directory);
    ASSERT_TRUE(access.has_value());
    key_ = access->key;
  }

  HttpClientResponse ask(const std::string& method, const std::string& path,
                         const std::string& body = {}) {
    HttpClientRequest request;
    request.method = method;
    request.url = server_->url() + path;
    request.headers = {{"Authorization", "Bearer " + key_}};
    request.body = body;
    const auto response = client_.request(request);
    EXPECT_TRUE(response.has_value()) << response.error().full_text();
    return response.value_or(HttpClientResponse{});
  }

  std::string event_from(const std::string& address) {
    return R"({"@timestamp":")" + iso_time(clock_.now()) +
           R"(","message":"hello","source":{"ip":")" + address + "\"}}\n";
  }

  bool searchable(const std::string& query) {
    const auto response =
        ask("POST", "/api/v1/events/search", R"({"query":")" + query + R"( | stats count as n"})");
    return response.body.find("\"n\":0") == std::string::npos && response.status == 200 &&
           response.body.find("\"n\":") != std::string::npos;
  }

  // How many alerts there are about the address that was seen before it was listed.
  std::size_t retro_alerts(const std::string& address) {
    const std::string body = ask("GET", "/api/v1/alerts").body;
    std::size_t count = 0;
    for (std::size_t at = body.find(address + " is now on list sharing"); at != std::string::npos;
         at = body.find(address + " is now on list sharing", at + 1)) {
      ++count;
    }
    return count;
  }

  bool retro_is_idle() {
    const std::string body = ask("GET", "/api/v1/threat-lists").body;
    return body.find("\"waiting\":true") == std::string::npos &&
           body.find("\"running\":true") == std::string::npos &&
           body.find("\"finished\":null") == std::string::npos &&
           body.find("\"refreshing\":true") == std::string::npos;
  }

  // Each look is a request, so this is no spinning.
  bool comes_true(const std::function<bool()>& condition) {
    const Span until(clock_.since_boot().value + kWaitMax.value);
    while (clock_.since_boot() < until) {
      if (condition()) {
        return true;
      }
    }
    return false;
  }

  TempDirectory folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  Metrics metrics_;
  Log log_;
  HttpClient client_;
  Mutex mutex_;
  std::vector<std::string> listed_;
  bool broken_ = false;
  std::unique_ptr<HttpServer> taxii_;
  std::unique_ptr<Server> server_;
  std::string key_;
};

TEST_F(ThreatDeskTest, ANewAddressIsMatchedInTheStreamAndLookedForInWhatWasStored) {
  list("203.0.113.1");
  start(settings());
  ASSERT_TRUE(comes_true([this] {
    return ask("GET", "/api/v1/threat-lists/lookup?value=203.0.113.1").body.find("Botnet") !=
           std::string::npos;
  }));
  const std::string both = event_from("203.0.113.1") + event_from("203.0.113.66");
  ASSERT_EQ(ask("POST", "/api/v1/events?source=app", both).status, 200);
  EXPECT_TRUE(comes_true([this] { return searchable("source.ip:203.0.113.66"); }));
  EXPECT_TRUE(searchable("threat.feed.name:sharing and threat.indicator.ip:203.0.113.1"));
  EXPECT_FALSE(searchable("threat.indicator.ip:203.0.113.66"));
  EXPECT_EQ(retro_alerts("203.0.113.66"), 0U);

  list("203.0.113.66");
  EXPECT_EQ(ask("POST", "/api/v1/threat-lists/sharing/refresh").status, 202);
  EXPECT_TRUE(comes_true([this] { return retro_alerts("203.0.113.66") == 1; }))
      << ask("GET", "/api/v1/threat-lists").body << ask("GET", "/api/v1/alerts").body;
  EXPECT_EQ(retro_alerts("203.0.113.1"), 0U) << "it was listed before it came";
  ASSERT_EQ(ask("POST", "/api/v1/events?source=app", event_from("203.0.113.66")).status, 200);
  EXPECT_TRUE(comes_true([this] { return searchable("threat.indicator.ip:203.0.113.66"); }));
}

TEST_F(ThreatDeskTest, AListIsThereAfterARestartWithoutNetworkAndNothingIsSaidTwice) {
  start(settings());
  ASSERT_EQ(ask("POST", "/api/v1/events?source=app", event_from("203.0.113.66")).status, 200);
  EXPECT_TRUE(comes_true([this] { return searchable("source.ip:203.0.113.66"); }));
  list("203.0.113.66");
  EXPECT_EQ(ask("POST", "/api/v1/threat-lists/sharing/refresh").status, 202);
  EXPECT_TRUE(comes_true([this] { return retro_alerts("203.0.113.66") == 1; }));
  EXPECT_TRUE(comes_true([this] { return retro_is_idle(); }));
  EXPECT_TRUE(server_->stop().has_value());
  server_.reset();

  breaks();
  start(settings());
  EXPECT_NE(ask("GET", "/api/v1/threat-lists/lookup?value=203.0.113.66").body.find("Botnet"),
            std::string::npos);
  EXPECT_TRUE(comes_true([this] {
    return ask("GET", "/api/v1/threat-lists").body.find("status 500") != std::string::npos;
  }));
  EXPECT_TRUE(comes_true([this] { return retro_is_idle(); }));
  EXPECT_EQ(retro_alerts("203.0.113.66"), 1U);
}

TEST_F(ThreatDeskTest, AnImportedListIsFoundWhenSomebodyAsksForIt) {
  start(settings());
  EXPECT_EQ(ask("POST", "/api/v1/threat-lists/own/refresh").status, 404);
  const std::string folder = folder_.path() + "/var/threat-lists";
  ASSERT_TRUE(files_.create_directories(folder));
  ASSERT_TRUE(write_file_atomically(files_, folder + "/own.plain", "evil.example\n"));
  EXPECT_EQ(ask("POST", "/api/v1/threat-lists/own/refresh").status, 202);
  const std::string body = ask("GET", "/api/v1/threat-lists/lookup?value=a.evil.example").body;
  EXPECT_NE(body.find("\"list\":\"own\""), std::string::npos) << body;
  EXPECT_EQ(ask("GET", "/api/v1/threat-lists/lookup").status, 400);
}

}  // namespace
}  // namespace tocsin
