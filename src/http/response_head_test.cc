#include "http/response_head.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(ResponseHead, IsExact) {
  ResponseFraming framing;
  framing.content_length = 2;
  framing.server_name = "tocsin";
  framing.now = Micros(1'795'444'400'000'000);
  EXPECT_EQ(
      response_head(HttpResponse::json(404, "{}"), framing),
      "HTTP/1.1 404 Not Found\r\nDate: Mon, 23 Nov 2026 14:33:20 GMT\r\nServer: tocsin\r\n"
      "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseHead, HandlersCannotBreakOutOfIt) {
  HttpResponse response = HttpResponse::empty(204);
  response.with("X-A", "1\r\nX-Evil: 2").with("bad name", "x").with("", "y");
  response.with("Content-Length", "99").with("connection", "upgrade");
  ResponseFraming framing;
  framing.persistence = Persistence::kClose;
  const std::string head = response_head(response, framing);
  EXPECT_NE(head.find("X-A: 1  X-Evil: 2\r\n"), std::string::npos);
  EXPECT_EQ(head.find("bad name"), std::string::npos);
  EXPECT_EQ(head.find("99"), std::string::npos);
  EXPECT_EQ(head.find("upgrade"), std::string::npos);
  EXPECT_TRUE(head.ends_with("Connection: close\r\n\r\n"));
}

TEST(HttpDate, KnowsTheDayOfTheWeek) {
  EXPECT_EQ(http_date(Micros(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(Micros(-86'400'000'000)), "Wed, 31 Dec 1969 00:00:00 GMT");
  EXPECT_EQ(http_date(Micros(951'782'400'000'000)), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(Problem, IsRfc9457) {
  const HttpResponse response = HttpResponse::problem(422, "bad_query", "at \"x\"");
  EXPECT_EQ(response.headers[0].value, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,"
            "\"code\":\"bad_query\",\"detail\":\"at \\\"x\\\"\"}");
}

TEST(HttpRequest, LooksUpHeadersInAnyCase) {
  HttpRequest request;
  request.headers = {{"Content-Type", "Text/Plain ; charset=x"}, {"AUTHORIZATION", "bearer  k1 "}};
  EXPECT_EQ(request.content_type(), "text/plain");
  EXPECT_EQ(request.bearer_token(), "k1");
  EXPECT_TRUE(request.has_header("authorization"));
  EXPECT_FALSE(request.parameter("q").has_value());
}

}  // namespace
}  // namespace tocsin
