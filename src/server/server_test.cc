// The server as a whole, in this process: a line in by HTTP, an event and an alert out, restarts.
#include "server/server.h"

#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "http/client.h"
#include "server/local_access.h"
#include "server/source_names.h"
#include "server/undecoded_counts.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr Span kWaitMax = span_s(30);

class ServerTest : public testing::Test {
 protected:
  Settings settings() {
    Settings settings;
    settings.listen = "127.0.0.1:0";
    settings.data_directory = folder_.path() + "/var";
    settings.journal.free_bytes_min = kMiB;
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

  // The number in the only cell of a query's only row.
  std::uint64_t count(const std::string& query) {
    const auto response =
        ask("POST", "/api/v1/events/search", R"({"query":")" + query + R"( | stats count as n"})");
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::uint64_t number = 0;
    const simdjson::padded_string body(response.body);
    if (parser.parse(body).get(root) == simdjson::SUCCESS) {
      static_cast<void>(root["rows"].at(0)["n"].get(number) == simdjson::SUCCESS);
    }
    return number;
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
  Log log_;
  HttpClient client_;
  std::unique_ptr<Server> server_;
  std::string key_;
};

std::string failed_logins(int from, int count) {
  std::string lines;
  for (int i = from; i < from + count; ++i) {
    lines += R"({"level":"warn","event":{"category":"authentication","outcome":"failure"},)"
             R"("user":{"name":"alice"},"source":{"ip":"198.51.100.7"},"n":")" +
             std::to_string(i) + "\"}\n";
  }
  return lines;
}

TEST_F(ServerTest, ALineBecomesAnEventAndManyAnAlert) {
  start(settings());
  ASSERT_TRUE(server_->first_admin_key().has_value());
  const auto taken = ask("POST", "/api/v1/events?source=app", failed_logins(0, 30));
  EXPECT_EQ(taken.status, 200) << taken.body;
  EXPECT_TRUE(comes_true([this] { return count("user.name:alice") == 30; }));
  EXPECT_TRUE(comes_true([this] {
    return ask("GET", "/api/v1/alerts").body.find("198.51.100.7") != std::string::npos;
  })) << ask("GET", "/api/v1/alerts").body;
  EXPECT_TRUE(server_->stop().has_value());
}

TEST_F(ServerTest, NothingIsLostOrDoubledOverRestarts) {
  for (int run = 1; run <= 3; ++run) {
    start(settings());
    EXPECT_EQ(server_->first_admin_key().has_value(), run == 1);
    EXPECT_TRUE(comes_true(
        [&] { return count("user.name:alice") == 20U * (static_cast<unsigned>(run) - 1U); }));
    EXPECT_EQ(ask("POST", "/api/v1/events?source=app", failed_logins(run * 100, 20)).status, 200);
    // The second time it ends before the events are searchable.
    if (run != 2) {
      EXPECT_TRUE(
          comes_true([&] { return count("user.name:alice") == 20U * static_cast<unsigned>(run); }));
    }
    EXPECT_TRUE(server_->stop().has_value());
    server_.reset();
  }
}

TEST_F(ServerTest, ASecondServerOnTheSameDataIsRefused) {
  start(settings());
  const auto second = Server::start(settings(), files_, clock_, log_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

TEST_F(ServerTest, AConfiguredFileIsFollowed) {
  Settings with_file = settings();
  SourceSettings source;
  source.path = folder_.path() + "/*.log";
  with_file.sources = {source};
  std::ofstream(folder_.path() + "/app.log") << "one\ntwo\n";
  start(with_file);
  EXPECT_TRUE(comes_true([this] { return count("message:one or message:two") == 2; }));
}

TEST_F(ServerTest, WhatCannotStartSaysWhy) {
  Settings wrong = settings();
  wrong.listen = "nowhere";
  EXPECT_EQ(Server::start(wrong, files_, clock_, log_).error().code(), ErrorCode::kInvalid);
  Settings no_rules = settings();
  no_rules.detect.rule_paths = {folder_.path() + "/none"};
  const auto failed = Server::start(no_rules, files_, clock_, log_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_NE(failed.error().full_text().find("/none"), std::string::npos);
}

TEST(SourceNames, ConfiguredSourcesCoverWhatTheyRead) {
  SourceSettings file;
  file.path = "/var/log/*.log";
  EXPECT_TRUE(source_covers(file, "file:/var/log/auth.log"));
  EXPECT_FALSE(source_covers(file, "file:/srv/auth.log"));
  SourceSettings udp;
  udp.kind = SourceKind::kSyslogUdp;
  udp.listen = "0.0.0.0:5514";
  EXPECT_EQ(source_name(udp), "syslog-udp:5514");
  udp.name = "routers";
  EXPECT_TRUE(source_covers(udp, "routers"));
}

TEST(UndecodedCounts, AreBoundedInSources) {
  UndecodedCounts counts;
  for (std::size_t i = 0; i < UndecodedCounts::kSourcesMax + 50; ++i) {
    counts.add("s" + std::to_string(i), 1);
  }
  EXPECT_EQ(counts.of("s0"), 1U);
  EXPECT_EQ(counts.of("other"), 50U);
  EXPECT_EQ(counts.of("nobody"), 0U);
}

}  // namespace
}  // namespace tocsin
