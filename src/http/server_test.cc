#include "http/server.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/client.h"
#include "http/content_coding.h"
#include "http/counters.h"
#include "http/raw_socket_test.h"
#include "http/sse.h"

namespace tocsin {
namespace {

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options, HttpHandler handler) {
    Result<std::unique_ptr<HttpServer>> started =
        HttpServer::start(std::move(options), std::move(handler), metrics_, log_, clock_);
    ASSERT_TRUE(started) << started.error().full_text();
    server_ = *std::move(started);
  }
  void start_echo(HttpServerOptions options = {}) {
    start(std::move(options), [](HttpRequest request, Responder responder) {
      responder.send(
          HttpResponse::text(200, request.method + " " + request.path + " " + request.body));
    });
  }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(path);
  }
  RawSocket connect() const { return RawSocket(server_->port()); }
  std::uint64_t counted(HttpCount what) {
    return metrics_
        .counter("tocsin_http_events_total", "", {{"event", std::string(http_count_name(what))}})
        .value();
  }

  Metrics metrics_;
  Log log_;
  SystemClock clock_;
  std::unique_ptr<HttpServer> server_;
};

HttpClientRequest post(std::string url, std::string body) {
  HttpClientRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

TEST_F(HttpServerTest, AnswersWithDecodedPathQueryAndBody) {
  start({}, [](HttpRequest request, Responder responder) {
    responder.send(HttpResponse::text(
        201, request.path + "|" + std::string(request.parameter("q").value_or("-")) + "|" +
                 request.content_type() + "|" + request.body + "|" + request.peer_ip));
  });
  HttpClientRequest request = post(url("/a%20b/./c/../d?q=x+y%26z"), "hello");
  request.headers = {{"Content-Type", "Application/JSON; charset=utf-8"}};
  const auto response = HttpClient().request(request);
  ASSERT_TRUE(response) << response.error().full_text();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "/a b/d|x y&z|application/json|hello|127.0.0.1");
  EXPECT_FALSE(response->header("date").empty());
}

TEST_F(HttpServerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  start_echo();
  RawSocket socket = connect();
  socket.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = socket.read_to_end();
  const std::size_t one = all.find("GET /1 ");
  const std::size_t two = all.find("POST /2 abc");
  const std::size_t three = all.find("GET /3 ");
  ASSERT_NE(three, std::string::npos) << all;
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST_F(HttpServerTest, ReadsChunkedBodiesAndInvitesOnExpect) {
  start_echo();
  RawSocket socket = connect();
  socket.send(
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("4\r\nabcd\r\n3;x=y\r\nefg\r\n0\r\n\r\n");
  EXPECT_NE(socket.read_to_end().find("POST /c abcdefg"), std::string::npos);
}

TEST_F(HttpServerTest, DecompressesWhatSendersCompress) {
  start_echo();
  HttpClient client;
  const std::string text(5000, 'z');
  for (const std::string coding : {"gzip", "zstd"}) {
    HttpClientRequest request =
        post(url("/"), coding == "gzip" ? gzip_encode(text) : zstd_encode(text));
    request.headers = {{"Content-Encoding", coding}};
    const auto response = client.request(request);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "POST / " + text);
  }
}

struct BadRequestCase {
  const char* name;
  std::string bytes;
  const char* status;
  HttpCount why;
};

TEST_F(HttpServerTest, RefusesBadRequestsByName) {
  HttpServerOptions options;
  options.limits.header_bytes_max = 2000;
  options.limits.body_bytes_max = 1000;
  options.limits.decompressed_bytes_max = 3 << 20U;
  start_echo(options);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  const auto with_length = [&](const std::string& coding, const std::string& body) {
    return head + "Content-Encoding: " + coding +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const std::vector<BadRequestCase> cases = {
      {"not HTTP", "\x16\x03\x01garbage\r\n\r\n", "400", HttpCount::kBadRequest},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400", HttpCount::kBadRequest},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400", HttpCount::kBadRequest},
      {"leaves the root", "GET /a/../../b HTTP/1.1\r\nHost: x\r\n\r\n", "400",
       HttpCount::kBadRequest},
      {"two framings", head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400", HttpCount::kBadRequest},
      {"two lengths", head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400",
       HttpCount::kBadRequest},
      {"negative length", head + "Content-Length: -3\r\n\r\n", "400", HttpCount::kBadRequest},
      {"bad chunk", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400",
       HttpCount::kBadRequest},
      {"long header", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(3000, 'a') + "\r\n\r\n",
       "431", HttpCount::kHeaderTooLarge},
      {"long body", head + "Content-Length: 1001\r\n\r\n", "413", HttpCount::kBodyTooLarge},
      {"long chunked body",
       head + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'a') + "\r\n", "413",
       HttpCount::kBodyTooLarge},
      {"gzip bomb by zstd", with_length("zstd", zstd_encode(std::string(4 << 20U, '\0'))), "413",
       HttpCount::kBodyBombed},
      {"unknown coding", with_length("br", "abc"), "415", HttpCount::kCodingUnknown},
      {"corrupt gzip", with_length("gzip", "abc"), "400", HttpCount::kBodyCorrupt},
      {"cut gzip", with_length("gzip", gzip_encode("hello world").substr(0, 20)), "400",
       HttpCount::kBodyCorrupt},
  };
  for (const BadRequestCase& bad : cases) {
    const std::uint64_t before = counted(bad.why);
    RawSocket socket = connect();
    socket.send(bad.bytes);
    const std::string answer = socket.read_to_end();
    EXPECT_EQ(answer.substr(9, 3), bad.status) << bad.name << "\n" << answer;
    EXPECT_EQ(counted(bad.why), before + 1) << bad.name;
  }
}

TEST_F(HttpServerTest, CutsSlowSenders) {
  HttpServerOptions options;
  options.limits.header_timeout = span_ms(100);
  options.limits.body_silence_timeout = span_ms(100);
  start_echo(options);
  RawSocket silent = connect();
  RawSocket slow_header = connect();
  slow_header.send("GET / HT");
  RawSocket slow_body = connect();
  slow_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab");
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_EQ(slow_header.read_to_end(), "");
  EXPECT_EQ(slow_body.read_to_end(), "");
  server_->stop();  // a connection is closed before it is counted
  EXPECT_EQ(counted(HttpCount::kHeaderTimeout), 2U);
  EXPECT_EQ(counted(HttpCount::kBodyTimeout), 1U);
}

TEST_F(HttpServerTest, AnswersClientsThatCloseTheirHalf) {
  start_echo();
  RawSocket socket = connect();
  socket.send("POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
  socket.shut_down_sending();
  EXPECT_NE(socket.read_to_end().find("POST /h ab"), std::string::npos);
}

TEST_F(HttpServerTest, SurvivesResetsInTheMiddleOfABody) {
  start_echo();
  for (int i = 0; i < 20; ++i) {
    RawSocket socket = connect();
    socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc");
    socket.reset();
  }
  const auto response = HttpClient().request(post(url("/ok"), "1"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "POST /ok 1");
}

TEST_F(HttpServerTest, RefusesConnectionsOverTheLimit) {
  HttpServerOptions options;
  options.limits.connections_max = 1;
  start_echo(options);
  RawSocket first = connect();
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  RawSocket second = connect();
  EXPECT_TRUE(second.read_to_end().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(counted(HttpCount::kTooManyConnections), 1U);
}

TEST_F(HttpServerTest, RefusesBodiesOverTheMemoryBudgetUntilOneIsLetGo) {
  HttpServerOptions options;
  options.limits.bodies_in_memory_bytes_max = 1500;
  std::optional<HttpRequest> held;
  start(options, [&held](HttpRequest request, Responder responder) {
    held = std::move(request);
    responder.send(HttpResponse::text(200, "held"));
  });
  HttpClient client;
  EXPECT_EQ(client.request(post(url("/"), std::string(1000, 'a')))->status, 200);
  EXPECT_EQ(client.request(post(url("/"), std::string(1000, 'a')))->status, 503);
  held.reset();
  EXPECT_EQ(client.request(post(url("/"), std::string(1000, 'a')))->status, 200);
}

TEST_F(HttpServerTest, TheGateRefusesBeforeTheBodyIsRead) {
  std::atomic<int> handled = 0;
  HttpServerOptions options;
  options.gate = [](const HttpRequest& head) -> std::optional<HttpResponse> {
    if (head.bearer_token() == "good") {
      return std::nullopt;
    }
    return HttpResponse::problem(401, "no key").with("WWW-Authenticate", "Bearer");
  };
  start(options, [&handled](HttpRequest, Responder responder) {
    ++handled;
    responder.send(HttpResponse::empty(204));
  });
  RawSocket socket = connect();
  socket.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = socket.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401")) << answer;
  EXPECT_EQ(handled, 0);
  HttpClientRequest good = post(url("/"), "x");
  good.headers = {{"Authorization", "Bearer good"}};
  EXPECT_EQ(HttpClient().request(good)->status, 204);
}

TEST_F(HttpServerTest, SendsAnswersThatComeLaterFromAnotherThread) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Responder> waiting;
  start({}, [&](HttpRequest, Responder responder) {
    const std::scoped_lock lock(mutex);
    waiting.push_back(std::move(responder));
    arrived.notify_all();
  });
  std::thread answering([&] {
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return !waiting.empty(); });
    waiting[0].send(HttpResponse::text(202, "later"));
  });
  const auto response = HttpClient().request(post(url("/"), ""));
  answering.join();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "later");
}

TEST_F(HttpServerTest, ADroppedResponderAndAThrowingHandlerAnswer500) {
  start({}, [](HttpRequest request, Responder) {
    if (request.path == "/throw") {
      throw std::runtime_error("planned");
    }
  });
  HttpClient client;
  EXPECT_EQ(client.request(post(url("/drop"), ""))->status, 500);
  EXPECT_EQ(client.request(post(url("/throw"), ""))->status, 500);
  EXPECT_EQ(counted(HttpCount::kNotAnswered), 2U);
}

TEST_F(HttpServerTest, AnswersAfterTheServerIsGoneAreThrownAway) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<Responder> kept;
  HttpServerOptions options;
  options.limits.drain_timeout = span_ms(50);
  start(options, [&](HttpRequest, Responder responder) {
    const std::scoped_lock lock(mutex);
    kept.emplace(std::move(responder));
    arrived.notify_all();
  });
  RawSocket socket = connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  {
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return kept.has_value(); });
  }
  server_.reset();
  EXPECT_TRUE(kept->abandoned());
  kept->send(HttpResponse::text(200, "nobody"));
  EXPECT_EQ(socket.read_to_end(), "");
}

TEST_F(HttpServerTest, StopLetsTheAnswerUnderWayFinish) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<Responder> kept;
  start({}, [&](HttpRequest, Responder responder) {
    const std::scoped_lock lock(mutex);
    kept.emplace(std::move(responder));
    arrived.notify_all();
  });
  RawSocket socket = connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::unique_lock lock(mutex);
  arrived.wait(lock, [&] { return kept.has_value(); });
  std::thread stopping([&] { server_->stop(); });
  kept->send(HttpResponse::text(200, "finished"));
  stopping.join();
  EXPECT_NE(socket.read_to_end().find("finished"), std::string::npos);
}

TEST_F(HttpServerTest, StreamsEventsUntilTheServerFinishes) {
  std::shared_ptr<EventStream> stream;
  std::mutex mutex;
  std::condition_variable opened;
  start({}, [&](HttpRequest, Responder responder) {
    const std::scoped_lock lock(mutex);
    stream = responder.start_stream({{"Content-Type", "text/event-stream"}});
    opened.notify_all();
  });
  std::thread writing([&] {
    std::unique_lock lock(mutex);
    opened.wait(lock, [&] { return stream != nullptr; });
    EXPECT_TRUE(stream->write(sse_text({"alert", "one\ntwo", "7"})));
    EXPECT_TRUE(stream->write(kSseHeartbeat));
    EXPECT_TRUE(stream->write(sse_text({"", "three", ""})));
    stream.reset();
  });
  std::vector<SseEvent> events;
  SseReader reader([&events](const SseEvent& event) { events.push_back(event); });
  HttpClientRequest request;
  request.url = url("/tail");
  const auto response = HttpClient().stream(
      request,
      [&reader](std::string_view piece) {
        reader.feed(piece);
        return true;
      },
      [] { return true; });
  writing.join();
  ASSERT_TRUE(response) << response.error().full_text();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].event, "alert");
  EXPECT_EQ(events[0].data, "one\ntwo");
  EXPECT_EQ(events[1].data, "three");
}

TEST_F(HttpServerTest, AStreamLearnsThatItsClientHasGone) {
  std::shared_ptr<EventStream> stream;
  std::mutex mutex;
  std::condition_variable opened;
  start({}, [&](HttpRequest, Responder responder) {
    const std::scoped_lock lock(mutex);
    stream = responder.start_stream({});
    opened.notify_all();
  });
  {
    RawSocket socket = connect();
    socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.read_until("\r\n\r\n");
  }
  while (!stream->closed()) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(stream->write("x"));
}

TEST_F(HttpServerTest, AStreamWhoseClientDoesNotReadIsCut) {
  std::shared_ptr<EventStream> stream;
  std::mutex mutex;
  std::condition_variable opened;
  HttpServerOptions options;
  options.limits.stream_queue_bytes_max = 100'000;
  start(options, [&](HttpRequest, Responder responder) {
    const std::scoped_lock lock(mutex);
    stream = responder.start_stream({});
    opened.notify_all();
  });
  RawSocket socket = connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::unique_lock lock(mutex);
  opened.wait(lock, [&] { return stream != nullptr; });
  const std::string piece(50'000, 'x');
  while (stream->write(piece)) {
  }
  EXPECT_TRUE(stream->closed());
  EXPECT_LE(stream->queued_bytes(), 100'000U);
}

TEST_F(HttpServerTest, CompressesLargeTextAnswersForClientsThatAccept) {
  start({}, [](HttpRequest, Responder responder) {
    responder.send(HttpResponse::json(200, "\"" + std::string(5000, 'j') + "\""));
  });
  RawSocket socket = connect();
  socket.send(
      "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\nConnection: close\r\n\r\n");
  const std::string answer = socket.read_to_end();
  EXPECT_NE(answer.find("Content-Encoding: gzip"), std::string::npos);
  EXPECT_LT(answer.size(), 1000U);
  RawSocket plain = connect();
  plain.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_GT(plain.read_to_end().size(), 5000U);
}

TEST_F(HttpServerTest, SendsOneBufferToManyAsItIs) {
  const auto shared = std::make_shared<const std::string>(gzip_encode(std::string(900'000, 'x')));
  start({}, [&shared](const HttpRequest&, Responder responder) {
    HttpResponse response = HttpResponse::json(200, "").with("Content-Encoding", "gzip");
    response.shared_body = shared;
    responder.send(std::move(response));
  });
  for (int i = 0; i < 3; ++i) {
    RawSocket socket = connect();
    socket.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(socket.read_to_end().ends_with("\r\n\r\n" + *shared));
  }
  EXPECT_EQ(shared.use_count(), 1);
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  start_echo();
  RawSocket socket = connect();
  socket.send("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = socket.read_to_end();
  EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, SaysWhatIsWrongWithItsAddress) {
  start_echo();
  HttpServerOptions options;
  options.port = server_->port();
  const auto second =
      HttpServer::start(options, [](HttpRequest, Responder) {}, metrics_, log_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  options.address = "example.org";
  const auto third =
      HttpServer::start(options, [](HttpRequest, Responder) {}, metrics_, log_, clock_);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code(), ErrorCode::kInvalid);
}

TEST(ListenAddress, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_listen_address("localhost:80")->address, "127.0.0.1");
  EXPECT_EQ(parse_listen_address("[::1]:80")->address, "::1");
  EXPECT_EQ(parse_listen_address(":80")->address, "0.0.0.0");
  EXPECT_EQ(parse_listen_address("10.0.0.1:65535")->port, 65535);
  for (const char* bad : {"", "80", "a:b", "x:80", "1.2.3.4:65536", "1.2.3.4:-1"}) {
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
}

TEST(HttpClient, SaysThatNobodyListens) {
  HttpClientRequest request;
  request.url = "http://127.0.0.1:1/";
  const auto response = HttpClient().request(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::kUnavailable);
  EXPECT_NE(response.error().text().find("is the server running?"), std::string::npos);
  request.url = "file:///etc/passwd";
  EXPECT_EQ(HttpClient().request(request).error().code(), ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tocsin
