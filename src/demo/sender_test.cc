#include "demo/sender.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/mutex.h"
#include "http/server.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

// A server that answers with the given statuses, the last one for ever, and remembers.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<int> statuses) : statuses_(std::move(statuses)) {
    server_ = HttpServer::start(
                  {},
                  [this](HttpRequest request, Responder responder) {
                    answer(request, std::move(responder));
                  },
                  metrics_, log_, clock_)
                  .value();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<std::string> seen() const {
    MutexLock lock(mutex_);
    return seen_;
  }

 private:
  void answer(const HttpRequest& request, Responder responder) {
    MutexLock lock(mutex_);
    const std::size_t turn = std::min(seen_.size(), statuses_.size() - 1);
    seen_.push_back(request.method + " " + request.target + " " +
                    std::string(request.bearer_token()) + " " + request.content_type() + " " +
                    request.body);
    HttpResponse response = HttpResponse::text(statuses_[turn], "scripted");
    response.headers.push_back({"Retry-After", "2"});
    responder.send(std::move(response));
  }

  const std::vector<int> statuses_;
  Metrics metrics_;
  Log log_;
  SystemClock clock_;
  mutable Mutex mutex_;
  std::vector<std::string> seen_ GUARDED_BY(mutex_);
  std::unique_ptr<HttpServer> server_;
};

struct Pauses {
  std::vector<Span> taken;
  Pause pause() {
    return [this](Span span) { taken.push_back(span); };
  }
};

TEST(HttpSender, PostsLinesWithKeySourceAndFormat) {
  const ScriptedServer server({200});
  Pauses pauses;
  HttpSender sender(server.url(), "tok_x", {}, pauses.pause());
  ASSERT_TRUE(sender.send(Channel::kWebAccess, "a\nb\n"));
  ASSERT_TRUE(sender.send(Channel::kAppAuth, "{}\n"));
  EXPECT_EQ(server.seen(),
            (std::vector<std::string>{
                "POST /api/v1/events?source=shop-nginx&format=nginx.access tok_x text/plain a\nb\n",
                "POST /api/v1/events?source=shop-auth tok_x application/x-ndjson {}\n"}));
  EXPECT_TRUE(pauses.taken.empty());
}

TEST(HttpSender, WaitsAsToldAndSendsTheSameAgainWhenTheServerIsBusy) {
  const ScriptedServer server({429, 503, 200});
  Pauses pauses;
  HttpSender sender(server.url(), "k", {}, pauses.pause());
  ASSERT_TRUE(sender.send(Channel::kHosts, "line\n"));
  EXPECT_EQ(pauses.taken, (std::vector<Span>{span_s(2), span_s(2)}));
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(HttpSender, GivesUpWhenTheServerStaysBusy) {
  const ScriptedServer server({429});
  Pauses pauses;
  HttpSender sender(server.url(), "k", {}, pauses.pause());
  const Status status = sender.send(Channel::kHosts, "line\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kExhausted);
  EXPECT_EQ(pauses.taken.size(), 60U);
}

TEST(HttpSender, RefusalIsAnErrorThatTellsTheStatus) {
  const ScriptedServer server({401});
  Pauses pauses;
  HttpSender sender(server.url(), "k", {}, pauses.pause());
  const Status status = sender.send(Channel::kHosts, "line\n");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().text().find("401"), std::string::npos) << status.error().text();
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST(FileSender, WritesOneFileAChannelAndNeverIntoOldOnes) {
  const TempDirectory directory;
  PosixFileSystem files;
  {
    auto sender = FileSender::open(files, directory / "day");
    ASSERT_TRUE(sender.has_value());
    ASSERT_TRUE((*sender)->send(Channel::kHosts, "one\n"));
    ASSERT_TRUE((*sender)->send(Channel::kHosts, "two\n"));
  }
  EXPECT_EQ(read_file(files, directory / "day/hosts-syslog.log", 100).value(), "one\ntwo\n");
  EXPECT_EQ(read_file(files, directory / "day/shop-auth.log", 100).value(), "");
  const auto again = FileSender::open(files, directory / "day");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), ErrorCode::kConflict);
}

TEST(SyslogSender, RefusedConnectionIsANamedError) {
  Pauses pauses;
  HttpSender rest("http://127.0.0.1:1", "k", {}, pauses.pause());
  const auto sender = SyslogSender::connect("127.0.0.1", "1", rest);
  ASSERT_FALSE(sender.has_value());
  EXPECT_NE(sender.error().text().find("127.0.0.1:1"), std::string::npos);
}

}  // namespace
}  // namespace tocsin
