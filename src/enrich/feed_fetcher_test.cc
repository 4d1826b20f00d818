// Feeds over HTTP, from a server of our own that plays a document, a TAXII collection, a MISP feed.
#include "enrich/feed_fetcher.h"

#include <atomic>
#include <map>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/mutex.h"
#include "http/server.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr std::string_view kEventA = "5b7f8f0a-1111-4222-8333-444455556666";
constexpr std::string_view kEventB = "5b7f8f0a-1111-4222-8333-444455557777";

std::string misp_event(std::string_view uuid, int timestamp, const std::string& domain) {
  return R"({"Event":{"uuid":")" + std::string(uuid) + R"(","info":"x","timestamp":)" +
         std::to_string(timestamp) + R"(,"Attribute":[{"type":"domain","to_ids":true,"value":")" +
         domain + R"("}]}})";
}

std::string stix_indicator(int number) {
  return R"({"type":"indicator","id":"indicator--)" + std::to_string(number) +
         R"(","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.)" +
         std::to_string(number) + R"(']"})";
}

class FeedFetcherTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = HttpServer::start(
        {},
        [this](HttpRequest request, Responder responder) {
          const MutexLock lock(mutex_);
          asked_.push_back(request.target);
          responder.send(answer_(request));
        },
        metrics_, log_, clock_);
    ASSERT_TRUE(started.has_value()) << started.error().full_text();
    server_ = std::move(*started);
  }

  FeedSource source(FeedKind kind, const std::string& path) const {
    FeedSource source;
    source.kind = kind;
    source.location = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    return source;
  }
  Result<Fetched> fetch(const FeedSource& source, const FeedState& before = {},
                        std::string_view kept = {}) {
    return FeedFetcher(files_).fetch(source, before, kept, [this] { return going_.load(); });
  }
  std::vector<std::string> asked() {
    const MutexLock lock(mutex_);
    return asked_;
  }

  PosixFileSystem files_;
  TempDirectory folder_;
  Metrics metrics_;
  Log log_;
  SystemClock clock_;
  std::atomic<bool> going_{true};
  Mutex mutex_;
  std::vector<std::string> asked_;
  std::function<HttpResponse(const HttpRequest&)> answer_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(FeedFetcherTest, AFileIsReadOnlyWhenItChanged) {
  FeedSource file;
  file.location = folder_ / "list.txt";
  EXPECT_EQ(fetch(file).error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(write_file_atomically(files_, file.location, "203.0.113.7\n"));
  const auto first = fetch(file);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->text, "203.0.113.7\n");
  EXPECT_GT(first->state.fetched, Micros(0));
  EXPECT_FALSE(fetch(file, first->state)->changed);
  ASSERT_TRUE(write_file_atomically(files_, file.location, "203.0.113.8 \n"));
  EXPECT_TRUE(fetch(file, first->state)->changed);
}

TEST_F(FeedFetcherTest, ADocumentIsAskedForByItsTag) {
  answer_ = [](const HttpRequest& request) {
    if (request.header("if-none-match") == "\"v1\"") {
      return HttpResponse::empty(304);
    }
    return HttpResponse::text(200, "203.0.113.7\n").with("ETag", "\"v1\"");
  };
  const FeedSource url = source(FeedKind::kUrl, "/list.txt");
  const auto first = fetch(url);
  ASSERT_TRUE(first.has_value()) << first.error().full_text();
  EXPECT_TRUE(first->changed);
  EXPECT_EQ(first->state.version, "\"v1\"");
  const auto second = fetch(url, first->state, first->text);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(second->changed);
  // Without the copy there is nothing that could have stayed as it was.
  EXPECT_TRUE(fetch(url, first->state)->changed);
}

TEST_F(FeedFetcherTest, WhatGoesWrongIsSaid) {
  answer_ = [](const HttpRequest& request) {
    if (request.path == "/moved") {
      return HttpResponse::empty(302).with("Location", "https://elsewhere.example/");
    }
    if (request.path == "/big") {
      return HttpResponse::text(200, std::string(5'000, 'x'));
    }
    return request.path == "/denied" ? HttpResponse::text(401, "no")
                                     : HttpResponse::text(500, "broken");
  };
  const auto moved = fetch(source(FeedKind::kUrl, "/moved"));
  ASSERT_FALSE(moved.has_value());
  EXPECT_NE(moved.error().text().find("https://elsewhere.example/"), std::string::npos);
  EXPECT_EQ(fetch(source(FeedKind::kUrl, "/denied")).error().code(), ErrorCode::kDenied);
  EXPECT_EQ(fetch(source(FeedKind::kUrl, "/x")).error().code(), ErrorCode::kUnavailable);
  FeedSource big = source(FeedKind::kUrl, "/big");
  big.bytes_max = 4'000;
  EXPECT_EQ(fetch(big).error().code(), ErrorCode::kTooLarge);
  FeedSource odd;
  odd.kind = FeedKind::kUrl;
  odd.location = "file:///etc/passwd";
  EXPECT_EQ(fetch(odd).error().code(), ErrorCode::kInvalid);
  going_ = false;
  EXPECT_EQ(fetch(source(FeedKind::kUrl, "/big")).error().code(), ErrorCode::kCancelled);
}

TEST_F(FeedFetcherTest, SecretsComeFromAFileAndGoOnlyOverAPrivateWay) {
  std::string authorization;
  std::string key;
  answer_ = [&](const HttpRequest& request) {
    authorization = request.header("authorization");
    key = request.header("x-api-key");
    return HttpResponse::text(200, "203.0.113.7\n");
  };
  ASSERT_TRUE(write_file_atomically(files_, folder_ / "secret", "s3cret\n"));
  FeedSource url = source(FeedKind::kUrl, "/");
  url.secret.file = folder_ / "secret";
  url.secret.username = "reader";
  ASSERT_TRUE(fetch(url).has_value());
  EXPECT_EQ(authorization, "Basic " + base64_encode("reader:s3cret"));
  url.secret.username.clear();
  url.secret.header = "X-Api-Key";
  ASSERT_TRUE(fetch(url).has_value());
  EXPECT_EQ(key, "s3cret");
  url.location = "http://192.0.2.1/list";
  const auto refused = fetch(url);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kDenied);
  url.secret.file = folder_ / "gone";
  url.location = source(FeedKind::kUrl, "/").location;
  EXPECT_EQ(fetch(url).error().code(), ErrorCode::kNotFound);
}

TEST_F(FeedFetcherTest, ATaxiiCollectionIsReadPageByPageAndLaterOnlyWhatIsNew) {
  answer_ = [](const HttpRequest& request) {
    EXPECT_EQ(request.header("accept"), "application/taxii+json;version=2.1");
    EXPECT_EQ(request.path, "/api/collections/c1/objects/");
    const auto next = request.parameter("next");
    const auto after = request.parameter("added_after");
    if (after == "2026-01-03T00:00:00.000000Z") {
      return HttpResponse::json(200, R"({"objects":[)" + stix_indicator(9) + "]}")
          .with("X-TAXII-Date-Added-Last", "2026-01-04T00:00:00.000000Z");
    }
    if (after == "2026-01-04T00:00:00.000000Z") {
      return HttpResponse::json(200, "{}");
    }
    return next == "p2" ? HttpResponse::json(200, R"({"objects":[)" + stix_indicator(2) + "]}")
                              .with("X-TAXII-Date-Added-Last", "2026-01-03T00:00:00.000000Z")
                        : HttpResponse::json(200, R"({"more":true,"next":"p2","objects":[)" +
                                                      stix_indicator(1) + "]}")
                              .with("X-TAXII-Date-Added-Last", "2026-01-02T00:00:00.000000Z");
  };
  const FeedSource taxii = source(FeedKind::kTaxii, "/api/collections/c1");
  const auto all = fetch(taxii);
  ASSERT_TRUE(all.has_value()) << all.error().full_text();
  EXPECT_TRUE(all->changed);
  EXPECT_NE(all->text.find("203.0.113.1"), std::string::npos);
  EXPECT_NE(all->text.find("203.0.113.2"), std::string::npos);
  EXPECT_EQ(all->state.added_after, "2026-01-03T00:00:00.000000Z");
  const auto more = fetch(taxii, all->state, all->text);
  ASSERT_TRUE(more.has_value());
  EXPECT_TRUE(more->changed);
  EXPECT_NE(more->text.find("203.0.113.1"), std::string::npos) << "what was there stays";
  EXPECT_NE(more->text.find("203.0.113.9"), std::string::npos);
  const auto nothing = fetch(taxii, more->state, more->text);
  ASSERT_TRUE(nothing.has_value());
  EXPECT_FALSE(nothing->changed);
  EXPECT_EQ(asked().size(), 4U);
}

TEST_F(FeedFetcherTest, ATaxiiServerThatNeverEndsIsLeft) {
  answer_ = [](const HttpRequest&) {
    return HttpResponse::json(
        200, R"({"more":true,"next":"same","objects":[)" + stix_indicator(1) + "]}");
  };
  const auto fetched = fetch(source(FeedKind::kTaxii, "/c/"));
  ASSERT_FALSE(fetched.has_value());
  EXPECT_EQ(fetched.error().code(), ErrorCode::kCorrupt);
  EXPECT_LE(asked().size(), 3U);
}

TEST_F(FeedFetcherTest, AMispFeedIsReadEventByEventAndLaterOnlyWhatChanged) {
  int timestamp_b = 5;
  answer_ = [&timestamp_b](const HttpRequest& request) {
    if (request.path == "/feed/manifest.json") {
      return HttpResponse::json(200, R"({")" + std::string(kEventA) + R"(":{"timestamp":"3"},")" +
                                         std::string(kEventB) + R"(":{"timestamp":")" +
                                         std::to_string(timestamp_b) + "\"}}");
    }
    const bool is_a = request.path == "/feed/" + std::string(kEventA) + ".json";
    return HttpResponse::json(200, is_a ? misp_event(kEventA, 3, "a.example")
                                        : misp_event(kEventB, timestamp_b, "b.example"));
  };
  const FeedSource misp = source(FeedKind::kMisp, "/feed");
  const auto all = fetch(misp);
  ASSERT_TRUE(all.has_value()) << all.error().full_text();
  EXPECT_NE(all->text.find("a.example"), std::string::npos);
  EXPECT_NE(all->text.find("b.example"), std::string::npos);
  EXPECT_EQ(asked().size(), 3U);
  EXPECT_FALSE(fetch(misp, all->state, all->text)->changed);
  EXPECT_EQ(asked().size(), 4U) << "the manifest only";
  timestamp_b = 6;
  EXPECT_TRUE(fetch(misp, all->state, all->text)->changed);
  EXPECT_EQ(asked().size(), 6U) << "the manifest and the event that changed";
}

TEST_F(FeedFetcherTest, AMispEventThatCannotBeReadDoesNotHideTheOthers) {
  answer_ = [](const HttpRequest& request) {
    if (request.path == "/feed/manifest.json") {
      return HttpResponse::json(200, R"({")" + std::string(kEventA) + R"(":{"timestamp":3},")" +
                                         std::string(kEventB) + R"(":{"timestamp":4}})");
    }
    return request.path.ends_with(std::string(kEventA) + ".json")
               ? HttpResponse::json(200, misp_event(kEventA, 3, "a.example"))
               : HttpResponse::text(500, "broken");
  };
  const auto fetched = fetch(source(FeedKind::kMisp, "/feed/"));
  ASSERT_TRUE(fetched.has_value());
  EXPECT_NE(fetched->text.find("a.example"), std::string::npos);
  EXPECT_NE(fetched->incomplete.find("1 events could not be read"), std::string::npos);
}

TEST(FeedState, ReadsBackAsItWas) {
  FeedState state;
  state.source = "url x";
  state.version = "\"a\"";
  state.added_after = "2026";
  state.fetched = Micros(12);
  const auto again = FeedState::parse(state.text());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->text(), state.text());
  EXPECT_FALSE(FeedState::parse("[").has_value());
}

}  // namespace
}  // namespace tocsin
