#include "demo/line_text.h"

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace tocsin {
namespace {

const Micros kTime = *parse_iso_time("2026-11-03T04:05:06.789Z");

TEST(LineText, AccessLineIsNginxCombined) {
  EXPECT_EQ(web_line(kTime, {"203.0.113.7", "GET", "/a?b=1", 404, 12, "-", "curl/8"}),
            "203.0.113.7 - - [03/Nov/2026:04:05:06 +0000] \"GET /a?b=1 HTTP/1.1\" 404 12 \"-\" "
            "\"curl/8\"");
}

TEST(LineText, AuthLineIsOneJsonObjectAndEscapes) {
  EXPECT_EQ(auth_line(kTime, {"login", "failure", "a\"b", "203.0.113.7", "wrong password"}),
            R"({"level":40,"time":1793678706789,"pid":311,"hostname":"app1","service.name":"shop",)"
            R"("event.category":"authentication","event.action":"login",)"
            R"("event.outcome":"failure","event.reason":"wrong password","user.name":"a\"b",)"
            R"("source.ip":"203.0.113.7","msg":"login failure"})");
}

TEST(LineText, PlainFormsAreExactlyThoseOfSmallPrograms) {
  EXPECT_EQ(node_line(kTime, "Login attempt by user: alice"),
            "2026-11-03T04:05:06.789Z - Login attempt by user: alice");
  EXPECT_EQ(python_line(kTime, "Authentication Attempt", "User: johndoe, Status: Failed"),
            "2026-11-03 04:05:06,789 - Event: Authentication Attempt, Details: User: johndoe, "
            "Status: Failed");
}

TEST(LineText, SyslogPadsTheDayAndLeavesOutAPidOfZero) {
  EXPECT_EQ(syslog_line(kTime, "web1", "sshd", 812, "hello"),
            "Nov  3 04:05:06 web1 sshd[812]: hello");
  EXPECT_EQ(syslog_line(kTime, "web1", "sudo", 0, "hello"), "Nov  3 04:05:06 web1 sudo: hello");
}

}  // namespace
}  // namespace tocsin
